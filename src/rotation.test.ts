import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, describe, it } from 'node:test';
import { openRotatingToken } from '#connector-kit/rotating-token.ts';
import {
  application,
  startAuthorizationServer,
} from '#connector-kit/testing/authorization-server.ts';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { openSubjectKeys } from '#store/subject-keys.ts';
import { startVaults } from '#store/testing/vaults.ts';
import { replaceSecrets } from './rotation.ts';

const { pools, workerKeys, worker: vault } = await startVaults();
const keys = openSubjectKeys(workerKeys);
const server = await startAuthorizationServer();
after(() => server.close());
const allowedHosts = ['payroll.example:443'];

/** A connection that was allowed in once. */
async function allowed() {
  const uuid = randomUUID();
  const refreshToken = await server.allow();
  const secret = { connectionId: uuid, field: 'refresh_token', hosts: allowedHosts };
  await vault.storeSecret(pools.worker, { ...secret, value: refreshToken });
  const held = async () =>
    Object.fromEntries(
      await vault.readSecrets(pools.worker, { connectionId: uuid, hosts: allowedHosts }),
    );
  /** As each pass opens it, with what the vault holds then. */
  const open = async () => {
    const { access_token: accessToken } = await held();
    const io = {
      ...loopbackIo,
      replaceSecrets: (exchange: Parameters<typeof replaceSecrets>[2]) =>
        replaceSecrets(
          { pool: pools.worker, keys, vault },
          { id: 'payroll', uuid, allowedHosts },
          exchange,
        ),
    };
    const proof = { kind: 'secret', secret: application.secret, in: 'body' } as const;
    const client = { id: application.id, proof };
    return openRotatingToken(io, { tokenUrl: server.tokenUrl, client, accessToken });
  };
  return { uuid, refreshToken, held, open };
}

describe('a refresh token that is good for one exchange', () => {
  it('is replaced in the vault before the new access token is used, as a fact without values', async () => {
    const it = await allowed();
    const header = await (await it.open()).header();
    const { access_token, refresh_token } = await it.held();
    assert.equal(header, `Bearer ${access_token}`);
    assert.notEqual(refresh_token, it.refreshToken);

    const { rows } = await pools.admin.query('select * from ledger.staged');
    const text = rows.flatMap((row) => Object.values(row).map(String)).join('\n');
    assert.match(text, /credential\.rotated/);
    for (const value of [access_token, refresh_token, it.refreshToken])
      assert.ok(!text.includes(String(value)));

    // The next pass uses what was kept, and the next exchange what came of this one.
    const next = await it.open();
    assert.equal(await next.header(), header);
    await next.renew();
    assert.notEqual(await next.header(), header);
  });

  it('is exchanged once, by however many at the same moment', async () => {
    const it = await allowed();
    const before = server.exchanges();
    const all = await Promise.all([it.open(), it.open(), it.open()]);
    const headers = await Promise.all(all.map((one) => one.header()));
    assert.equal(new Set(headers).size, 1);
    assert.equal(server.exchanges(), before + 1);
  });

  it('says what to do when the one that replaced it was never kept', async () => {
    const it = await allowed();
    await server.exchange(it.refreshToken); // and here the process died
    await assert.rejects(
      (await it.open()).header(),
      failsAs('unauthenticated', /cut off before it could keep .* enter the new refresh token/),
    );
    assert.equal((await it.held())['refresh_token'], it.refreshToken);
  });
});
