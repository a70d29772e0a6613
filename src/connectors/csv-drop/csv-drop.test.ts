import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Claim } from '#connector-kit/contract.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { ConnectorError } from '#core/failure.ts';
import { csvDrop } from './index.ts';
import { settings } from './settings.ts';

describe('a watched folder', () => {
  let root: string;
  let folder: string;
  let now: Date;
  let seen: string | null;
  const files = csvDrop.people!.files!;

  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'gatehouse-drop-'));
    folder = path.join(root, 'hr');
    mkdirSync(folder);
    now = new Date();
    seen = null;
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const open = (change: object = {}) =>
    csvDrop.open(settings.parse({ folder: 'hr' }), {
      ...loopbackIo,
      dropFolder: root,
      now: () => now,
      ...change,
    });
  const write = (name: string, text = 'person_id\n') =>
    writeFileSync(path.join(folder, name), text);
  async function look() {
    const found = await files.look(open(), seen);
    seen = found.seen;
    return found;
  }
  const claimed = async () => (await look()).claims.map((it) => it.name);
  const read = async (claim: Claim) => {
    const bytes = await files.read(open(), claim);
    return bytes === null ? null : Buffer.from(bytes).toString();
  };
  const lies = (where: string) =>
    existsSync(path.join(folder, where)) ? readdirSync(path.join(folder, where)) : [];

  it('counts a file once two looks have seen it alike', async () => {
    write('people.csv');
    assert.deepEqual(await claimed(), []);
    assert.deepEqual(await claimed(), ['people.csv']);
    assert.ok(!lies('').includes('people.csv'), 'nobody who writes there knows it any more');
  });

  it('waits for as long as a file grows', async () => {
    for (const line of ['E-1\n', 'E-2\n', 'E-3\n']) {
      appendFileSync(path.join(folder, 'people.csv'), line);
      assert.deepEqual(await claimed(), []);
    }
    const { claims } = await look();
    assert.equal(await read(claims[0]!), 'E-1\nE-2\nE-3\n');
  });

  it('waits for one that is written anew in the same size', async () => {
    write('people.csv', 'E-1\n');
    await look();
    write('people.csv', 'E-2\n');
    utimesSync(path.join(folder, 'people.csv'), new Date(), new Date(Date.now() + 5_000));
    assert.deepEqual(await claimed(), []);
    assert.deepEqual(await claimed(), ['people.csv']);
  });

  it('takes a file at once that was seen whole before it was renamed', async () => {
    write('people.csv.part');
    assert.deepEqual(await claimed(), []);
    assert.deepEqual(await claimed(), [], 'under that name it is never whole');
    renameSync(path.join(folder, 'people.csv.part'), path.join(folder, 'people.csv'));
    assert.deepEqual(await claimed(), ['people.csv']);
  });

  it('leaves what programs name as not whole', async () => {
    for (const name of ['.people.csv', 'a.tmp', 'b.filepart', 'c~', 'd.crdownload']) write(name);
    await look();
    assert.deepEqual(await claimed(), []);
  });

  it('gives a file back that grew after it was claimed', async () => {
    write('people.csv', 'E-1\n');
    await look();
    const [claim] = (await look()).claims;
    appendFileSync(claim!.path, 'E-2\n'); // whoever wrote it had it open all the time
    assert.equal(await read(claim!), null);
    assert.ok(lies('').includes('people.csv'));
    assert.deepEqual(await claimed(), []);
    const { claims } = await look();
    assert.equal(await read(claims[0]!), 'E-1\nE-2\n');
  });

  it('claims each file for one of several who look', async () => {
    write('people.csv');
    const first = await files.look(open(), null);
    const both = await Promise.all([first, first].map(({ seen }) => files.look(open(), seen)));
    assert.equal(lies('taking').length, 1);
    for (const { claims } of both) assert.ok(claims.length <= 1);
  });

  it('claims the oldest first, also what a process that died had claimed', async () => {
    write('b.csv');
    await look();
    await look();
    for (const [name, minute] of [
      ['c.csv', 2],
      ['a.csv', 1],
    ] as const) {
      write(name, name);
      utimesSync(path.join(folder, name), now, new Date(now.getTime() - minute * 60_000));
    }
    await look();
    assert.deepEqual(await claimed(), ['c.csv', 'a.csv', 'b.csv']);
  });

  it('puts a file away with the report beside it, and never replaces one', async () => {
    for (const isTaken of [true, true, false]) {
      write('people.csv');
      await look();
      const [claim] = (await look()).claims;
      await files.put(open(), claim!, { isTaken, report: 'All is well.\n' });
    }
    assert.deepEqual(
      [lies('done').length, lies('refused').length, lies('taking').length],
      [4, 2, 0],
    );
    const report = lies('refused').find((it) => it.endsWith('.report.txt'))!;
    assert.equal(readFileSync(path.join(folder, 'refused', report), 'utf8'), 'All is well.\n');
    assert.ok(lies('refused').includes(report.replace('.report.txt', '')));
  });

  it('follows no link, opens no pipe, and takes nothing that lies elsewhere too', async () => {
    const secret = path.join(root, 'secret');
    writeFileSync(secret, 'person_id\n');
    symlinkSync(secret, path.join(folder, 'link.csv'));
    linkSync(secret, path.join(folder, 'second.csv'));
    execFileSync('mkfifo', [path.join(folder, 'pipe.csv')]);
    await look();
    const { claims } = await look();
    assert.deepEqual(Object.fromEntries(claims.map((it) => [it.name, it.problem])), {
      'link.csv': 'It is a link. Drop the file itself.',
      'pipe.csv': 'It is no file.',
      'second.csv': 'It lies elsewhere too, under another name. Drop a copy.',
    });
    for (const claim of claims) await files.put(open(), claim, { isTaken: false, report: 'No.\n' });
    assert.equal(readFileSync(secret, 'utf8'), 'person_id\n');
  });

  it('does not open a file that is too large', async () => {
    write('people.csv');
    truncateSync(path.join(folder, 'people.csv'), 11 * 1024 * 1024);
    await look();
    const [claim] = (await look()).claims;
    assert.match(claim!.problem ?? '', /11\.0 MB; at most 10 MB/);
  });

  it('lets an empty file wait for its first bytes', async () => {
    write('people.csv', '');
    await look();
    assert.deepEqual(await claimed(), []);
    now = new Date(now.getTime() + 11 * 60_000);
    assert.deepEqual(await claimed(), ['people.csv']);
  });

  it('takes any name, and none that would lead elsewhere', async () => {
    write('Übersicht (neu).csv');
    write('line\nbreak.csv');
    write('-rf.csv');
    await look();
    assert.deepEqual((await claimed()).toSorted(), [
      '-rf.csv',
      'line_break.csv',
      'Übersicht (neu).csv',
    ]);
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff])]), 'x');
    assert.match((await look()).problem ?? '', /names of 1 files in .* are not UTF-8/);
  });

  it('says at set-up what is wrong', async () => {
    assert.match((await csvDrop.check(open())).actingAs, /in .*\/hr$/);
    const refused = (says: RegExp) => (thrown: unknown) =>
      thrown instanceof ConnectorError && says.test(thrown.failure.detail);
    rmSync(folder, { recursive: true });
    await assert.rejects(csvDrop.check(open()), refused(/There is no folder hr in .*Make it/));
    symlinkSync(tmpdir(), folder);
    await assert.rejects(csvDrop.check(open()), refused(/Links are not followed/));
    await assert.rejects(csvDrop.check(open({ dropFolder: undefined })), refused(/GATEHOUSE_DROP/));
    for (const name of ['../etc', '/etc', 'a/../b', '', 'a//b', '.hidden']) {
      assert.ok(!settings.safeParse({ folder: name }).success, name);
    }
  });

  it('takes no messages', () => {
    const verdict = csvDrop.people!.verify({ headers: {}, body: new Uint8Array() }, ['x'], now);
    assert.equal(verdict.kind, 'refused');
    assert.throws(() => csvDrop.people!.hear(new Uint8Array()), ConnectorError);
  });
});
