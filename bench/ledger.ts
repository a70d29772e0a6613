import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ulid } from 'ulid';
import { newestCheckpoint } from '#ledger/fork-guard.ts';
import { headOf } from '#ledger/head.ts';
import { markIn } from '#ledger/mark.ts';
import { type Mirror, openMirror } from '#ledger/mirror.ts';
import { mirrorFolder } from '#ledger/mirror-folder.ts';
import { type Fact, prepared, record, type SubjectKeys, stating } from '#ledger/record.ts';
import { rehash } from '#ledger/rehash.ts';
import { startScribe } from '#ledger/scribe.ts';
import { batchSize, sequence } from '#ledger/sequence.ts';
import { openSigner } from '#ledger/signer.ts';
import { type Database, openDatabase } from '#store/database.ts';
import { installationId } from '#store/installation.ts';
import { createKeyFiles, openKeyring, purposes, registerKeys } from '#store/keys.ts';
import { type Db, inTransaction, sql } from '#store/sql.ts';
import { openSubjectKeys } from '#store/subject-keys.ts';
import { openVault } from '#store/vault.ts';
import { packs } from './pack.ts';
import { atLeast, atMost, median, type Row, told } from './row.ts';

interface Record {
  readonly database: Database<'worker' | 'scribe'>;
  readonly keys: SubjectKeys;
  /** A signer with its own mark, and with a mirror where there is one. */
  signer(name: string, mirror?: Mirror): Promise<ReturnType<typeof openSigner>>;
  readonly folder: string;
}

const writers = 8;
const runMs = 4_000;

/** The record by itself, on its embedded database as it is delivered: durable, with both guards. */
export async function ledger(): Promise<readonly Row[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-bench-'));
  const keysDirectory = path.join(folder, 'keys');
  await createKeyFiles(keysDirectory);
  const database = await openDatabase({
    dataDirectory: folder,
    keysDirectory,
    roles: ['worker', 'scribe'],
    onConnectionError: console.error,
  });
  try {
    const keyring = await openKeyring(keysDirectory, purposes);
    await registerKeys(database.admin!, keyring);
    const installation = await installationId(database.pools.scribe);
    const secrets = openVault({ keyring, installation });
    const it: Record = {
      database,
      keys: openSubjectKeys(keyring),
      folder,
      signer: async (name, mirror) =>
        openSigner({
          secrets,
          mark: markIn(path.join(folder, name)),
          ...(mirror ? { mirror } : {}),
        }),
    };
    return [
      ...(await stagingAlone(it)),
      ...(await staging(it)),
      ...(await sequencing(it)),
      ...(await signing(it)),
      ...(await mirroring(it)),
      ...(await hashingAgain(it)),
      ...(await packs(database, it.keys, { signer: await it.signer('mark'), folder })),
    ];
  } finally {
    await database.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const fact = (caseId: string): Fact => ({
  type: 'case.held',
  actor: { kind: 'system', id: 'worker', auth: 'none' },
  caseId,
  data: { reason: 'bench' },
});

/** Transactions a second of 8 writers, each as fast as it can. */
async function rate(
  database: Record['database'],
  work: (tx: Db, writer: number) => Promise<unknown>,
) {
  const end = performance.now() + runMs;
  const counts = await Promise.all(
    Array.from({ length: writers }, async (_, writer) => {
      let count = 0;
      for (; performance.now() < end; count += 1) {
        await inTransaction(database.pools.worker, (tx) => work(tx, writer));
      }
      return count;
    }),
  );
  return counts.reduce((sum, it) => sum + it, 0) / (runMs / 1_000);
}

async function staging({ database, keys }: Record): Promise<readonly Row[]> {
  await database.admin!.query('create table bench (id bigserial, text text)');
  await database.admin!.query('grant insert on bench to gatehouse_worker');
  await database.admin!.query('grant usage on sequence bench_id_seq to gatehouse_worker');
  const row = (tx: Db) => tx.query(sql`insert into bench (text) values ('a row of the business')`);
  const cases = Array.from({ length: writers }, () => ulid());
  // In one statement, as the engine states what it settles.
  const staged = async (tx: Db, caseId: string) =>
    tx.query(sql`
      insert into bench (text)
      select 'a row of the business'
        from (select ${stating(await prepared(tx, keys, [fact(caseId)]))} as at) stated
    `);
  // One after the other three times, so that a busy moment of the machine meets both.
  const plain: number[] = [];
  const facts: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    plain.push(await rate(database, row));
    facts.push(await rate(database, (tx, writer) => staged(tx, cases[writer]!)));
  }
  const global = await rate(database, (tx) => staged(tx, cases[0]!));
  const [best, bestPlain] = [Math.max(...facts), Math.max(...plain)];
  const ratios = facts.map((it, i) => it / plain[i]!);
  return [
    told('plain transactions of 8 writers', bestPlain, '1/s'),
    told('the same with a fact staged in each', best, '1/s'),
    told('with a fact ÷ plain, median of 3', median(ratios), '×'),
    told('one chain for each case ÷ one for all', best / global, '×'),
  ];
}

/**
 * A fact by itself, against a plain row that says the same: as many bytes, and the indexes that such a table would have.
 * So what is left is what the record adds: writing the leaf down, its place in its case, and the guard.
 */
async function stagingAlone({ database, keys }: Record): Promise<readonly Row[]> {
  await database.admin!.query(`
    create table bench_facts (
      id        bigint      generated always as identity primary key,
      leaf      bytea       not null,
      row_key   text        not null unique,
      case_id   text        not null,
      case_seq  integer     not null,
      stated_by name        not null default session_user,
      stated_at timestamptz not null default clock_timestamp(),
      unique (case_id, case_seq)
    )`);
  await database.admin!.query('grant insert on bench_facts to gatehouse_worker');
  const cases = Array.from({ length: writers }, () => ulid());
  let version = 1;
  const next = (writer: number) => {
    version += 1;
    return { ...fact(cases[writer]!), row: { table: 'cases', id: cases[writer]!, version } };
  };
  await inTransaction(database.pools.worker, (tx) => record(tx, keys, [next(0), next(0)]));
  await inTransaction(database.pools.scribe, sequence);
  const { rows } = await database.admin!.query<{ leaf: Buffer }>(
    'select leaf from ledger.entry order by idx desc limit 1',
  );
  const { leaf } = rows[0]!;
  const insert = (tx: Db, writer: number) => {
    version += 1;
    return tx.query(sql`
      insert into bench_facts (leaf, row_key, case_id, case_seq)
      values (${leaf}, ${`cases/${cases[writer]}@${version}`}, ${cases[writer]}, ${version})
    `);
  };
  const plain: number[] = [];
  const staged: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    plain.push(await rate(database, insert));
    staged.push(await rate(database, (tx, writer) => record(tx, keys, [next(writer)])));
  }
  const ratios = staged.map((it, i) => it / plain[i]!);
  return [
    told(`plain inserts of ${leaf.length} bytes, with a fact's indexes`, Math.max(...plain), '1/s'),
    told('one fact staged in place of each', Math.max(...staged), '1/s'),
    atLeast('staged ÷ plain of the same size, median of 3', median(ratios), '×', 0.7),
  ];
}

