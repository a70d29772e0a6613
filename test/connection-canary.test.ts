import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { changeSetting } from '#app/settings.ts';
import { until } from '#core/testing/until.ts';
import { startScimServer } from '../practice/servers/scim.ts';
import { startGatehouse, type TestGatehouse } from './support/gatehouse.ts';

const token = 'the-key-that-is-good';

describe('a connection that nobody uses', () => {
  let gatehouse: TestGatehouse;
  let wiki: Awaited<ReturnType<typeof startScimServer>>;
  const start = (port = 0, accepted = token) =>
    startScimServer({ port, token: accepted, users: [] });

  before(async () => {
    gatehouse = await startGatehouse({ selfWatchMs: 100, canaryMs: 1_000, callMs: 3_000 });
    wiki = await start();
    await gatehouse.connect(
      {
        ...{ id: 'wiki', connector: 'scim', owner: { name: 'Olga', email: 'olga@meadow.example' } },
        settings: { baseUrl: wiki.url, token, groups: 'none' },
      },
      [Number(new URL(wiki.url).port)],
    );
    await changeSetting(gatehouse.app, gatehouse.admin, 'alerts', { contacts: [] });
  });
  after(async () => {
    await gatehouse?.stop();
    await wiki?.close();
  });

  const alerts = () =>
    gatehouse.rows<{ kind: string; body: string; connectionId: string }>(
      `select kind, body, connection_id as "connectionId" from alerts where resolved_at is null`,
    );
  const checkedAt = async () => {
    const [row] = await gatehouse.rows<{ at: string }>(
      `select checked_at::text as at from connection_health where connection_id = 'wiki'`,
    );
    return row!.at;
  };

  it('is asked day by day', async () => {
    const before = await checkedAt();
    await until('it to be asked', async () => (await checkedAt()) !== before);
    assert.deepEqual(await alerts(), []);
  });

  it('that no longer knows our key is told of before anybody leaves, and it is over when it does again', async () => {
    const port = Number(new URL(wiki.url).port);
    await wiki.close();
    wiki = await start(port, 'another key');
    const [alert] = await until('it to be told', async () => {
      const found = await alerts();
      return found.length > 0 && found;
    });
    assert.deepEqual([alert!.kind, alert!.connectionId], ['connection.unready', 'wiki']);
    assert.match(alert!.body, /SCIM 2\.0 \(wiki\) was asked/);
    assert.ok(!JSON.stringify([alert, gatehouse.logs]).includes(token));

    await wiki.close();
    wiki = await start(port);
    await until('it to be over', async () => (await alerts()).length === 0);
  });

  it('that was paused is left alone', async () => {
    await gatehouse.rows(`
      with session as (select set_config('session_replication_role', 'replica', true))
      update connections set state = 'paused' from session where id = 'wiki'
    `);
    await until('some looks to pass', async () => {
      const [row] = await gatehouse.rows<{ late: boolean }>(
        `select greatest(looked_at, checked_at) < clock_timestamp() - interval '2 seconds' as late
           from connection_health where connection_id = 'wiki'`,
      );
      return row!.late;
    });
  });
});
