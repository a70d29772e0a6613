import { createHash, randomUUID } from 'node:crypto';
import type pg from 'pg';
import { grow, rootOf, type Tile } from '#core/proof.ts';
import { indexLeaf } from '#ledger/event-index.ts';
import { sha256 } from '#ledger/hash.ts';

/** Whom and what the facts of a filled record are about. */
export interface FilledRecord {
  readonly people: readonly { readonly ref: string; readonly name: string }[];
  readonly caseIds: readonly string[];
  readonly systems: readonly string[];
  readonly users: readonly string[];
  readonly from: Date;
  readonly to: Date;
}

const firstNames =
  'Priya Marta Sam Ada Otto Lena Hugo Ines Jan Kim Noor Omar Rosa Tomas Ulla Vera'.split(' ');
const lastNames =
  'Nair Silva Okafor Becker Novak Costa Meyer Ito Larsen Haddad Moreau Rossi Dube Kaya'.split(' ');
const capabilities =
  'account.suspend sessions.revoke mfa.remove groups.leave data.transfer licence.free account.delete device.wipe'.split(
    ' ',
  );

const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Random, and the same in every run. */
function makeRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/**
 * Fills the record with so many facts, as some years of departures would have left them: whole cases, several at
 * once, over a year. The rows are those that the scribe writes, put there in bulk; indexes are made at the end.
 */
export async function fillRecord(admin: pg.Pool, facts: number): Promise<FilledRecord> {
  const random = makeRandom(42);
  // Like those of the program, and made without asking the system for chance a million times.
  const newId = () => {
    let id = '01M8';
    while (id.length < 26) id += letters[random(32)];
    return id;
  };
  const perCase = 400;
  const cases = Math.ceil(facts / perCase);
  const to = new Date();
  const from = new Date(to.getTime() - 365 * 86_400_000);
  const systems = Array.from({ length: 40 }, (_, i) => `system-${i + 1}`);
  const users = Array.from({ length: 30 }, () => newId());
  const people = Array.from({ length: Math.max(cases, 20_000) }, (_, i) => ({
    ...{ id: randomUUID(), ref: `p_${newId()}`, personId: `E-${i}` },
    name: `${firstNames[random(16)]} ${lastNames[random(14)]}-${i.toString(36)}`,
  }));
  const caseIds = Array.from({ length: cases }, () => newId());
  await withoutGuards(admin, async (client) => {
    await client.query(
      `insert into people (id, ref, source, person_id, employment_id, facts, heard_at)
       select id, ref, 'hr', person_id, '1', jsonb_build_object('name', name, 'email', person_id || '@meadow.example'), now()
         from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) as it (id, ref, person_id, name)`,
      [
        people.map((it) => it.id),
        people.map((it) => it.ref),
        people.map((it) => it.personId),
        people.map((it) => it.name),
      ],
    );
    await client.query(
      `insert into cases (id, version, kind, state, person, departure, separation_id, source, heard_at, confirmed_at, opened_by, zone)
       select id, 1, 'departure', 'complete', person, jsonb_build_object('confidential', place % 50 = 0), 'x', 'hr', now(), now(), 'hr', 'UTC'
         from unnest($1::text[], $2::uuid[]) with ordinality as it (id, person, place)`,
      [caseIds, people.slice(0, cases).map((it) => it.id)],
    );
    const { rows: indexes } = await client.query<{ name: string; definition: string }>(`
      select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition
        from pg_index
       where indrelid = 'ledger.event_ix'::regclass and not indisprimary
    `);
    for (const { name } of indexes) await client.query(`drop index ${name}`);
    const { rows } = await client.query<{ size: string }>('select size from ledger.head');
    const first = Number(rows[0]!.size);
    const batch = 4_000;
    const open: { case: number; seq: number; prev: string }[] = [];
    let opened = 0;
    for (let start = 0; start < facts; start += batch) {
      const made = [];
      for (let i = start; i < Math.min(start + batch, facts); i += 1) {
        while (open.length < 20 && opened < cases) open.push({ case: opened++, seq: 0, prev: '' });
        const place = random(open.length);
        const it = open[place]!;
        it.seq += 1;
        const at = new Date(from.getTime() + ((to.getTime() - from.getTime()) * i) / facts);
        const leaf = Buffer.from(
          JSON.stringify(
            leafOf({
              ...it,
              caseId: caseIds[it.case]!,
              ref: people[it.case]!.ref,
              at,
              last: it.seq === perCase,
            }),
          ),
        );
        const hash = createHash('sha256').update(Buffer.of(0)).update(leaf).digest();
        it.prev = hash.toString('base64url');
        made.push({ idx: first + i, leaf, hash, seq: it.seq, ...indexLeaf(leaf, at) });
        if (it.seq === perCase) open.splice(place, 1);
      }
      await client.query(
        `with rows as (
           select * from unnest($1::bigint[], $2::bytea[], $3::bytea[], $4::integer[], $5::timestamptz[], $6::text[], $7::text[],
                                $8::text[], $9::text[], $10::text[], $11::text[], $12::text[])
                      as it (idx, leaf, hash, seq, at, type, case_id, ref, system, actor, grade, words)
         ), entries as (
           insert into ledger.entry (idx, sid, leaf, leaf_hash, case_id, case_seq, staged_by, integrated_at)
           select idx, 1000000000 + idx, leaf, hash, case_id, seq, 'gatehouse_worker', at from rows
         )
         insert into ledger.event_ix (idx, at, type, case_id, person_ref, system, actor_id, grade, body, words)
         select idx, at, type, case_id, ref, system, actor, grade, convert_from(leaf, 'UTF8')::jsonb,
                array_to_tsvector(string_to_array(words, ' '))
           from rows`,
        [
          made.map((it) => it.idx),
          made.map((it) => it.leaf),
          made.map((it) => it.hash),
          made.map((it) => it.seq),
          made.map((it) => it.at),
          made.map((it) => it.type),
          made.map((it) => it.caseId),
          made.map((it) => it.personRef),
          made.map((it) => it.system),
          made.map((it) => it.actorId),
          made.map((it) => it.grade),
          made.map((it) => it.words),
        ],
      );
    }
    await client.query('update ledger.head set size = size + $1', [facts]);
    await client.query("set maintenance_work_mem = '256MB'");
    for (const { definition } of indexes) await client.query(definition);
    await client.query(`
      insert into ledger.word (stem, goes_on)
      select it.stem, bool_or(it.goes_on) from ledger.event_ix, ledger.stems_in(words) as it group by it.stem
          on conflict do nothing
    `);
    await client.query('vacuum analyze ledger.event_ix, ledger.entry, ledger.word, people, cases');
  });
  return { people: people.slice(0, cases), caseIds, systems, users, from, to };

  function leafOf(it: {
    seq: number;
    prev: string;
    caseId: string;
    ref: string;
    at: Date;
    last: boolean;
  }) {
    const system = systems[random(random(40) + 1)]!; // some far more often than others
    const capability = capabilities[random(8)]!;
    const step = { attempt: 1, capability, connection: system, id: newId() };
    const ofUser = { auth: 'token', id: users[random(30)]!, kind: 'person' };
    const ofWorker = { auth: 'none', id: 'worker', kind: 'system' };
    const dice = random(1_000);
    const [type, actor, more] = it.last
      ? (['case.sealed', ofWorker, { data: { count: it.seq } }] as const)
      : it.seq === 1
        ? (['case.opened', ofUser, { data: { kind: 'departure', trigger: 'person' } }] as const)
        : dice < 400
          ? ([
              'step.intended',
              ofWorker,
              { step, plan: 'nEl8ygLlEfZGU9nzH9u30purZkpo5NBZIxYGjrkmpfI' },
            ] as const)
          : dice < 700
            ? ([
                'step.applied',
                ofWorker,
                { step, remote: { status: 200, request_id: newId() } },
              ] as const)
            : dice < 950
              ? (['step.verified', ofWorker, { step, grade: 'verified' }] as const)
              : dice < 970
                ? (['step.held', ofWorker, { step, data: { reason: 'forbidden' } }] as const)
                : dice < 999
                  ? (['step.attested', ofUser, { step, grade: 'attested' }] as const)
                  : (['step.waived', ofUser, { step, grade: 'waived' }] as const);
    return {
      ...{
        actor,
        at: it.at.toISOString(),
        case: it.caseId,
        ...(it.prev ? { case_prev: it.prev } : {}),
        case_seq: it.seq,
      },
      ...{ id: newId(), target: { ref: it.ref, system }, type, v: 1 },
      ...{ _sd: [it.prev || 'x', it.prev || 'y'], _sd_alg: 'sha-256' },
      ...more,
    };
  }
}

