import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { ConnectorError } from '#core/failure.ts';
import type { Keyring } from './keys.ts';
import { sql } from './sql.ts';
import { startVaults } from './testing/vaults.ts';
import { openVault } from './vault.ts';

const { pools, installation, workerKeys, worker, web, scribe } = await startVaults();
const hosts = ['login.acme.example:443', 'ACME.example:8443'];

/** A connection with one stored secret. */
async function connectionWith(value: string, field = 'token') {
  const connectionId = randomUUID();
  await worker.storeSecret(pools.worker, { connectionId, field, value, hosts });
  return connectionId;
}

const read = (connectionId: string, at: readonly string[] = hosts) =>
  worker.readSecrets(pools.worker, { connectionId, hosts: at });

const count = async (table: 'dek' | 'value' | 'inbox'): Promise<number> => {
  const { rows } = await pools.owner.query(`select count(*)::integer as n from secret.${table}`);
  return rows[0].n;
};

const refusesToRead = (pattern: RegExp) => (error: unknown) => {
  assert.ok(error instanceof ConnectorError, String(error));
  assert.equal(error.failure.kind, 'unauthenticated');
  assert.match(error.failure.detail, pattern);
  assert.doesNotMatch(error.failure.detail, /hunter2/);
  return true;
};

describe('the credentials of a connection', () => {
  it('are read back by the worker, every field in its newest version', async () => {
    const connectionId = await connectionWith('old');
    const newer = { connectionId, field: 'token', value: 'schlüssel "\n', hosts };
    assert.equal(await worker.storeSecret(pools.worker, newer), 2);
    assert.equal(
      await worker.storeSecret(pools.worker, { ...newer, field: 'client_secret', value: '' }),
      1,
    );

    const values = await read(connectionId);
    assert.deepEqual(Object.fromEntries(values), { token: 'schlüssel "\n', client_secret: '' });
    assert.deepEqual(await read(randomUUID()), new Map());
  });

  it('lie in the database sealed, each under a key of its own', async () => {
    const connectionId = await connectionWith('hunter2-hunter2');
    const { rows } = await pools.owner.query<{ row: string; wrapped: string }>(sql`
      select value::text || dek::text as row, encode(wrapped, 'hex') as wrapped
        from secret.value
        join secret.dek using (dek_id)
       where connection_id = ${connectionId}
    `);
    assert.equal(rows.length, 1);
    assert.ok(!rows[0]!.row.includes(Buffer.from('hunter2').toString('hex')));
    assert.ok(!rows[0]!.row.includes('hunter2'));

    const all = await pools.owner.query('select distinct wrapped from secret.dek');
    assert.equal(all.rowCount, await count('dek'));
  });

  it('are not given out for a host they were not entered for', async () => {
    const connectionId = await connectionWith('hunter2');
    await assert.rejects(
      read(connectionId, ['evil.example:443']),
      refusesToRead(
        /"token" was entered for acme\.example:8443, login.*leads to evil\.example:443/,
      ),
    );
    await assert.rejects(read(connectionId, [...hosts, 'evil.example:443']), ConnectorError);
    assert.equal((await read(connectionId, ['Login.acme.example:443'])).get('token'), 'hunter2');
    assert.equal((await read(connectionId, [])).get('token'), 'hunter2');
  });

  it('do not open once somebody changed them, or where they may be sent, in the database', async () => {
    const other = await connectionWith('hunter2');
    for (const tampering of [
      `allowed_hosts = '{evil.example:443}'`,
      `allowed_hosts = allowed_hosts || '{evil.example:443}'`,
      `version = 7`,
      `field = 'password'`,
      `blob = set_byte(blob, 45, get_byte(blob, 45) # 1)`,
      `connection_id = '${randomUUID()}'`,
      `blob = (select blob from secret.value where connection_id = '${other}')`,
    ]) {
      const connectionId = await connectionWith('hunter2');
      const { rows } = await pools.owner.query<{ connection: string; hosts: string[] }>(
        `update secret.value set ${tampering} where connection_id = '${connectionId}'
         returning connection_id as connection, allowed_hosts as hosts`,
      );
      await assert.rejects(
        read(rows[0]!.connection, rows[0]!.hosts),
        refusesToRead(/does not open.*enter the secret anew/),
        tampering,
      );
    }
  });

  it('do not open in another installation', async () => {
    const connectionId = await connectionWith('hunter2');
    const elsewhere = openVault({ installation: randomUUID(), keyring: workerKeys });
    await assert.rejects(
      elsewhere.readSecrets(pools.worker, { connectionId, hosts }),
      refusesToRead(/does not open/),
    );
  });

  it('keep the older version until a check passed with the newer', async () => {
    const connectionId = await connectionWith('old');
    const deks = await count('dek');
    const newer = { connectionId, field: 'token', value: 'new', hosts };

    const version = await worker.storeSecret(pools.worker, newer);
    await worker.withdrawSecrets(pools.worker, connectionId, [{ field: 'token', version }]);
    assert.equal((await read(connectionId)).get('token'), 'old');

    await worker.storeSecret(pools.worker, newer);
    await worker.retireSecrets(pools.worker, connectionId);
    assert.equal((await read(connectionId)).get('token'), 'new');
    assert.equal(await count('dek'), deks, 'the key of the old one is gone as well');
  });

  it('are gone when the connection is removed, and so are their keys', async () => {
    const [deks, values, waiting] = await Promise.all([
      count('dek'),
      count('value'),
      count('inbox'),
    ]);
    const connectionId = await connectionWith('hunter2');
    const entered = { connectionId, field: 'token', version: 1, value: 'new', hosts };
    await web.sealForWorker(pools.web, { ...entered, enteredBy: 'kim' });

    await worker.removeSecrets(pools.worker, connectionId);
    assert.deepEqual(await Promise.all([count('dek'), count('value'), count('inbox')]), [
      deks,
      values,
      waiting,
    ]);
  });

  it('cost one call to a key service in a departure of many steps, and outlive its absence', async () => {
    let unwrapped = 0;
    let away = false;
    let nowMs = 0;
    const keyring: Keyring = {
      ...workerKeys,
      async unwrap(purpose, id, wrapped) {
        if (away) throw new Error('the key service is away');
        unwrapped += 1;
        return workerKeys.unwrap(purpose, id, wrapped);
      },
    };
    const vault = openVault({ installation, keyring, nowMs: () => nowMs });
    const connectionId = await connectionWith('hunter2');
    const readOn = () => vault.readSecrets(pools.worker, { connectionId, hosts });

    await readOn();
    away = true;
    for (let step = 0; step < 20; step += 1) {
      nowMs += 30_000;
      assert.equal((await readOn()).get('token'), 'hunter2');
    }
    assert.equal(unwrapped, 1);

    nowMs += 5 * 60_000;
    await assert.rejects(readOn(), /the key service is away/);
  });
});

