import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type pg from 'pg';
import { leisureOf } from './leisure.ts';
import { startDatabase } from './testing/database.ts';
import { giveUpTurn, keepRates, moveLine, takeTurn } from './turns.ts';

describe('the line of those who ask a connection with a rate limit', () => {
  let db: pg.Pool;
  let admin: pg.Pool;
  before(async () => {
    const { pools } = await startDatabase();
    ({ worker: db, admin } = pools);
  });

  /** A connection, and steps that are due in it; what they belong to does not matter here. */
  async function line(id: string, it: { perSecond: number | null; priorities: number[] }) {
    const client = await admin.connect();
    try {
      await client.query(`set session_replication_role = replica`);
      await client.query(
        `with connection as (
           insert into connections (id, version, connector, name, category, settings, secret_fields, inbound_fields,
                                    allowed_hosts, state, rate_per_second)
           values ($1, 1, 'scim', $1, 'identity', '{}', '{}', '{}', '{}', 'active', $2)
         ), health as (
           insert into connection_health (connection_id) values ($1)
         )
         insert into steps (id, case_id, key, position, playbook_step, title, layer, kind, connection_id, rule, priority,
                            status, wake_at)
         select $1 || '-' || n, $1, n, n, 'step', 'A step', 'security', 'action', $1, 'confirmed', priority, 'ready', now()
           from unnest($3::int[]) with ordinality as of_step (priority, n)`,
        [id, it.perSecond, it.priorities],
      );
    } finally {
      await client.query(`reset session_replication_role`);
      client.release();
    }
    await keepRates(db, [{ connectionId: id, allowed: null }]);
    const beganAt = Date.now();
    /** In how many seconds a moment is, from the beginning, to the nearest ten. */
    const inSeconds = (at: Date | undefined) =>
      at && Math.round((at.getTime() - beganAt) / 10_000) * 10;
    return {
      take: async (n: number, pays: number) =>
        inSeconds((await takeTurn(db, { stepId: `${id}-${n}`, pays }))?.at),
      /** When a step's turn is now. */
      async turnOf(n: number) {
        const { rows } = await db.query<{ at: Date }>(
          `select s.slot_at + h.moved as at
             from steps s join connection_health h using (connection_id)
            where s.id = $1`,
          [`${id}-${n}`],
        );
        return inSeconds(rows[0]?.at);
      },
      isFree: async () => (await leisureOf(db, id))?.isLineFree,
    };
  }

  const usual = 100;

  it('moves on by the requests that each turn pays for', async () => {
    const { take } = await line('wiki', { perSecond: 0.1, priorities: [usual, usual, usual] });

    assert.deepEqual([await take(1, 3), await take(2, 1), await take(3, 3)], [0, 30, 40]);
    assert.equal(await take(2, 1), undefined, 'whoever has a turn takes no other');
  });

  it('moves everybody who waits in it by what was asked beyond that, and back by what was not', async () => {
    const it = await line('chat', { perSecond: 0.1, priorities: [usual, usual, usual] });
    assert.deepEqual([await it.take(1, 3), await it.take(2, 3)], [0, 30]);
    assert.equal(await it.isFree(), false);

    await moveLine(db, { connectionId: 'chat', requests: 4 });
    assert.equal(await it.turnOf(2), 70);
    await moveLine(db, { connectionId: 'chat', requests: -2 });
    assert.equal(await it.turnOf(2), 50);
    assert.equal(await it.take(3, 1), 80);
  });

  it('lets an urgent step go at once, and all others wait for it', async () => {
    const it = await line('mail', { perSecond: 0.1, priorities: [usual, usual, 10] });
    assert.deepEqual([await it.take(1, 3), await it.take(2, 3)], [0, 30]);

    assert.equal(await it.take(3, 3), 0);

    assert.equal(await it.turnOf(2), 60);
  });

  it('wants another turn of a step that is to be done at another moment', async () => {
    const it = await line('code', { perSecond: 0.1, priorities: [usual, usual] });
    assert.deepEqual([await it.take(1, 3), await it.take(2, 3)], [0, 30]);

    await db.query(`update steps set wake_at = now() + interval '1 second' where id = 'code-1'`);

    assert.equal(await it.take(1, 1), 60);
  });

  it('has a step stand in line again whose turn came to nothing', async () => {
    const it = await line('desk', { perSecond: 0.1, priorities: [usual, usual] });
    assert.deepEqual([await it.take(1, 3), await it.take(2, 3)], [0, 30]);

    await giveUpTurn(db, 'desk-1');

    assert.equal(await it.take(1, 1), 60);
  });

  it('asks an idle system at once for a fifth of what its vendor allows, and then for four fifths', async () => {
    const it = await line('hub', { perSecond: null, priorities: [usual, usual, usual] });
    assert.equal(
      await it.take(1, 3),
      undefined,
      'where nothing is allowed or set, there is no line',
    );

    // 10 in 100 seconds: 2 at once, and then one in 12.5 seconds.
    await keepRates(db, [{ connectionId: 'hub', allowed: { requests: 10, perSeconds: 100 } }]);
    assert.deepEqual([await it.take(1, 2), await it.take(2, 8), await it.take(3, 1)], [0, 0, 100]);
    assert.equal(await it.isFree(), false);
  });
});
