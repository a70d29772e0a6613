import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pino } from 'pino';
import { resumeCase, showCase } from '#app/cases.ts';
import { Problem } from '#app/problem.ts';
import { changeSetting } from '#app/settings.ts';
import { attestStep } from '#app/steps.ts';
import { until } from '#core/testing/until.ts';
import { headOf } from '#ledger/head.ts';
import { markIn } from '#ledger/mark.ts';
import { startScribe } from '#ledger/scribe.ts';
import { openSigner } from '#ledger/signer.ts';
import { openDatabase } from '#store/database.ts';
import { installationId } from '#store/installation.ts';
import { openKeyring, purposes } from '#store/keys.ts';
import { DatabaseProblem } from '#store/problem.ts';
import { openVault } from '#store/vault.ts';
import { startScimServer } from '../practice/servers/scim.ts';
import { connectors } from '../src/connectors.ts';
import { fsckCodes } from '../src/operate/ledger-upkeep.ts';
import { restoreCodes } from '../src/operate/restore.ts';
import { serve } from '../src/serve.ts';
import { type House, type Leaver, leaver, newSecret, startHouse } from './faults/house.ts';
import { configurationOf, onServer } from './support/on-server.ts';

const playbook = `
  playbook: involuntary-departure
  title: Block, and collect the keys
  for: departure
  steps:
    - { id: block, layer: security, do: account.suspend, on: every account }
    - id: keys
      layer: operations
      task: { title: Collect the keys, assign to: { email: porter@meadow.example }, due: last working day }
`;

