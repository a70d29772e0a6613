import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { KeyProblem } from './keys.ts';
import { inTransaction } from './sql.ts';
import { startDatabase } from './testing/database.ts';
import { startVaults } from './testing/vaults.ts';

const { pools, worker, web } = await startVaults();
const hosts = ['acme.example:443'];

describe('a secret that somebody types', () => {
  const entered = (connectionId: string, value: string, version = 1) => ({
    connectionId,
    field: 'token',
    version,
    value,
    hosts,
    enteredBy: 'kim@acme.example',
  });

  const read = (connectionId: string) => worker.readSecrets(pools.worker, { connectionId, hosts });

  const open = (connectionId: string) =>
    inTransaction(pools.worker, (tx) => worker.openInbox(tx, connectionId));

  it('goes from web to the worker, which stores it and empties the inbox', async () => {
    const connectionId = randomUUID();
    await web.sealForWorker(pools.web, entered(connectionId, 'hunter2'));

    assert.deepEqual(await open(connectionId), {
      stored: [{ field: 'token', version: 1 }],
      refused: [],
    });
    assert.equal((await read(connectionId)).get('token'), 'hunter2');
    assert.deepEqual(await open(connectionId), { stored: [], refused: [] });
  });

  it('counts when it is the last for its field, on top of what is stored', async () => {
    const connectionId = randomUUID();
    const old = { connectionId, field: 'token', value: 'old', hosts };
    await worker.storeSecret(pools.worker, old);
    for (const version of [4, 5, 3]) {
      await web.sealForWorker(pools.web, entered(connectionId, `new ${version}`, version));
    }

    assert.deepEqual((await open(connectionId)).stored, [{ field: 'token', version: 2 }]);
    assert.equal((await read(connectionId)).get('token'), 'new 5');
  });

  it('stays in the inbox when the worker falls over, and is stored once by two workers', async () => {
    const connectionId = randomUUID();
    await web.sealForWorker(pools.web, entered(connectionId, 'hunter2'));
    await assert.rejects(
      inTransaction(pools.worker, async (tx) => {
        await worker.openInbox(tx, connectionId);
        throw new Error('the worker fell over');
      }),
    );

    const both = await Promise.all([open(connectionId), open(connectionId)]);
    assert.deepEqual(
      both.flatMap((it) => it.stored),
      [{ field: 'token', version: 1 }],
    );
  });

  it('is refused when it was changed or re-aimed on its way, and blocks nothing', async () => {
    for (const tampering of [
      `allowed_hosts = '{evil.example:443}'`,
      `allowed_hosts = '{"a.example,b.example"}'`,
      `allowed_hosts = '{}'`,
      `version = 9`,
      `field = 'Pass|word'`,
      `sealed = set_byte(sealed, 60, get_byte(sealed, 60) # 1)`,
      `sealed = set_byte(sealed, 2, get_byte(sealed, 2) # 1)`,
      `sealed = ''`,
    ]) {
      const connectionId = randomUUID();
      await web.sealForWorker(pools.web, entered(connectionId, 'hunter2'));
      const { rows } = await pools.owner.query<{ field: string }>(
        `update secret.inbox set ${tampering} where connection_id = '${connectionId}'
         returning field`,
      );
      const outcome = await open(connectionId);
      assert.deepEqual(outcome, { stored: [], refused: [rows[0]!.field] }, tampering);
      assert.deepEqual(await open(connectionId), { stored: [], refused: [] });
    }
  });

  it('cannot be opened by web, which has neither the key nor the right', async () => {
    const connectionId = randomUUID();
    await web.sealForWorker(pools.web, entered(connectionId, 'hunter2'));
    await assert.rejects(web.openInbox(pools.web, connectionId), /permission denied/);
    await assert.rejects(
      inTransaction(pools.worker, (tx) => web.openInbox(tx, connectionId)),
      KeyProblem,
    );
  });

  it('can be entered as soon as a worker has run, and another worker changes nothing', async () => {
    const fresh = (await startDatabase()).pools;
    const connectionId = randomUUID();
    await assert.rejects(
      web.sealForWorker(fresh.web, entered(connectionId, 'hunter2')),
      /no worker has run/,
    );
    await worker.prepareInbox(fresh.worker);
    await web.sealForWorker(fresh.web, entered(connectionId, 'hunter2'));
    await worker.prepareInbox(fresh.worker);
    const { rowCount } = await fresh.owner.query('select from secret.inbox_key');
    assert.equal(rowCount, 1);
  });

  it('is not sealed to a key that was retired, while what was is still opened', async () => {
    const connectionId = randomUUID();
    await web.sealForWorker(pools.web, entered(connectionId, 'before', 1));
    await pools.worker.query('update secret.inbox_key set retired_at = now()');
    await assert.rejects(web.sealForWorker(pools.web, entered(connectionId, 'x', 2)), /no worker/);
    await worker.prepareInbox(pools.worker);

    assert.equal((await open(connectionId)).stored.length, 1);
    await web.sealForWorker(pools.web, entered(connectionId, 'after', 2));
    assert.equal((await open(connectionId)).stored.length, 1);
    assert.equal((await read(connectionId)).get('token'), 'after');
  });
});
