import { setTimeout as wait } from 'node:timers/promises';
import type { Caller } from '#app/app.ts';
import { approveBulkStart, requestBulkFile } from '#app/bulk-starts.ts';
import { createUser } from '#app/users.ts';
import { type Installation, startInstallation } from './installation.ts';
import { atMost, type Row, told } from './row.ts';

/** As many leave at once; smaller with GATEHOUSE_BENCH_LEAVERS, which no target is for. */
const many = Number(process.env['GATEHOUSE_BENCH_LEAVERS'] ?? 10_000);
const systems = 6;
/** Passes at once that each system allows; most of a pass is not spent in the system. */
const concurrency = 12;
const lookEveryMs = 500;

const playbook = `
playbook: layoff
title: Layoff
for: departure
steps:
  - { id: block, layer: security, do: account.suspend, on: every account, at: access ends }
`;

/** A list of people who leave together, all of whose access has ended by now. */
function listOf(count: number): Buffer {
  const header = 'person_id,name,email,departure_kind,last_working_day,access_ends';
  const rows = Array.from(
    { length: count },
    (_, i) => `E-${i},Leaver${i} Nair,leaver${i}@meadow.example,layoff,2026-11-20,2026-11-20T09:00`,
  );
  return Buffer.from([header, ...rows].join('\n'));
}

interface Seconds {
  readonly preview: number;
  /** From the approval until the last step was read back. */
  readonly verified: number;
}

async function one<Answer>(it: Installation, query: string): Promise<Answer> {
  const { rows } = await it.pool.query(`select ${query} as answer`);
  return rows[0].answer;
}

async function until(look: () => Promise<boolean>): Promise<void> {
  while (!(await look())) await wait(lookEveryMs);
}

/** Steps that were read back; `of`: which people's. */
const verified = (it: Installation, of: 'everybody' | 'urgent') =>
  one<number>(
    it,
    `(select count(*)::int
        from steps
       where kind = 'action'
         and grade = 'verified'
         ${of === 'urgent' ? "and case_id = (select id from cases where source = 'hr')" : ''})`,
  );

/** One approved bulk start. Once half of it is done, `meanwhile` happens, and answers how many steps it has verified. */
async function layOff(
  it: Installation,
  count: number,
  meanwhile: () => Promise<number> = async () => 0,
): Promise<Seconds> {
  const user = await createUser(it.app, {
    ...{ name: 'Hanna HR', email: 'hanna@meadow.example', roles: ['hr'] },
  });
  const hr: Caller = { user, actor: { kind: 'person', id: user.id, auth: 'token' } };
  const askedAt = performance.now();
  const { bulkStart } = await requestBulkFile(it.app, hr, listOf(count));
  const { id } = bulkStart;
  await until(() =>
    one(it, `(select state = 'waiting-for-approval' from bulk_starts where id = '${id}')`),
  );
  const digest = await one<string>(it, `(select digest from bulk_starts where id = '${id}')`);

  const approvedAt = performance.now();
  await approveBulkStart(it.app, it.admin, id, digest);
  await until(async () => (await verified(it, 'everybody')) >= (count * systems) / 2);
  const also = await meanwhile();
  await until(async () => (await verified(it, 'everybody')) >= count * systems + also);
  const seconds = (from: number, to: number) => (to - from) / 1_000;
  return {
    preview: seconds(askedAt, approvedAt),
    verified: seconds(approvedAt, performance.now()),
  };
}

/** Everybody of one list: until all is read back, and what somebody who has to go at once waits meanwhile. */
async function atFullSpeed(): Promise<readonly Row[]> {
  const it = await startInstallation();
  try {
    await it.addSystems(systems, 10, ['account.suspend'], { concurrency });
    await it.follow(playbook);
    let urgentMs = 0;
    const took = await layOff(it, many, async () => {
      const start = performance.now();
      await it.depart('urgent');
      while ((await verified(it, 'urgent')) < systems) await wait(20);
      urgentMs = performance.now() - start;
      return systems;
    });
    const name = `${many.toLocaleString('en')} people × ${systems} systems at 10 ms`;
    const facts = await one<number>(it, '(select coalesce(sum(seq), 0)::int from ledger.chain)');
    return [
      told(`${name}: looked up and planned, before the approval`, took.preview, 's'),
      atMost(`${name}: approval to all verified`, took.verified, 's', 300),
      told('the same, steps per second', (many * systems) / took.verified, '1/s'),
      told('facts in the record of it', facts, ''),
      told('an urgent departure in the middle of it, all verified', urgentMs, 'ms'),
    ];
  } finally {
    await it.stop();
  }
}

/** With a limit on each system: how close the whole comes to what the limits alone would take. */
async function withLimits(): Promise<readonly Row[]> {
  const it = await startInstallation();
  const count = 25;
  const perSecond = 2;
  try {
    await it.addSystems(systems, 10, ['account.suspend'], { ratePerSecond: perSecond });
    await it.follow(playbook);
    const took = await layOff(it, count);
    const alone = it.tally.calls / systems / perSecond;
    return [
      told(
        `${count} people, ${systems} systems of ${perSecond} requests a second`,
        took.verified,
        's',
      ),
      atMost('the same ÷ what the limits alone take', took.verified / alone, '×', 1.1),
    ];
  } finally {
    await it.stop();
  }
}

/** A layoff by one approved list. */
export const layoff = async (): Promise<readonly Row[]> => [
  ...(await atFullSpeed()),
  ...(await withLimits()),
];