describe('secrets of our own', () => {
  it('are kept in versions: the newest counts, during a rotation all of them', async () => {
    assert.equal(await web.readWebSecret(pools.web, 'hook.1'), null);
    assert.equal(await web.storeWebSecret(pools.web, 'hook.1', 'whsec_old'), 1);
    assert.equal(await web.storeWebSecret(pools.web, 'hook.1', 'whsec_new'), 2);

    assert.equal(await web.readWebSecret(pools.web, 'hook.1'), 'whsec_new');
    assert.equal(await web.readWebSecret(pools.web, 'hook.1', 1), 'whsec_old');
    assert.equal(await web.readWebSecret(pools.web, 'hook.1', 3), null);
    assert.deepEqual(await web.readWebSecrets(pools.web, 'hook.1'), ['whsec_new', 'whsec_old']);

    await web.removeWebSecret(pools.web, 'hook.1', 'older');
    assert.deepEqual(await web.readWebSecrets(pools.web, 'hook.1'), ['whsec_new']);
    await web.removeWebSecret(pools.web, 'hook.1');
    assert.deepEqual(await web.readWebSecrets(pools.web, 'hook.1'), []);
  });

  it('do not open under another name', async () => {
    await web.storeWebSecret(pools.web, 'oidc', 'hunter2');
    await pools.owner.query(`update secret.web_value set name = 'totp.1' where name = 'oidc'`);
    await assert.rejects(web.readWebSecret(pools.web, 'totp.1'), (error) => {
      assert.ok(error instanceof Error);
      assert.match(error.message, /totp\.1 \(version 1\) was changed/);
      return !error.message.includes('hunter2');
    });
  });

  it('belong to one role each', async () => {
    await scribe.storeSigningSecret(pools.scribe, 'ed25519', 'seed');
    assert.equal(await scribe.readSigningSecret(pools.scribe, 'ed25519'), 'seed');

    for (const [vault, pool] of [
      [web, pools.web],
      [worker, pools.worker],
    ] as const) {
      await assert.rejects(vault.readSigningSecret(pool, 'ed25519'), /permission denied/);
      await assert.rejects(
        vault.storeSigningSecret(pool, 'ed25519', 'x'),
        /permission denied|given/,
      );
    }
    await assert.rejects(worker.readWebSecret(pools.worker, 'oidc'), /permission denied/);
    for (const [vault, pool] of [
      [web, pools.web],
      [scribe, pools.scribe],
    ] as const) {
      await assert.rejects(
        vault.readSecrets(pool, { connectionId: randomUUID(), hosts }),
        /permission denied/,
      );
    }
  });
});

it('shows each role the data keys of its own purpose only', async () => {
  await connectionWith('hunter2');
  await web.storeWebSecret(pools.web, 'session', 'x');
  await scribe.storeSigningSecret(pools.scribe, 'tsa', 'x');
  for (const [role, purpose] of [
    ['web', 'web'],
    ['worker', 'connection'],
    ['scribe', 'signing'],
  ] as const) {
    const { rows } = await pools[role].query(
      'select distinct purpose from secret.dek join secret.kek using (kek_id)',
    );
    assert.deepEqual(rows, [{ purpose }]);
  }
});