// T7 of the test matrix: an old backup is put back, also one that grew past the mark.
describe('a backup', () => {
  let house: House;
  let scim: Awaited<ReturnType<typeof startScimServer>>;
  let root: string;
  let backup: string;
  const [ann, bea, eve] = [leaver('ann'), leaver('bea'), leaver('eve')];

  before(async () => {
    // In memory where there is some: the databases that are filled here write through to the disk.
    root = await mkdtemp(
      path.join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'gatehouse-restore-'),
    );
    house = await startHouse(playbook);
    const token = newSecret();
    scim = await startScimServer({
      token,
      users: [ann, bea, eve].map(({ id, email }) => ({ id, userName: email })),
      groups: [],
    });
    await house.connect(
      { id: 'wiki', connector: 'scim', settings: { baseUrl: scim.url, token } },
      Number(new URL(scim.url).port),
    );
  });
  after(async () => {
    await house.stop();
    await scim.close();
    await rm(root, { recursive: true, force: true });
  });

  const cut = (who: Leaver) =>
    until(`${who.id} to be cut`, async () => {
      const found = await house.find(who);
      return found?.case.state === 'access-removed' && found;
    });
  const collect = async (who: Leaver) => {
    const keys = (await house.find(who))!.steps.find(({ key }) => key.startsWith('keys'))!;
    const said = { reason: 'Collected.', proof: 'key 7' };
    await attestStep(house.gatehouse.app, house.gatehouse.admin, keys.id, said);
  };
  /** The settings of a machine on which only the key files are left. */
  const machine = async (name: string, more: Readonly<Record<string, string>> = {}) => {
    const data = path.join(root, name);
    const keys = path.join(data, 'keys');
    await mkdir(data, { mode: 0o700 });
    await cp(house.gatehouse.keysFolder, keys, {
      recursive: true,
      filter: (file) => !/\/(mark|mirror|records|drop)$/.test(file),
    });
    return configurationOf({ GATEHOUSE_DATA: data, ...more });
  };
  let count = 0;
  /** An empty database on the server of the test, and the settings of a machine that uses it. */
  const emptyDatabase = async (name: string, more: Readonly<Record<string, string>> = {}) => {
    const { database } = house.gatehouse;
    const fresh = `restored_${process.pid}_${++count}`;
    await database.pools.admin.query(`create database ${fresh}`);
    after(async () => {
      // The pools of the house are closed by then.
      const { Client } = await import('pg').then((it) => it.default);
      const client = new Client({
        connectionString: database.url('admin').replace(/\/test_\w+/, '/postgres'),
      });
      await client.connect();
      await client.query(`drop database if exists ${fresh} with (force)`);
      await client.end();
    });
    const url = (role: Parameters<typeof database.url>[0]) => {
      const address = new URL(database.url(role));
      address.pathname = `/${fresh}`;
      return address.href;
    };
    return machine(name, {
      DATABASE_URL: url('admin'),
      DATABASE_URL_WEB: url('web'),
      DATABASE_URL_WORK: url('worker'),
      DATABASE_URL_SCRIBE: url('scribe'),
      ...more,
    });
  };

  it('is made while everything goes on, with the keys of people apart and the key files left out', async () => {
    const { gatehouse } = house;
    await house.confirm(ann);
    await cut(ann);
    await gatehouse.scribe.flush();
    const place = path.join(root, 'backups');

    const { out } = await onServer(gatehouse, 'backup', place);

    const [name = '', people = ''] = (await readdir(place)).toSorted();
    backup = path.join(place, name);
    assert.equal(people, `${name}.people.gz`);
    assert.match(out, /: \d+ tables and \d+ facts, as they were at /);
    const files = await readdir(backup);
    assert.ok(files.includes('public.cases.gz') && files.includes('secret.value.gz'));
    assert.ok(!files.includes('ledger.subject_key.gz') && !files.includes('public.sessions.gz'));
    await assert.rejects(onServer(gatehouse, 'backup', gatehouse.keysFolder), /would lie together/);
    const [noted] = await gatehouse.rows<{ late: boolean }>(
      `select clock_timestamp() - taken_at > interval '1 hour' as late from backups`,
    );
    assert.deepEqual(noted, { late: false });
  });

  it('is put back on another machine, gets from the mirror what was signed since, and departures go on', async () => {
    const { gatehouse } = house;
    await collect(ann);
    await house.completed(ann);
    await house.confirm(bea);
    const lost = await cut(bea);
    await gatehouse.scribe.flush();
    await gatehouse.stopWorker();
    await gatehouse.scribe.stop();
    const there = await machine('another', {
      LEDGER_MIRROR: gatehouse.mirrorFolder,
      GATEHOUSE_LISTEN: '127.0.0.1:0',
      GATEHOUSE_METRICS_LISTEN: '127.0.0.1:0',
    });

    const { out, code } = await onServer(there, 'restore', backup);

    const found = (await house.find(ann))!;
    assert.equal(code, restoreCodes.good, out);
    assert.match(out, /^\d+ facts of log-.* came back/m);
    assert.match(out, new RegExp(`^Case ${found.case.id}, \\d+ facts: it is paused`, 'm'));
    assert.match(out, new RegExp(`^Case ${lost.case.id}, .* opened after the backup`, 'm'));
    await assert.rejects(onServer(there, 'restore', backup), DatabaseProblem, 'it is in use');

    const lines: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
    const program = await serve({
      ...{ configuration: there, roles: ['web', 'worker', 'scribe'], connectors, log },
      databaseSettings: { fsync: 'off' },
    });
    try {
      const app = { ...gatehouse.app, pool: program.database.pools.web };
      await resumeCase(app, gatehouse.admin, found.case.id);
      const keys = () => showCase(app, gatehouse.admin, found.case.id);
      const task = (await keys()).steps.find(({ key }) => key.startsWith('keys'))!;
      const said = { reason: 'Collected.', proof: 'key 7' };
      await attestStep(app, gatehouse.admin, task.id, said);
      await until('it to be complete', async () => (await keys()).case.state === 'complete', {
        seen: async () => ({ ...(await keys()).case, lines }),
      });
      assert.equal(scim.effects.filter(({ what }) => what === 'suspended').length, 2, 'each once');
    } finally {
      await program.stop();
    }
    const checked = await onServer(there, 'ledger', 'fsck');
    assert.equal(checked.code, fsckCodes.good, checked.out);
  });

  it('is refused where nothing tells how far the record had come, keys are others, or a file was changed', async () => {
    const there = await emptyDatabase('refusing');
    await assert.rejects(onServer(there, 'restore', backup), /how far the record had come/);

    const file = path.join(backup, 'public.cases.gz');
    const bytes = await readFile(file);
    await writeFile(file, bytes.subarray(0, -1));
    await assert.rejects(
      onServer(there, 'restore', backup),
      /public\.cases\.gz is missing, cut off/,
    );
    await writeFile(file, bytes);

    await rename(`${backup}.people.gz`, `${backup}.away`);
    await assert.rejects(onServer(there, 'restore', backup), /no keys of people beside/);
    await rename(`${backup}.away`, `${backup}.people.gz`);

    const key = path.join(there.keysDirectory, 'subject.key');
    await writeFile(
      key,
      `${Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64')}\n`,
    );
    await assert.rejects(onServer(there, 'restore', backup), /subject\.key .* is not the key/);
  });

  it('that grew past the mark is found out, and neither signs nor acts until a person decides', async () => {
    const { gatehouse } = house;
    // Somebody lost the mark, said that nothing is known, and went on: a second history of the same beginning.
    const there = await emptyDatabase('second');
    const note = path.join(root, 'checkpoint.txt');
    const [old] = await gatehouse.rows<{ note: string }>(
      `select note from ledger.checkpoint where size <= ${JSON.parse(await readFile(path.join(backup, 'manifest.json'), 'utf8')).record.size} order by size desc limit 1`,
    );
    await writeFile(note, old!.note);
    const first = await onServer(there, 'restore', backup, '--checkpoint', note);
    assert.equal(first.code, restoreCodes.good, first.out);
    assert.match(first.out, /Start Gatehouse/);
    const second = await openDatabase({
      ...there,
      urls: there.databaseUrls,
      roles: ['scribe', 'web'],
      onConnectionError: () => {},
    });
    const { scribe: pool, web } = second.pools;
    const keyring = await openKeyring(there.keysDirectory, purposes);
    const mark = markIn(there.markDirectory);
    const secrets = openVault({ keyring, installation: await installationId(pool) });
    const start = (forked: (because: string) => void) =>
      startScribe(pool, {
        signer: openSigner({ secrets, mark }),
        onError: () => {},
        onFork: forked,
      });
    try {
      const marked = (await markIn(gatehouse.markFolder).read())!;
      const scribe = start(assert.fail);
      const app = { ...gatehouse.app, pool: web };
      for (let i = 0; (await headOf(pool)).size <= marked.size; i += 1) {
        await changeSetting(app, gatehouse.admin, 'company', { headcount: 1_000 + i });
        await scribe.flush();
      }
      await scribe.stop();

      // The mark turns up again, with the disk that it lay on.
      await mark.write(marked);
      const forked = Promise.withResolvers<string>();
      const again = start(forked.resolve);
      assert.match(await forked.promise, /are not those that the high-water mark stands for/);
      await again.stop();
    } finally {
      await second.stop();
    }
    const { mirrorFolder } = gatehouse;
    await assert.rejects(onServer(there, 'ledger', 'recover', '--mirror', mirrorFolder), Problem);
  });

  it('that is behind the mark without a mirror says what is missing, and goes on only under a new name', async () => {
    const { gatehouse } = house;
    const mark = { LEDGER_MARK_DIR: path.join(root, 'mark') };
    await cp(gatehouse.markFolder, mark.LEDGER_MARK_DIR, { recursive: true });
    const there = await emptyDatabase('behind', mark);

    const { out, code } = await onServer(there, 'restore', backup);

    assert.equal(code, restoreCodes.behind);
    assert.match(out, /an earlier day was put back.*Nothing is signed, and no step acts/s);
    const ended = await onServer(there, 'ledger', 'new-epoch', '--reason', 'the disk is gone');
    assert.match(
      ended.out,
      /^log-.*\/01 goes on as log-.*\/02\.\n\d+ facts that were signed are lost/,
    );
  });
});