/** Makes the tree over a record that was filled, so that the scribe can go on with it. */
export async function growTree(admin: pg.Pool): Promise<void> {
  const tiles = new Map<string, Tile>();
  const edge = ({ level, n }: { level: number; n: number }) => tiles.get(`${level}/${n}`)!.hashes;
  let size = 0;
  for (;;) {
    const { rows } = await admin.query<{ hash: Buffer }>(
      'select leaf_hash as hash from ledger.entry where idx >= $1 order by idx limit 20000',
      [size],
    );
    if (rows.length === 0) break;
    const hashes = rows.map((it) => it.hash);
    for (const tile of grow(sha256, size, edge, hashes)) tiles.set(`${tile.level}/${tile.n}`, tile);
    size += hashes.length;
  }
  await withoutGuards(admin, async (client) => {
    const all = [...tiles.values()];
    await client.query(
      `insert into ledger.tile (level, n, width, data)
       select level, n, octet_length(data) / 32, data
         from unnest($1::smallint[], $2::bigint[], $3::bytea[]) as made (level, n, data)
           on conflict (level, n) do update set width = excluded.width, data = excluded.data`,
      [all.map((it) => it.level), all.map((it) => it.n), all.map((it) => it.hashes)],
    );
    await client.query('update ledger.head set size = $1, root = $2', [
      size,
      rootOf(sha256, size, edge),
    ]);
  });
}

/** Past the triggers, which would ask each row for its fact. */
export async function withoutGuards(
  admin: pg.Pool,
  work: (client: pg.PoolClient) => Promise<void>,
): Promise<void> {
  const client = await admin.connect();
  try {
    await client.query("set session_replication_role = 'replica'");
    await work(client);
  } finally {
    client.release(true);
  }
}
