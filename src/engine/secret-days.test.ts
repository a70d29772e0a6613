import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { acknowledgeAlert, listAlerts, resolveAlerts } from '#store/alerts.ts';
import { secretCondition } from '#store/secret-days.ts';
import { sql } from '#store/sql.ts';
import { startDatabase } from '#store/testing/database.ts';
import { tellOfSecretsRunningOut } from './secret-days.ts';

const { pools } = await startDatabase();

/** Moves the day of a secret, without the fact that whoever says so leaves behind. */
async function runsOut(inDays: number | null, secret = 'token'): Promise<void> {
  const client = await pools.admin.connect();
  await client.query("set session_replication_role = 'replica'");
  const day = sql`((clock_timestamp() at time zone 'UTC')::date + ${inDays}::int)::text`;
  await client.query(sql`
    update connections
       set secrets_expire = (secrets_expire - ${secret}::text) ||
             case when ${inDays}::int is null then '{}'::jsonb
                  else jsonb_build_object(${secret}::text, ${day}) end
     where id = 'okta'
  `);
  await client.query('reset session_replication_role');
  client.release();
}

const told = async () => {
  await tellOfSecretsRunningOut({ pool: pools.worker });
  const open = (await listAlerts(pools.worker, 50)).filter((it) => it.resolvedAt === null);
  return open.map(({ body, acknowledgedBy, times }) => ({
    when: /Okta \(okta\) (.*?)\. Until/.exec(body)?.[1]?.replaceAll(/\d{4}-\d\d-\d\d/g, 'DAY'),
    seen: acknowledgedBy !== null,
    times,
  }));
};
const once = (when: string) => [{ when, seen: false, times: 1 }];

describe('a secret of a connection that runs out', () => {
  before(async () => {
    const client = await pools.admin.connect();
    await client.query("set session_replication_role = 'replica'");
    await client.query(`
      insert into connections (id, version, connector, name, category, settings, secret_fields, inbound_fields,
                               allowed_hosts, state)
      values ('okta', 1, 'okta', 'Okta', 'identity', '{}', '{token}', '{webhookKey}', '{}', 'active')`);
    await client.query('reset session_replication_role');
    client.release();
  });

  it('is told of 30, 7 and 1 days ahead and once it has, each time once', async () => {
    await runsOut(31);
    assert.deepEqual(await told(), []);
    for (const [days, when] of [
      [30, 'runs out on DAY, in 30 days'],
      [7, 'runs out on DAY, in 7 days'],
      [1, 'runs out on DAY, tomorrow'],
      [-1, 'ran out on DAY'],
    ] as const) {
      await runsOut(days);
      assert.deepEqual(await told(), once(when));
      assert.deepEqual(await told(), once(when), 'and not again');
    }
  });

  it('is told of anew a week ahead to whoever saw to it a month ahead', async () => {
    await runsOut(20);
    assert.deepEqual(await told(), once('runs out on DAY, in 20 days'));
    const [alert] = await listAlerts(pools.worker, 1);
    await acknowledgeAlert(pools.worker, { id: alert!.id, by: 'u-1' });
    await runsOut(19);
    assert.deepEqual(
      (await told()).map(({ seen }) => seen),
      [true],
    );
    await runsOut(6);
    assert.deepEqual(await told(), once('runs out on DAY, in 6 days'));
  });

  it('is over once it was replaced or its day is unknown or far, and is told of again if it comes near', async () => {
    await runsOut(null);
    assert.deepEqual(await told(), []);
    await runsOut(5);
    assert.equal((await told()).length, 1);
    await runsOut(5, 'webhookKey');
    assert.equal((await told()).length, 2, 'each secret for itself');
    await resolveAlerts(pools.worker, secretCondition('okta', 'token'));
    await runsOut(400);
    await runsOut(400, 'webhookKey');
    assert.deepEqual(await told(), []);
  });
});
