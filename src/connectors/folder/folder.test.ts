import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import type { Plan } from '#connector-kit/contract.ts';
import { failureOf } from '#connector-kit/folder-failure.ts';
import type { KeptFiles, MissingFile } from '#connector-kit/kept-files.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { deliveryPromises, readable, sampleRecord } from '#connector-kit/testing/records.ts';
import { type Client, openClient } from './client.ts';
import { deliverRecord } from './deliver-record.ts';
import { folder } from './index.ts';
import { settings } from './settings.ts';

const made: string[] = [];
after(() => Promise.all(made.map((it) => rm(it, { recursive: true }))));

async function newRoot(): Promise<string> {
  const root = await mkdtemp(path.join(tmpdir(), 'gatehouse-folder-'));
  made.push(root);
  return root;
}

const clientIn = (recordsFolder: string, name = 'departures/2026'): Client =>
  openClient({ folder: name }, { ...loopbackIo, recordsFolder });

const record = sampleRecord();
const delivery = readable(deliverRecord, record);
const read = (client: Client) => delivery.read(client, record.caseId) as Promise<KeptFiles>;
const planned = (state: KeptFiles) =>
  delivery.plan(state, undefined) as Plan<readonly MissingFile[]>;

async function apply(client: Client): Promise<void> {
  const plan = planned(await read(client));
  assert.equal(plan.kind, 'change');
  if (plan.kind === 'change') await delivery.apply(client, record.caseId, plan.change);
}

deliveryPromises(deliverRecord, async () => {
  const root = await newRoot();
  return {
    client: clientIn(root),
    data: async () => readdir(root, { recursive: true }),
  };
});

describe('a record in a folder', () => {
  it('lies there whole, for its owner alone, and nothing else does', async () => {
    const root = await newRoot();
    const client = clientIn(root);
    await apply(client);

    const where = path.join(root, 'departures/2026');
    assert.deepEqual(
      (await readdir(where)).toSorted(),
      record.files.map((it) => it.name).toSorted(),
    );
    for (const { name, bytes } of record.files) {
      assert.deepEqual(await readFile(path.join(where, name)), bytes);
      assert.equal((await stat(path.join(where, name))).mode & 0o777, 0o600);
    }
    assert.equal((await stat(where)).mode & 0o777, 0o700);
  });

  it('is completed where a part of it lies already', async () => {
    const client = clientIn(await newRoot());
    const [first] = record.files;
    await delivery.apply(client, record.caseId, [{ name: first!.name, sha256: first!.sha256 }]);

    const plan = planned(await read(client));
    assert.ok(plan.kind === 'change');
    assert.deepEqual(
      plan.change.map((it) => it.name),
      record.files.slice(1).map((it) => it.name),
    );
  });

  it('never takes the place of another file, nor follows a link, nor waits for a pipe', async () => {
    const root = await newRoot();
    const where = path.join(root, 'departures/2026');
    await mkdir(where, { recursive: true });
    const [first, second, third] = record.files.map((it) => path.join(where, it.name));
    await writeFile(first!, 'somebody else’s');
    await symlink('/etc/passwd', second!);
    await mkdir(third!);
    const client = clientIn(root);

    const plan = planned(await read(client));
    assert.ok(plan.kind === 'blocked');
    for (const { name } of record.files) assert.ok(plan.because.includes(name));
    await delivery.apply(client, record.caseId, [...record.files]);
    assert.equal(await readFile(first!, 'utf8'), 'somebody else’s');
    assert.deepEqual((await read(client)).files.map((it) => it.sha256).slice(1), [null, null]);
  });

  it('stays below the folder that the server allows', async () => {
    const root = await newRoot();
    await symlink(tmpdir(), path.join(root, 'out'));
    await assert.rejects(read(clientIn(root, 'out')), /is no folder. Links are not followed/);
    const inside = clientIn(root, 'out/in');
    await assert.rejects(apply(inside), /is no folder/);
    await assert.rejects(inside.make(), /is no folder/);
    assert.ok(!(await readdir(tmpdir())).includes('in'));
    for (const name of [
      '..',
      '../up',
      '/etc',
      'a/../b',
      'a//b',
      '.hidden',
      '',
      'a/',
      'a\\b',
      'a\0',
    ]) {
      assert.ok(!settings.safeParse({ folder: name }).success, name);
    }
    const without = openClient({ folder: 'x' }, loopbackIo);
    await assert.rejects(without.make(), /GATEHOUSE_RECORDS/);
  });
});

describe('a folder that cannot be written', () => {
  it('is told by what the operating system says', () => {
    const kinds = ['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR', 'EIO', ''].map(
      (code) => `${code} ${failureOf(code, '/mnt').kind}`,
    );
    assert.deepEqual(kinds, [
      'EACCES forbidden',
      'EPERM forbidden',
      'EROFS forbidden',
      'ENOSPC rejected',
      'EDQUOT rejected',
      'ENOTDIR rejected',
      'EIO unavailable',
      ' unavailable',
    ]);
    assert.match(failureOf('ENOSPC', '/mnt/x').detail, /^\/mnt\/x: there is no room left/);
  });

  it('shows when the connection is tested, and the test leaves nothing behind', async () => {
    const root = await newRoot();
    const { actingAs } = await folder.check(clientIn(root));
    assert.match(actingAs, /departures\/2026$/);
    assert.deepEqual(await readdir(path.join(root, 'departures/2026')), []);
    await writeFile(path.join(root, 'file'), '');
    await assert.rejects(folder.check(clientIn(root, 'file')), /is no folder/);
  });
});
