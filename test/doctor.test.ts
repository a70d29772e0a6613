import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Command } from 'commander';
import { changeSetting } from '#app/settings.ts';
import { createUser } from '#app/users.ts';
import { notePulse } from '#store/liveness.ts';
import { startSmtpServer } from '../practice/servers/smtp.ts';
import { readConfiguration } from '../src/operate/configuration.ts';
import { doctorCommand } from '../src/operate/doctor.ts';
import type { Finding } from '../src/operate/doctor-checks.ts';
import { timeZones } from '../src/operate/doctor-machine.ts';
import { startGatehouse, type TestGatehouse } from './support/gatehouse.ts';

describe('gatehouse doctor', () => {
  let gatehouse: TestGatehouse;
  let mails: Awaited<ReturnType<typeof startSmtpServer>>;
  let data: string;
  before(async () => {
    [gatehouse, mails, data] = await Promise.all([
      startGatehouse(),
      startSmtpServer(),
      mkdtemp(path.join(tmpdir(), 'gatehouse-doctor-')),
    ]);
  });
  after(async () => {
    await gatehouse?.stop();
    await mails?.close();
    await rm(data, { recursive: true, force: true });
  });

  const run = async (...more: string[]) => {
    const { database, keysFolder } = gatehouse;
    const read = readConfiguration({
      workingDirectory: data,
      environment: {
        GATEHOUSE_DATA: data,
        GATEHOUSE_KEYS: keysFolder,
        DATABASE_URL_WEB: database.url('web'),
        DATABASE_URL_WORK: database.url('worker'),
        DATABASE_URL_SCRIBE: database.url('scribe'),
      },
    });
    assert.ok(read.ok);
    const lines: string[] = [];
    let code = -1;
    const output = { out: (it: string) => lines.push(it), raw() {}, error() {} };
    const program = new Command('gatehouse');
    program.addCommand(doctorCommand(read.configuration, output, (it) => (code = it)));
    await program.parseAsync(['doctor', ...more], { from: 'user' });
    return { code, text: lines.join('\n') };
  };
  const findings = async () => {
    const { code, text } = await run('--json');
    const { well, findings } = JSON.parse(text) as { well: boolean; findings: Finding[] };
    assert.equal(code, well ? 0 : 1);
    const of = (about: string) =>
      findings.filter((it) => it.about === about).map((it) => [it.state, it.text]);
    return { code, of };
  };

  it('says what is wrong, with what to do, and ends with 1', async () => {
    const { code, text } = await run();
    assert.equal(code, 1);
    assert.match(text, /^✖ scribe +None that signs the record has ever given a sign of life\.$/m);
    assert.match(text, /→ Start one: gatehouse serve, or gatehouse scribe\.$/m);
    assert.match(text, /^✖ who is told +No alert contact is set/m);
    assert.match(text, /^✔ migrations +/m);
    assert.match(text, /^✔ clock +It agrees/m);
    assert.match(text, /\n\d+ wrong, \d+ to look at, \d+ well\.$/);
  });

  it('ends with 0 when nothing is wrong, and still names what somebody should look at', async () => {
    const { app, admin, database } = gatehouse;
    await gatehouse.connect(
      {
        ...{ id: 'mail', connector: 'mail' },
        settings: { host: '127.0.0.1', port: mails.port, tls: 'none', from: 'gate@meadow.example' },
      },
      [mails.port],
    );
    await changeSetting(app, admin, 'alerts', {
      contacts: [{ name: 'Sam Okafor', email: 'sam@meadow.example' }],
      mailConnection: 'mail',
    });
    for (const name of ['scribe', 'intake']) await notePulse(database.pools.worker, name);
    const { code, of } = await findings();
    const told = of('who is told').map(([state]) => state);
    assert.deepEqual([code, told], [0, ['look', 'look', 'look']]);
    assert.deepEqual(of('connections'), [['well', '1 of 1 answer and know our keys.']]);
    assert.equal(of('people')[0]![0], 'look');

    await createUser(app, { name: 'Ben', email: 'ben@meadow.example', roles: ['security'] });
    assert.deepEqual((await findings()).of('people'), [['well', '2 may set up and approve.']]);
  });

  it('sees keys that others may read, and a database that is of another version', async () => {
    const key = path.join(gatehouse.keysFolder, 'signing.key');
    await chmod(key, 0o644);
    await gatehouse.rows(`update migrations set name = name || 'x' where name like '0069%'`);
    const { of } = await findings();
    assert.deepEqual(of('keys'), [
      ['wrong', `The key file ${key} is open to other users. Run: chmod 600 ${key}`],
    ]);
    assert.match(of('migrations')[0]![1]!, /this Gatehouse needs/);
    await chmod(key, 0o600);
    await gatehouse.rows(`update migrations set name = rtrim(name, 'x') where name like '0069%'`);
  });

  it('changes nothing, and says so of a folder in which nothing is', async () => {
    const read = readConfiguration({
      workingDirectory: data,
      environment: { GATEHOUSE_DATA: path.join(data, 'nowhere') },
    });
    assert.ok(read.ok);
    const lines: string[] = [];
    const output = { out: (it: string) => lines.push(it), raw() {}, error() {} };
    const program = new Command('gatehouse');
    program.addCommand(doctorCommand(read.configuration, output, () => {}));
    await program.parseAsync(['doctor'], { from: 'user' });
    assert.match(lines.join('\n'), /✖ database +There is no database in .*nowhere yet/);
    await assert.rejects(chmod(path.join(data, 'nowhere'), 0o700), /ENOENT/);
  });
});

describe('the age of time zones', () => {
  it('is told by their name', () => {
    const now = new Date('2026-12-01');
    assert.equal(timeZones('2026c', now).state, 'well');
    assert.equal(timeZones('2025b', now).state, 'look');
    assert.equal(timeZones('', now).state, 'look');
  });
});
