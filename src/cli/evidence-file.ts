import { writeFile } from 'node:fs/promises';
import { EvidenceOrder } from '#api/contract/evidence.ts';
import type { Cli } from './context.ts';
import { CliProblem } from './io.ts';
import { clean } from './paint.ts';

const patienceMs = 60_000;
const everyMs = 500;

/** Asks for an evidence pack at `path`, waits until the scribe has made it, and writes it to a file. */
export async function fetchEvidence(
  cli: Cli,
  { path, body, out }: { path: string; body: unknown; out: string },
): Promise<void> {
  const client = cli.client();
  let order = await client.send('POST', path, body, EvidenceOrder);
  const until = performance.now() + patienceMs;
  while (order.status === 'waiting' && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, everyMs));
    order = await client.get(`/evidence/${order.id}`, EvidenceOrder);
  }
  if (order.status !== 'made') {
    throw new CliProblem(
      order.because ?? 'It was not made within a minute. Is the scribe running? Try again later.',
    );
  }
  const pieces: Uint8Array[] = [];
  for await (const piece of client.download(`/evidence/${order.id}/file`, {})) {
    pieces.push(piece);
  }
  // For the eyes of its owner: there may be a person in it.
  await writeFile(out, Buffer.concat(pieces), { mode: 0o600 });
  const personal = order.personalValues ? '' : ', without personal values';
  cli.io.stdout.write(`${clean(out)} is written${personal}. SHA-256 ${order.digest}\n`);
}
