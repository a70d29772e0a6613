import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { checkPack } from '#core/evidence-check.ts';
import { checkEvidence } from '#core/period-check.ts';
import { Trust } from '#core/trust.ts';
import { unpack } from '#core/unpack.ts';
import { sha256 } from '#ledger/hash.ts';
import { verifySignature } from '#ledger/log-keys.ts';
import { checkPackStamp } from '#ledger/pack-stamp.ts';
import { zipped } from '#ledger/zip.ts';
import { AuditPage } from '../src/api/contract/audit.ts';
import type { Case } from '../src/api/contract/cases.ts';
import { timesSaid } from '../src/operate/pack-times.ts';
import { showDelivered } from './delivered.ts';
import { archive } from './set-up.ts';
import { count, type Stage } from './stage.ts';
import { expectThat, Unmet, waitFor } from './wait.ts';

const Line = z.object({
  idx: z.int(),
  leaf_hash: z.string(),
  leaf: z.looseObject({ type: z.string() }),
});

/** Shows what has been written down of each case, checks it, and writes it where asked. */
export async function showRecord(
  stage: Stage,
  cases: readonly Case[],
  evidenceDirectory: string | null,
): Promise<void> {
  const { screen } = stage;
  screen.heading(4, 'The record');

  const files: { name: string; text: string }[] = [];
  for (const it of cases) {
    await isSequenced(stage, it);
    const jsonl = await exportOf(stage, it, 'jsonl');
    const facts = check(it, jsonl);
    screen.entry(
      '✔',
      'good',
      it.person.name,
      `${count(facts, 'fact')}, put in order by the scribe; the hash of each fits its text.`,
    );
    const name = it.person.email.split('@')[0]!;
    files.push({ name: `${name}.jsonl`, text: jsonl });
    files.push({ name: `${name}.csv`, text: await exportOf(stage, it, 'csv') });
  }

  await showSearch(stage, cases[0]!);
  await showDelivered(stage, cases[0]!, evidenceDirectory);

  for (const it of cases.filter(({ state }) => state === 'complete')) {
    await provePack(stage, it, evidenceDirectory);
  }
  if (evidenceDirectory === null) return;
  await provePeriod(stage, cases, evidenceDirectory);
  await write(evidenceDirectory, files);
  const exported = await stage.gatehouse.exportLog(path.join(evidenceDirectory, 'log'));
  expectThat(exported !== null, 'a signed record', () => 'none');
  screen.line();
  screen.entry('✔', 'good', 'Evidence', evidenceDirectory);
}

/** Makes the evidence pack of a complete case, and checks it as a stranger would. */
async function provePack(
  { screen, gatehouse, isStamped, signal }: Stage,
  it: Case,
  directory: string | null,
): Promise<void> {
  const files = await waitFor(
    `the record of ${it.person.name} to be signed${isStamped ? ' and stamped' : ''}`,
    async () => {
      const found = await gatehouse.evidence(it.id);
      if (found.kind !== 'pack') return null;
      return !isStamped || timesSaid(found.files).some(isBetween) ? found.files : null;
    },
    { withinMs: 180_000, found: () => 'not signed yet', signal },
  );
  const trust = Trust.parse(JSON.parse(Buffer.from(files.get('trust.json') ?? '').toString()));
  const { fails, holds } = await checkPack(files, {
    sha256,
    verify: verifySignature,
    trust,
    checkStamp: checkPackStamp,
  });
  expectThat(fails === null, 'an evidence pack that holds', () => fails?.detail ?? '');
  screen.line();
  screen.entry(
    '✔',
    'good',
    'Evidence pack',
    `Of ${it.person.name}: ${count(files.size, 'file')}, signed by Ed25519 and ML-DSA-44, and checked without the ` +
      `server: ${holds.map(({ name }) => name).join(', ')}.`,
  );
  const [dated] = timesSaid(files).filter(isBetween);
  if (dated) screen.entry('·', 'quiet', 'By their clocks', dated);
  if (directory === null) return;
  await mkdir(directory, { recursive: true });
  const name = it.person.email.split('@')[0]!;
  await writeFile(path.join(directory, `${name}.zip`), zipped(files));
  await writeFile(path.join(directory, 'trust.json'), files.get('trust.json') ?? '');
}

/** Every case that was complete by today, in one file, as \`gatehouse evidence --from … --to …\` writes it. */
async function provePeriod(
  { screen, gatehouse }: Stage,
  cases: readonly Case[],
  directory: string,
): Promise<void> {
  const days = cases.flatMap(({ endedAt }) => endedAt?.slice(0, 10) ?? []).toSorted();
  const [from = '', to = ''] = [days[0], days.at(-1)];
  const file = path.join(directory, 'period.zip');
  await gatehouse.periodEvidence({ from, to }, file);
  const unpacked = unpack(await readFile(file));
  if (unpacked.kind !== 'files') throw new Unmet('a pack for the period', unpacked.because);
  const { fails, holds } = await checkEvidence(unpacked.files, {
    sha256,
    verify: verifySignature,
    trust: null,
    checkStamp: checkPackStamp,
  });
  expectThat(fails === null, 'a pack for the period that holds', () => fails?.detail ?? '');
  const listed = holds.find(({ name }) => name === 'list')?.detail ?? '';
  screen.line();
  screen.entry('✔', 'good', 'Period pack', `Every case sealed from ${from} to ${to}: ${listed}.`);
}