async function sequencing({ database }: Record): Promise<readonly Row[]> {
  let leaves = 0;
  const start = performance.now();
  for (let count = batchSize; count === batchSize; leaves += count) {
    count = await inTransaction(database.pools.scribe, sequence);
  }
  const seconds = (performance.now() - start) / 1_000;
  return [atLeast(`sequencing ${leaves} facts, in batches`, leaves / seconds, '1/s', 4_000)];
}

/** From the commit of a fact to the row that publishes its signature, at 200 facts a second. */
async function signing({ database, keys, signer }: Record): Promise<readonly Row[]> {
  const { worker, scribe } = database.pools;
  const { origin } = await headOf(scribe);
  const running = startScribe(scribe, { signer: await signer('mark'), onError: console.error });
  const committed = new Map<string, number>();
  const published: { readonly at: number; readonly size: number }[] = [];
  let writing = true;
  const look = (async () => {
    while (writing) {
      const size = (await newestCheckpoint(database.admin!, origin))?.size ?? 0;
      published.push({ at: performance.now(), size });
      await wait(20);
    }
  })();
  const start = performance.now();
  const pending: Promise<void>[] = [];
  for (let i = 0; i < 2_000; i += 1) {
    await wait(Math.max(0, start + i * 5 - performance.now()));
    const caseId = ulid();
    pending.push(
      inTransaction(worker, (tx) => record(tx, keys, [fact(caseId)])).then(() => {
        committed.set(caseId, performance.now());
      }),
    );
  }
  await Promise.all(pending);
  await running.flush();
  await wait(3_000);
  writing = false;
  await look;
  await running.stop();
  const { rows } = await worker.query<{ idx: number; caseId: string }>(sql`
    select idx::integer as idx, case_id as "caseId"
      from ledger.entry
     where case_id = any (${[...committed.keys()]})
  `);
  const delays = rows
    .map(({ idx, caseId }) => {
      const signed = published.find(({ size }) => size > idx)?.at ?? Number.POSITIVE_INFINITY;
      return signed - committed.get(caseId)!;
    })
    .toSorted((a, b) => a - b);
  return [
    told('staged to signed at 200 facts a second, median', median(delays), 'ms'),
    atMost('the same, 99 of 100', delays[Math.floor(delays.length * 0.99)]!, 'ms', 2_000),
  ];
}

/** What one signature costs with a mirror in a folder, against one without; 200 facts are new each time. */
async function mirroring({ database, keys, folder, signer }: Record): Promise<readonly Row[]> {
  const { worker, scribe } = database.pools;
  await mkdir(path.join(folder, 'mirror'));
  const signers = {
    with: await signer('mark', openMirror(mirrorFolder(path.join(folder, 'mirror')))),
    without: await signer('mark'),
  };
  const times = { with: [] as number[], without: [] as number[] };
  for (let round = 0; round < 22; round += 1) {
    for (const name of ['without', 'with'] as const) {
      await inTransaction(worker, (tx) =>
        record(
          tx,
          keys,
          Array.from({ length: 100 }, () => fact(ulid())),
        ),
      );
      while ((await inTransaction(scribe, sequence)) > 0);
      const start = performance.now();
      if (!(await signers[name].sign(scribe))) throw new Error('It was not signed.');
      // The first one copies all there is.
      if (round > 0) times[name].push(performance.now() - start);
    }
  }
  return [
    told('a signature', median(times.without), 'ms'),
    told('a signature that is mirrored first', median(times.with), 'ms'),
    told('mirrored ÷ not', median(times.with) / median(times.without), '×'),
  ];
}

async function hashingAgain({ database }: Record): Promise<readonly Row[]> {
  const found = await rehash(database.pools.scribe);
  if (!found) throw new Error('Nothing was signed.');
  return [told(`hashing ${found.size} facts again`, found.size / (found.ms / 1_000), '1/s')];
}
