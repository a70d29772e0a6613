import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { replaceKey } from '#store/key-rotation.ts';
import { followKeys, openKeyring, type Purpose, registerKeys } from '#store/keys.ts';
import { inTransaction } from '#store/sql.ts';
import { openSubjectKeys } from '#store/subject-keys.ts';
import { startVaults } from '#store/testing/vaults.ts';
import { openVault } from '#store/vault.ts';
import { keysInUseChecks } from './doctor-keys.ts';
import { rotateKey } from './keys.ts';

const { pools, folder, installation, worker, workerKeys } = await startVaults();
const hosts = ['payroll.example:443'];
const connections = Array.from({ length: 60 }, () => randomUUID());
for (const connectionId of connections) {
  await worker.storeSecret(pools.worker, {
    connectionId,
    field: 'token',
    value: connectionId,
    hosts,
  });
}

type Pools = Parameters<typeof rotateKey>[0]['pools'];
const rotate = (purpose: Purpose, its: Pools = pools) =>
  rotateKey({ admin: pools.admin, pools: its }, { folder, purpose, atOnce: 10, waitMs: 50 });
const files = (purpose: Purpose) =>
  readdirSync(folder)
    .filter((name) => name.startsWith(purpose))
    .map((name) => name.replace(/old-[0-9a-f]{8}/, 'old-…'))
    .toSorted();
const activeKey = async (purpose: Purpose): Promise<string> =>
  (
    await pools.admin.query(
      `select kek_id from secret.kek where purpose = $1 and state = 'active'`,
      [purpose],
    )
  ).rows[0].kek_id;
const tokenOf = async (vault: typeof worker, connectionId: string) =>
  (await vault.readSecrets(pools.worker, { connectionId, hosts })).get('token');
/** As a process that starts now would open it, with nothing in its memory. */
async function afresh() {
  const keyring = await openKeyring(folder, ['connection', 'subject']);
  await registerKeys(pools.worker, keyring);
  return { keyring, vault: openVault({ installation, keyring }) };
}
async function rotations(purpose: Purpose) {
  const { rows } = await pools.admin.query<{ data: { rewrapped: number; remaining: number } }>(
    `select convert_from(leaf, 'UTF8')::jsonb -> 'data' as data from ledger.staged
      where leaf like '%secret.kek-rotated%' and leaf like $1 order by sid`,
    [`%"purpose":"${purpose}"%`],
  );
  return rows.map(({ data }) => data);
}

describe('replacing a key that seals secrets', () => {
  it('fails nobody who reads or stores secrets meanwhile, and leaves nothing under the old one', async () => {
    const old = await activeKey('connection');
    let [over, calls] = [false, 0];
    // Two processes at work: one that has run all the time, and one that keeps nothing in memory.
    const reading = Array.from({ length: 8 }, async (_, i) => {
      while (!over || calls < 200) {
        const connectionId = connections[(calls * 7 + i) % connections.length]!;
        const vault = i % 2 === 0 ? worker : (await afresh()).vault;
        assert.equal(await tokenOf(vault, connectionId), connectionId);
        calls += 1;
      }
    });
    const storing = (async () => {
      while (!over) {
        const connectionId = randomUUID();
        const secret = { connectionId, field: 'token', value: connectionId, hosts };
        await worker.storeSecret(pools.worker, secret);
        connections.push(connectionId);
        await followKeys(pools.worker, workerKeys); // every two seconds in a process
      }
    })();
    const said = await rotate('connection');
    over = true;
    await Promise.all([...reading, storing]);

    assert.match(said.join('\n'), /^\d+ sealed under the new key .*\nIt is connection.key now/);
    assert.notEqual(await activeKey('connection'), old);
    const { rows } = await pools.admin.query('select from secret.dek where kek_id = $1', [old]);
    assert.equal(rows.length, 0);
    assert.deepEqual(files('connection'), ['connection.key', 'connection.old-….key']);

    // Without the old file, as nothing of it is needed any more.
    for (const name of readdirSync(folder)) {
      if (name.startsWith('connection.old-')) rmSync(path.join(folder, name));
    }
    const { vault } = await afresh();
    for (const it of connections) assert.equal(await tokenOf(vault, it), it);
    const facts = await rotations('connection');
    assert.equal(facts[0]?.rewrapped, 0);
    assert.ok(facts.reduce((sum, it) => sum + it.rewrapped, 0) >= 60);
  });

  it('goes on where it was killed, with the same key', async () => {
    const old = await activeKey('connection');
    let left = 4;
    const dying = {
      ...pools,
      worker: {
        connect: () => (left-- > 0 ? pools.worker.connect() : Promise.reject(new Error('killed'))),
      },
    } as unknown as Pools;
    await assert.rejects(rotate('connection', dying), /killed/);
    const half = await activeKey('connection');
    assert.notEqual(half, old);
    assert.deepEqual(files('connection'), ['connection.key', 'connection.next.key']);
    // Some under the one and some under the other: both open, for who runs and for who starts now.
    const { vault } = await afresh();
    for (const it of connections) {
      assert.equal(await tokenOf(vault, it), it);
      assert.equal(await tokenOf(worker, it), it);
    }

    await rotate('connection');
    assert.equal(await activeKey('connection'), half);
    assert.deepEqual(files('connection'), ['connection.key', 'connection.old-….key']);
    const { rows } = await pools.admin.query('select from secret.dek where kek_id = $1', [old]);
    assert.equal(rows.length, 0);
  });

  it('leaves the keys of people as they were, under another', async () => {
    const keys = openSubjectKeys(workerKeys);
    const subjects = Array.from({ length: 25 }, () => randomUUID());
    const before = await Promise.all(subjects.map((it) => keys.keyOf(pools.worker, it)));

    await rotate('subject');

    const { keyring } = await afresh();
    const anew = openSubjectKeys(keyring);
    assert.deepEqual(await Promise.all(subjects.map((it) => anew.keyOf(pools.worker, it))), before);
    assert.equal((await rotations('subject')).at(-1)?.remaining, 0);
  });

  it('is the same for what comes in and for what signs', async () => {
    for (const purpose of ['web', 'signing'] as const) {
      const old = await activeKey(purpose);
      await rotate(purpose);
      assert.notEqual(await activeKey(purpose), old);
    }
  });

  it('is seen by the doctor where the new one is missing, or something is still sealed under the old one', async () => {
    const findings = async () => {
      const check = keysInUseChecks({ pools, admin: pools.admin }, folder);
      return (await check['keys in use']!()).map(({ state, text }) => `${state}: ${text}`);
    };
    const old = await activeKey('connection');
    assert.match(
      (await findings()).join('\n'),
      /^well: Each key that is in use lies on this machine/,
    );

    const elsewhere = {
      purpose: 'connection',
      kekId: randomUUID(),
      ref: 'file:elsewhere',
    } as const;
    await inTransaction(pools.admin, (tx) => replaceKey(tx, elsewhere));

    const [missing, sealed, ...more] = await findings();
    assert.match(
      missing!,
      new RegExp(`^wrong: .*connection.key \\(${elsewhere.kekId}\\) is not in `),
    );
    assert.match(
      sealed!,
      new RegExp(`^look: \\d+ pieces .* connection key that was replaced \\(${old}\\): its`),
    );
    assert.deepEqual(more, []);

    await pools.admin.query(`update secret.kek set state = 'decrypt-only' where kek_id = $1`, [
      elsewhere.kekId,
    ]);
    await pools.admin.query(`update secret.kek set state = 'active' where kek_id = $1`, [old]);
  });
});