/** Outside times on both sides. */
const isBetween = (line: string): boolean => line.includes(' between ');

/** How one step came to its grade: what the record finds for one system of one departure. */
async function showSearch({ screen, gatehouse, systems }: Stage, urgent: Case): Promise<void> {
  const { id, name } = systems.expenses.connection;
  const query = { case: urgent.id, system: id };
  const { items } = await gatehouse.staff.sam.get('/audit', AuditPage, query);
  expectThat(items.length > 0, `facts about ${name}`, () => 'none');
  screen.line();
  screen.paragraph(`A search, for what happened to ${urgent.person.name} in ${name}:`);
  for (const it of items.toReversed()) {
    const time = it.at.slice(11, 19);
    const by = it.actor?.name ?? 'Gatehouse';
    screen.entry('·', 'quiet', time, `${it.title.padEnd(38)} ${by}, fact ${it.index}`);
  }
}

/** The scribe sequences facts a moment after they were stated. */
async function isSequenced({ gatehouse, signal }: Stage, it: Case): Promise<void> {
  let found = 0;
  await waitFor(
    `${settledSteps(it)} settled steps of ${it.person.name} in the record`,
    async () => {
      found = 0;
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const query = { case: it.id, limit: 200, cursor };
        const page = await gatehouse.onlooker.get('/audit', AuditPage, query);
        found += page.items.filter(({ type }) => settling.test(type)).length;
        cursor = page.nextCursor;
      }
      return found >= settledSteps(it) || null;
    },
    // The scribe may be seconds behind where the machine is busy.
    { withinMs: 60_000, found: () => String(found), signal, isSearch: true },
  );
}

const exportOf = ({ gatehouse }: Stage, it: Case, format: 'jsonl' | 'csv'): Promise<string> =>
  text(gatehouse.administrator.download('/audit/export', { case: it.id, format }));

const linesOf = (jsonl: string) =>
  jsonl
    .split('\n')
    .filter((it) => it !== '')
    .map((text) => ({ text, ...Line.parse(JSON.parse(text)) }));

const settling = /^step\.(verified|acknowledged|absent|attested|waived)$/;
const settlementsIn = (jsonl: string) =>
  linesOf(jsonl).filter((it) => settling.test(it.leaf.type)).length;
const settledSteps = (it: Case) => it.steps.filter((step) => step.grade !== null).length;

/** Every fact is what its hash says, and every settled step has exactly one that says so. */
function check(it: Case, jsonl: string): number {
  const lines = linesOf(jsonl);
  for (const { text, leaf_hash, idx } of lines) {
    const leaf = /"leaf":(.*),"disclosures":/s.exec(text)?.[1] ?? '';
    const hash = createHash('sha256').update(Buffer.of(0)).update(leaf).digest('hex');
    if (hash !== leaf_hash) throw new Unmet(`the hash of fact ${idx} as recorded`, hash);
  }
  const [found, wanted] = [settlementsIn(jsonl), settledSteps(it)];
  expectThat(found === wanted, `${wanted} facts that settle a step`, () => String(found));
  return lines.length;
}

async function write(
  directory: string,
  files: readonly { name: string; text: string }[],
): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const { name, text } of [...files, { name: 'README.txt', text: explanation }]) {
    await writeFile(path.join(directory, name), text);
  }
}

const explanation = `The record of three cases of the practice company Meadow & Co.

  priya.nair       an urgent departure, complete
  mateus.oliveira  a planned departure, whose last day came sooner
  lucia.ortega     an arrival, complete

For each of them the same facts twice, oldest first:

  .csv    one line for each fact, to read and to filter
  .jsonl  one fact on each line, to check:
          idx          its place in the record
          leaf         the fact as it was recorded, byte for byte
          leaf_hash    SHA-256 over one byte 0 and the leaf
          disclosures  personal values, whose digests stand in the leaf under _sd

Both files come from gatehouse audit export. What lies in ${archive.folder} was delivered there as the
record of the urgent one when it was done, with a manifest.

  priya.nair.zip    the evidence pack of the urgent one: gatehouse verify priya.nair.zip --trust trust.json
  lucia.ortega.zip  that of the arrival
  period.zip        both of them in one pack, as for an audit of a period
  trust.json        the keys by which all of them are checked
  log/              the whole record as a tree of tiles (C2SP tlog-tiles), for other people's tools

 Nothing in them is about real people.
`;
