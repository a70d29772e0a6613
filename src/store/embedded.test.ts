import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, describe, it } from 'node:test';
import pg from 'pg';
import { until } from '#core/testing/until.ts';
import { type EmbeddedOptions, type EmbeddedServer, startEmbedded } from './embedded.ts';
import { runsServerOf } from './embedded-postmaster.ts';
import { DatabaseProblem } from './problem.ts';

const root = mkdtempSync(path.join(tmpdir(), 'gatehouse-embedded-'));
after(() => rmSync(root, { recursive: true, force: true }));

/** One data directory for all that does not spoil it: making the files takes the most time. */
const shared = path.join(root, 'shared');

function start(
  dataDirectory: string,
  more: Partial<EmbeddedOptions> = {},
): Promise<EmbeddedServer> {
  return startEmbedded({ dataDirectory, keysDirectory: path.join(dataDirectory, 'keys'), ...more });
}

async function query(server: EmbeddedServer, text: string): Promise<unknown[]> {
  const client = new pg.Client({ ...server.admin, database: 'postgres' });
  await client.connect();
  const { rows } = await client.query({ text, rowMode: 'array' });
  await client.end();
  return rows.flat();
}

/** Starts the server from a process of its own and reads the server's process id from it. */
async function startElsewhere(...args: string[]) {
  const child = spawn(
    process.execPath,
    [path.join(import.meta.dirname, 'testing/embedded-process.ts'), ...args],
    { detached: true, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const processId = Number((await lines.next()).value);
  return { child, processId, nextLine: async () => (await lines.next()).value };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

const filesOf = (dataDirectory: string) => path.join(dataDirectory, 'postgres');

describe('the embedded server', () => {
  it('keeps what was written when it is stopped and started again', async () => {
    const first = await start(shared);
    await query(first, 'create table kept as select 42 as it');
    await first.stop();
    assert.ok(!runsServerOf(filesOf(shared), first.processId));

    const second = await start(shared);
    assert.deepEqual(await query(second, 'select it from kept'), [42]);
    await second.stop();
  });

  it('listens on a socket only, checks pages, and asks everybody for a password', async () => {
    const server = await start(shared);

    const names = [
      'listen_addresses',
      'ssl',
      'data_checksums',
      'server_encoding',
      'max_connections',
    ];
    const shown = await query(
      server,
      `select ${names.map((it) => `current_setting('${it}')`).join()}`,
    );
    assert.deepEqual(shown, ['', 'off', 'on', 'UTF8', '200']);
    const methods = 'select distinct auth_method from pg_hba_file_rules';
    assert.deepEqual(await query(server, methods), ['scram-sha-256']);

    const wrong = new pg.Client({ ...server.admin, password: 'guess', database: 'postgres' });
    await assert.rejects(wrong.connect(), { code: '28P01' });
    await server.stop();
  });

  it('lets nobody else read its password or enter its folders', async () => {
    const modeOf = (name: string) => statSync(path.join(shared, name)).mode & 0o777;
    assert.equal(modeOf('keys/database-admin.password'), 0o600);
    assert.equal(modeOf('postgres'), 0o700);
    assert.equal(modeOf('run'), 0o700);
  });

  it('is shared by processes on the same data directory and stopped by the last', async () => {
    const [first, second] = await Promise.all([start(shared), start(shared)]);
    assert.equal(first.processId, second.processId);

    await first.stop();
    assert.deepEqual(await query(second, 'select 1'), [1]);
    await second.stop();
    assert.ok(!runsServerOf(filesOf(shared), second.processId));
  });

  it('is made once when two processes find no files', async () => {
    const fresh = path.join(root, 'two at once');

    const [first, second] = await Promise.all([start(fresh), startElsewhere(fresh)]);

    assert.equal(first.processId, second.processId);
    second.child.kill('SIGINT');
    await ended(second.child);
    await first.stop();
  });

  it('refuses a second process with the same purpose and says which is there', async () => {
    const first = await start(shared, { soleAs: 'serve' });

    await assert.rejects(start(shared, { soleAs: 'serve' }), {
      name: 'DatabaseProblem',
      message: new RegExp(`Another Gatehouse already uses .*serve, process ${process.pid}`),
    });
    await first.stop();
  });

  it('is taken over, with all it holds, when the process that started it was killed', async () => {
    const { child, processId } = await startElsewhere(shared, 'serve');
    child.kill('SIGKILL');
    await ended(child);
    assert.ok(runsServerOf(filesOf(shared), processId));

    const server = await start(shared, { soleAs: 'serve' });

    assert.equal(server.processId, processId);
    assert.deepEqual(await query(server, 'select it from kept'), [42]);
    await server.stop();
    assert.ok(!runsServerOf(filesOf(shared), processId));
  });

  it('recovers when it was killed itself', async () => {
    const lost = Promise.withResolvers<string>();
    const first = await start(shared, { onLost: lost.resolve });
    await query(first, 'create table unsaved as select 7 as it');
    process.kill(first.processId, 'SIGKILL');
    assert.match(await lost.promise, /The database server ended/);

    const second = await start(shared);
    assert.deepEqual(await query(second, 'select it from unsaved'), [7]);
    await second.stop();
    await first.stop();
  });

  it('starts when its old process id now belongs to another program', async () => {
    const old = ['', filesOf(shared), '1', '5432', path.join(shared, 'run'), '', ''];
    old[0] = `${process.pid}`;
    writeFileSync(path.join(filesOf(shared), 'postmaster.pid'), old.join('\n'));
    writeFileSync(path.join(shared, 'run/.s.PGSQL.5432.lock'), old.join('\n'));

    const server = await start(shared);

    assert.notEqual(server.processId, process.pid);
    await server.stop();
  });

  it('outlives Ctrl-C in the terminal until its program has stopped it', async () => {
    const { child, processId, nextLine } = await startElsewhere(shared);

    process.kill(-child.pid!, 'SIGINT');

    assert.equal(await nextLine(), 'still there');
    assert.equal(await nextLine(), 'stopped');
    await ended(child);
    assert.ok(!runsServerOf(filesOf(shared), processId));
  });

  it('ends with a process that ends without stopping it', async () => {
    const { child, processId } = await startElsewhere(shared, '', 'exit');
    await ended(child);
    await until('the server to end', () => !runsServerOf(filesOf(shared), processId));
  });

  it('puts its socket elsewhere when the path of the data directory is too long', async () => {
    const deep = path.join(root, 'a folder with quite a long name'.repeat(4));

    const server = await start(deep);

    assert.ok(server.admin.host.startsWith(path.join(tmpdir(), 'gatehouse-')));
    assert.equal(statSync(server.admin.host).mode & 0o777, 0o700);
    await server.stop();
    rmSync(server.admin.host, { recursive: true });
  });

  const spoiled: readonly [string, (dataDirectory: string) => void, RegExp][] = [
    [
      'its password file is lost',
      (it) => {
        mkdirSync(filesOf(it), { recursive: true });
        writeFileSync(path.join(filesOf(it), 'PG_VERSION'), '18\n');
      },
      /The password file .*database-admin\.password is missing/,
    ],
    [
      'its files are of another version',
      (it) => {
        mkdirSync(path.join(it, 'keys'), { recursive: true });
        writeFileSync(path.join(it, 'keys/database-admin.password'), 'x\n');
        mkdirSync(filesOf(it), { recursive: true });
        writeFileSync(path.join(filesOf(it), 'PG_VERSION'), '17\n');
      },
      /was made by PostgreSQL 17; this Gatehouse brings PostgreSQL 18/,
    ],
    [
      'its folder holds something else',
      (it) => {
        mkdirSync(path.join(it, 'keys'), { recursive: true });
        writeFileSync(path.join(it, 'keys/database-admin.password'), 'x\n');
        mkdirSync(filesOf(it), { recursive: true });
      },
      /is there, but holds no database/,
    ],
  ];
  for (const [what, spoil, expected] of spoiled) {
    it(`says so when ${what}`, async () => {
      const dataDirectory = mkdtempSync(path.join(root, 'spoiled-'));
      spoil(dataDirectory);
      await assert.rejects(start(dataDirectory), (error: Error) => {
        assert.ok(error instanceof DatabaseProblem);
        assert.match(error.message, expected);
        return true;
      });
    });
  }

  it('says so when the password is not the one of the server', async () => {
    const wrong = path.join(root, 'wrong-keys');
    mkdirSync(wrong);
    writeFileSync(path.join(wrong, 'database-admin.password'), 'guess\n');
    const server = await start(shared);

    await assert.rejects(start(shared, { keysDirectory: wrong }), /is not the one of the database/);
    await server.stop();
  });

  it('says what PostgreSQL said when it does not start', async () => {
    await assert.rejects(
      start(shared, { settings: { shared_buffers: 'plenty' } }),
      /did not start\. It said: .*shared_buffers/,
    );
    assert.ok(existsSync(path.join(filesOf(shared), 'PG_VERSION')));
  });
});
