import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { ulid } from 'ulid';
import { evidenceOf } from '#ledger/evidence.ts';
import { record, type SubjectKeys } from '#ledger/record.ts';
import { sequence } from '#ledger/sequence.ts';
import type { Signer } from '#ledger/signer.ts';
import { opened, sealed, somebody, verified } from '#ledger/testing/ledger.ts';
import { zipped } from '#ledger/zip.ts';
import type { Database } from '#store/database.ts';
import { inSnapshot, inTransaction } from '#store/sql.ts';
import { atMost, median, type Row, told } from './row.ts';

const facts = Number(process.env['GATEHOUSE_BENCH_PACK'] ?? 10_000);
const root = path.join(import.meta.dirname, '..');

/** A pack of one case with so many facts, each with two personal values: how long it takes to make, and to verify. */
export async function packs(
  { pools: { worker, scribe } }: Database<'worker' | 'scribe'>,
  keys: SubjectKeys,
  { signer, folder }: { signer: Signer; folder: string },
): Promise<readonly Row[]> {
  const caseId = ulid();
  const person = somebody();
  const steps = facts - 2;
  await inTransaction(worker, (tx) => record(tx, keys, [opened(caseId)]));
  for (let stated = 0; stated < steps; ) {
    const some = Math.min(200, steps - stated);
    const batch = Array.from({ length: some }, () => verified(caseId, person));
    await inTransaction(worker, (tx) => record(tx, keys, batch));
    stated += some;
  }
  await inTransaction(worker, (tx) => record(tx, keys, [sealed(caseId, steps)]));
  while ((await inTransaction(scribe, sequence)) > 0);
  await signer.sign(scribe);

  const file = path.join(folder, 'case.zip');
  const start = performance.now();
  const evidence = await inSnapshot(scribe, (db) => evidenceOf(db, keys, caseId));
  if (evidence.kind !== 'pack') throw new Error(`There is no pack: ${evidence.kind}.`);
  await writeFile(file, zipped(evidence.files));
  const madeMs = performance.now() - start;
  await writeFile(path.join(folder, 'trust.json'), evidence.files.get('trust.json')!);

  // As an auditor does it, the start of the program included.
  const times: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const asked = performance.now();
    const program = [path.join(root, 'src/main.ts'), 'verify', file];
    await promisify(execFile)(process.execPath, [
      ...program,
      '--trust',
      path.join(folder, 'trust.json'),
    ]);
    times.push(performance.now() - asked);
  }
  return [
    told(`making a pack of ${facts} facts`, madeMs / 1_000, 's'),
    atMost(`gatehouse verify of it, median of 3`, median(times) / 1_000, 's', 3),
  ];
}
