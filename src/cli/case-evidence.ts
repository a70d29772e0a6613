import { writeFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { EvidenceOrder } from '#api/contract/evidence.ts';
import { languages } from '#core/language.ts';
import type { Cli } from './context.ts';
import { CliProblem } from './io.ts';
import { clean } from './paint.ts';

const patienceMs = 60_000;
const everyMs = 500;

/** `gatehouse case evidence CASE --out FILE`: what proves a complete case, for people who are not on the server. */
export function addCaseEvidence(parent: Command, cli: Cli): void {
  parent
    .command('evidence <id>')
    .description('fetch what proves a complete departure, in one file')
    .requiredOption('-o, --out <file>', 'where to, such as case.zip')
    .addOption(new Option('--language <language>', 'of the report').choices(languages))
    .action(async (id: string, { out, language }: { out: string; language?: string }) => {
      const client = cli.client();
      const path = `/cases/${encodeURIComponent(id)}/evidence`;
      let order = await client.send('POST', path, { language }, EvidenceOrder);
      const until = performance.now() + patienceMs;
      while (order.status === 'waiting' && performance.now() < until) {
        await new Promise((resolve) => setTimeout(resolve, everyMs));
        order = await client.get(`/evidence/${order.id}`, EvidenceOrder);
      }
      if (order.status !== 'made') {
        throw new CliProblem(
          order.because ??
            'It was not made within a minute. Is the scribe running? Try again later.',
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
    });
}
