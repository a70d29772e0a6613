import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { ulid } from 'ulid';
import { factTypes } from '#core/event.ts';
import { type Db, inTransaction, sql } from '#store/sql.ts';
import { record } from './record.ts';
import { sequence } from './sequence.ts';
import {
  held,
  loggedIn,
  opened,
  somebody,
  startLedger,
  type TestLedger,
  verified,
} from './testing/ledger.ts';

describe('the guards of the database', () => {
  let ledger: TestLedger;
  before(async () => {
    ledger = await startLedger();
    // A table like those of the product that must be accounted for.
    await ledger.pools.owner.query(`
      create table guarded (id text primary key, version integer not null, state text not null);
      create constraint trigger accounted after insert or update on guarded
        deferrable initially deferred for each row execute function ledger.accounted();
      grant select, insert, update on guarded to gatehouse_worker;
    `);
  });

  const change = (tx: Db, id: string, state: string) =>
    tx.query(sql`
      insert into guarded (id, version, state) values (${id}, 1, ${state})
          on conflict (id) do update set version = guarded.version + 1, state = excluded.state
    `);
  const factOf = (id: string, version: number) => ({
    ...loggedIn(),
    type: 'access.denied' as const,
    row: { table: 'guarded', id, version },
    data: { action: 'test', resource: 'test', count: 1 },
  });
  const inWorker = (work: (tx: Db) => Promise<void>) => inTransaction(ledger.pools.worker, work);
  const forbidden = { code: '42501' };
  const wrong = { code: '23514' };

  it('know the same types and roles as the code', async () => {
    const { rows } = await ledger.pools.admin.query<{ role: string; type: string }>(
      'select role, type from ledger.writer',
    );
    const inDatabase = rows.map(({ role, type }) => `${role} ${type}`);
    const inCode = Object.entries(factTypes).flatMap(([type, { by }]) =>
      by.map((role) => `gatehouse_${role} ${type}`),
    );
    assert.deepEqual(inDatabase.sort(), inCode.sort());
  });

  it('let a role state only its own facts', async () => {
    const caseId = ulid();
    await ledger.state('worker', opened(caseId));
    await assert.rejects(ledger.state('web', verified(caseId, somebody())), {
      ...forbidden,
      message: 'role gatehouse_web may not state step.verified',
    });
    await assert.rejects(ledger.state('worker', loggedIn()), forbidden);
    await assert.rejects(ledger.state('scribe', opened(ulid())), forbidden);
    await ledger.state('worker', verified(caseId, somebody()));
    await assert.rejects(ledger.state('worker', held(caseId), held(ulid()), loggedIn()), {
      ...forbidden,
      message: 'role gatehouse_worker may not state login.succeeded',
    });
  });

  it('refuse a change without a fact', async () => {
    const id = ulid();
    await assert.rejects(
      inWorker(async (tx) => void (await change(tx, id, 'new'))),
      { ...wrong, message: `no ledger event for guarded/${id}@1` },
    );
    await inWorker(async (tx) => {
      await record(tx, ledger.keys, [factOf(id, 1)]);
      await change(tx, id, 'new');
    });
    const { rowCount } = await ledger.pools.worker.query(sql`select from guarded where id = ${id}`);
    assert.equal(rowCount, 1);
  });

  it('refuse a change that another transaction accounted for', async () => {
    const id = ulid();
    await inWorker((tx) => record(tx, ledger.keys, [factOf(id, 1)]));
    await assert.rejects(
      inWorker(async (tx) => void (await change(tx, id, 'new'))),
      wrong,
    );
  });

  it('ask for two facts where one row changes twice', async () => {
    const id = ulid();
    const twice = (facts: Parameters<typeof record>[2]) =>
      inWorker(async (tx) => {
        await record(tx, ledger.keys, facts);
        await change(tx, id, 'once');
        await change(tx, id, 'twice');
      });

    await assert.rejects(twice([factOf(id, 1)]), wrong);
    await assert.rejects(twice([factOf(id, 2)]), wrong);
    await twice([factOf(id, 1), factOf(id, 2)]);
  });

  it('refuse a second fact for one row version, before and after it is in the record', async () => {
    const [id, caseId] = [ulid(), ulid()];
    await ledger.state('worker', factOf(id, 1));
    await assert.rejects(ledger.state('worker', factOf(id, 1)), { code: '23505' });
    await assert.rejects(ledger.state('worker', held(caseId), factOf(id, 1)), { code: '23505' });
    await ledger.sequenceAll();
    await assert.rejects(ledger.state('worker', factOf(id, 1)), { code: '23505' });
    await assert.rejects(ledger.state('worker', held(caseId), factOf(id, 1)), {
      code: '23505',
      message: `guarded/${id}@1 is accounted for already`,
    });
    await assert.rejects(ledger.state('worker', factOf(id, 2), factOf(id, 2)), { code: '23505' });
    await ledger.sequenceAll();
  });

  /** As a role might call it that was taken over, with formats and arrays of its own. */
  const forge = (leaves: string, caseIds: string, rowKeys = '{null,null}') =>
    ledger.pools.worker.query('select ledger.state($1, $2, $3)', [leaves, caseIds, rowKeys]);
  const list = (leaf: string) => `{${JSON.stringify(leaf)}}`;

  it('refuse a leaf that says another place than it has', async () => {
    const caseId = ulid();
    await ledger.state('worker', opened(caseId));
    const leaf = (place: string) => list(`{"type":"case.held"${place}}`);
    const itsOwn = `,"case":"${caseId}","case_seq":`;
    for (const [leaves, caseIds] of [
      [leaf(`,"case":"${ulid()}","case_seq":%3$s`), `{${caseId}}`],
      [leaf(`${itsOwn}%3$s`), '{null}'],
      [leaf(`${itsOwn}2`), '{null}'],
      [leaf(`${itsOwn}2`), '{}'],
      [leaf(`${itsOwn}2`), `[2:2]={${caseId}}`],
      [leaf(''), `{${caseId}}`],
      [leaf(`${itsOwn}1`), `{${caseId}}`],
      [leaf(`${itsOwn}3`), `{${caseId}}`],
      [leaf(`${itsOwn}null`), `{${caseId}}`],
      [leaf(`,"row":"guarded/a@1"${itsOwn}2,"case_seq":9`), `{${caseId}}`],
    ] as const) {
      await assert.rejects(forge(leaves, caseIds), { code: /^(23514|22P02)$/ }, leaves);
    }
    const [other, also] = [ulid(), `{"type":"case.held"${itsOwn}%3$s}`];
    const two = (...leaves: string[]) => `{${leaves.map((it) => JSON.stringify(it)).join()}}`;
    const foreign = also.replace(caseId, other);
    for (const [leaves, caseIds] of [
      [two(also, foreign), `{${other},${caseId}}`],
      [two(also, foreign), `{${caseId},null}`],
      [two(also, also), `{${caseId},null}`],
      [two(also, foreign.replace('%3$s', '2')), `{${caseId},${other}}`],
      [two(also, foreign.replace('%3$s', 'null')), `{${caseId},${other}}`],
      [two(also, foreign), `[2:3]={${caseId},${other}}`],
      [`[2:3]=${two(also, foreign)}`, `{${caseId},${other}}`],
      [two(also, '{"type":"case.held"}'), `{${caseId},${other}}`],
      [two(also), `{{${caseId},${other}}}`],
    ] as const) {
      await assert.rejects(
        forge(leaves, caseIds),
        { code: /^(23514|22P02|42501|0A000)$/ },
        `${leaves} ${caseIds}`,
      );
    }
    await forge(two(also, foreign), `{${caseId},${other}}`);
    await forge(leaf(`${itsOwn}%3$s`), `{${caseId}}`);
    await ledger.sequenceAll();
  });

  it('judge a leaf as it is once it is filled in', async () => {
    const caseId = ulid();
    const leaf = `{"type":"switch.stop%2$sped","case":"${caseId}","case_seq":%3$s}`;
    await assert.rejects(forge(list(leaf), `{${caseId}}`), {
      ...forbidden,
      message: 'role gatehouse_worker may not state switch.stopped',
    });
    for (const nowhere of ['{{"{}"}}', '[2:2]={"{}"}']) {
      await assert.rejects(forge(nowhere, '{}'), forbidden);
    }
    await assert.rejects(forge(list('{}'), '{}'), forbidden);
    const long = `{"type":"access.denied","data":"${'x'.repeat(65_535)}"}`;
    await assert.rejects(forge(list(long), '{null}'), wrong);
  });

  it('refuse a place in a case that is taken, should its chain have been put back', async () => {
    const caseId = ulid();
    await ledger.state('worker', opened(caseId), held(caseId));
    const putBack = (seq: number) =>
      ledger.pools.admin.query('update ledger.chain set seq = $1 where case_id = $2', [
        seq,
        caseId,
      ]);
    await putBack(1);
    const alone = [held(caseId)];
    const among = [held(ulid()), ...alone];
    for (const facts of [alone, among])
      await assert.rejects(ledger.state('worker', ...facts), { code: '23505' });
    await ledger.sequenceAll();
    for (const facts of [alone, among])
      await assert.rejects(ledger.state('worker', ...facts), { code: '23505' });
    await putBack(2);
    await ledger.state('worker', held(caseId));
  });

  it('see a fact that the scribe takes into the record meanwhile', async () => {
    const id = ulid();
    await ledger.sequenceAll();
    await ledger.state('worker', factOf(id, 1));
    const again = [[factOf(id, 1)], [held(ulid()), factOf(id, 1)]];
    const stated: Promise<void>[] = [];
    await inTransaction(ledger.pools.scribe, async (tx) => {
      await sequence(tx);
      for (const facts of again) stated.push(ledger.state('worker', ...facts));
      for (const it of stated) it.catch(() => {});
      await somebodyWaits(stated.length);
    });
    for (const it of stated) {
      await assert.rejects(it, {
        code: '23505',
        message: `guarded/${id}@1 is accounted for already`,
      });
    }
  });

  /** Until so many sessions of this database wait for another one. */
  async function somebodyWaits(sessions: number): Promise<void> {
    for (;;) {
      const { rowCount } = await ledger.pools.admin.query(
        `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      if (rowCount === sessions) return;
    }
  }

  it('let nobody write, but by stating a fact, nor look at what is staged', async () => {
    const caseId = ulid();
    await ledger.state('worker', opened(caseId));
    for (const statement of [
      `insert into ledger.staged (leaf) values ('{"type":"access.denied"}')`,
      `insert into ledger.staged (leaf, xact) values ('{}', default)`,
      `insert into ledger.chain values ('${ulid()}', 0, sha256(''))`,
      `update ledger.chain set seq = 0 where case_id = '${caseId}'`,
      `delete from ledger.chain where case_id = '${caseId}'`,
      `insert into ledger.disclosure values ('x', 'y', gen_random_uuid(), 'z', '')`,
    ]) {
      for (const role of ['web', 'worker', 'scribe'] as const) {
        await assert.rejects(ledger.pools[role].query(statement), forbidden, statement);
      }
    }
    for (const statement of [
      'select from ledger.staged',
      'delete from ledger.staged',
      `insert into ledger.entry (idx, sid, leaf, leaf_hash, staged_by) values (99, 99, '', '', 'x')`,
      'update ledger.head set size = 0',
      'delete from ledger.disclosure',
      'update ledger.subject_key set wrapped = null',
      `insert into ledger.writer values ('gatehouse_web', 'step.verified')`,
    ]) {
      await assert.rejects(ledger.pools.worker.query(statement), forbidden, statement);
      await assert.rejects(ledger.pools.web.query(statement), forbidden, statement);
    }
  });

  it('keep what is recorded as it is, even from the owner', async () => {
    await ledger.state('worker', opened(ulid()));
    await ledger.sequenceAll();
    await ledger.pools.scribe.query(`
      insert into ledger.checkpoint (origin, size, root, note)
      select origin, size, root, 'a note' from ledger.head;
      insert into ledger.cosignature (origin, size, key_id, line, at)
      select origin, size, 'abcd', 'a line', now() from ledger.checkpoint;
      insert into ledger.tsa_token (origin, size, tsa, generation, tsr, gen_time, chain_pem)
      select origin, size, 'tsa-a', 0, '', now(), '' from ledger.checkpoint;
    `);
    for (const [table, column] of [
      ['entry', 'leaf'],
      ['checkpoint', 'note'],
      ['cosignature', 'line'],
      ['tsa_token', 'tsa'],
    ]) {
      for (const pool of [ledger.pools.owner, ledger.pools.admin]) {
        const appendOnly = { ...forbidden, message: `ledger.${table} is append-only` };
        await assert.rejects(
          pool.query(`update ledger.${table} set ${column} = ${column}`),
          appendOnly,
        );
        await assert.rejects(pool.query(`delete from ledger.${table}`), appendOnly);
        await assert.rejects(pool.query(`truncate ledger.${table} cascade`), forbidden);
      }
      await assert.rejects(ledger.pools.scribe.query(`delete from ledger.${table}`), forbidden);
    }
  });
});
