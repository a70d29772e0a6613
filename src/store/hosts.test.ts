import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, it } from 'node:test';
import { until } from '#core/testing/until.ts';
import { addressesOf, loggedInAs } from './hosts.ts';
import { holdLife } from './liveness.ts';
import { openPool, openQueuePool } from './pools.ts';
import { startDatabase } from './testing/database.ts';

const { url } = await startDatabase();
const there = new URL(url('worker'));
const parameter = (name: string) => there.searchParams.get(name) ?? '';
const socketPath = `${parameter('host')}/.s.PGSQL.${there.port}`;

/** A host in front of the one server there is; what comes through one that is only read is told so as it begins. */
async function startHost({ readOnly = false } = {}) {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(socketPath);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.once('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    far.pipe(near);
    if (!readOnly) near.pipe(far);
    else {
      near.once('data', (startup: Buffer) => {
        const more = Buffer.from('default_transaction_read_only\0on\0\0');
        const told = Buffer.concat([startup.subarray(0, -1), more]);
        told.writeUInt32BE(told.length);
        far.write(told);
        near.pipe(far);
      });
    }
  });
  let port = 0;
  const open = async () => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  };
  await open();
  return {
    host: `127.0.0.1:${port}`,
    open,
    connections: () => sockets.size,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      sockets.clear();
      await closed;
    },
  };
}

describe('an address of several hosts', () => {
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });

  async function host(options: { readOnly?: boolean } = {}) {
    const it = await startHost(options);
    ends.push(() => it.close().catch(() => {}));
    return it;
  }
  function open(...hosts: readonly string[]) {
    const address = `postgres://${parameter('user')}:${parameter('password')}@${hosts.join()}${there.pathname}`;
    const worker = openPool('worker', { connectionString: address }, () => {});
    const queue = openQueuePool(worker, () => {});
    ends.push(
      () => worker.end(),
      () => queue.end(),
    );
    return { worker, queue };
  }

  it('is one address for each, and stays one for another user', () => {
    const address = 'postgres://a:b,c@h1:1,[::1]:2,%2Frun/g?sslmode=require';
    assert.deepEqual(addressesOf(address), [
      'postgres://a:b,c@h1:1/g?sslmode=require',
      'postgres://a:b,c@[::1]:2/g?sslmode=require',
      'postgres://a:b,c@%2Frun/g?sslmode=require',
    ]);
    assert.deepEqual(addressesOf(loggedInAs('postgres://a:b@h1:1,h2:2/g', 'me', 'x&y')), [
      'postgres://a:b@h1:1/g?user=me&password=x%26y',
      'postgres://a:b@h2:2/g?user=me&password=x%26y',
    ]);
    assert.deepEqual(addressesOf('/run/postgresql g'), ['/run/postgresql g']);
  });

  it('leads past one that is down and one that can only be read', async () => {
    const [down, standby, primary] = [await host(), await host({ readOnly: true }), await host()];
    await down.close();
    const { worker, queue } = open(down.host, standby.host, primary.host);
    for (const pool of [worker, queue]) {
      assert.equal(
        (await pool.query('show transaction_read_only')).rows[0].transaction_read_only,
        'off',
      );
    }
    await until('nobody to stay with the standby', () => standby.connections() === 0);
  });

  it('says of each why it is none, and is asked anew the next time', async () => {
    const [down, standby] = [await host(), await host({ readOnly: true })];
    await down.close();
    const { worker } = open(down.host, standby.host);
    await assert.rejects(
      worker.query('select'),
      /none of the hosts takes writes \(127.0.0.1:\d+: .*ECONNREFUSED.*; 127.0.0.1:\d+: it can only be read/,
    );
    await down.open();
    await worker.query('select');
  });

  it('leads to the other when the one in use is gone, also whoever listens', async () => {
    const [first, second] = [await host(), await host()];
    const { worker, queue } = open(first.host, second.host);
    const life = await holdLife(worker);
    ends.push(() => life.end());
    let [told, missed] = [0, 0];
    await life.listen('gatehouse_jobs', (said) => {
      if (said === null) missed += 1;
      else told += 1;
    });
    await queue.query('select');
    await until('nobody to use the other', () => second.connections() === 0);

    await first.close();
    await until('the other to be used', async () =>
      Promise.all([worker.query('select'), queue.query('select')]).then(
        () => true,
        () => false,
      ),
    );
    await until('the listener to be back', () => missed > 0);
    await queue.query(`select pg_notify('gatehouse_jobs', 'step:wiki')`);
    await until('it to hear', () => told > 0);
  });

  it('is left, with every session, when its server can only be read any more', async () => {
    const [first, second] = [await host(), await host()];
    const { worker } = open(first.host, second.host);
    const life = await holdLife(worker);
    ends.push(() => life.end());
    let missed = 0;
    await life.listen('gatehouse_jobs', () => {
      missed += 1;
    });
    // As its operator would, but for this one session.
    const demoted = await worker.connect();
    await demoted.query('set session characteristics as transaction read only');
    await assert.rejects(demoted.query('delete from step_lease'), {
      code: '25006',
    });
    demoted.release();

    await until('whoever listened to be cut off and back', () => missed > 0);
    assert.equal(
      (await worker.query('show transaction_read_only')).rows[0].transaction_read_only,
      'off',
    );
  });
});
