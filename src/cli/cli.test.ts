import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '#api/testing/server.ts';
import type { TestUser } from '#app/testing/app.ts';
import { type RunOptions, run } from './testing/run.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-cli-'));
after(() => rmSync(folder, { recursive: true }));
const file = (name: string, text: string) => {
  const at = path.join(folder, name);
  writeFileSync(at, text);
  return at;
};

describe('the command line', () => {
  let server: TestServer;
  let admin: TestUser;
  let hr: TestUser;
  let preview: unknown;

  before(async () => {
    server = await startTestServer((kind) => {
      if (kind === 'preview') return preview;
      if (kind === 'discover') return { accounts: 7 };
      return { works: true, actingAs: 'gatehouse-bot', scopes: null };
    });
    admin = await server.addUser('Ada Admin', ['it-admin', 'security']);
    hr = await server.addUser('Hanna HR', ['hr']);
  });
  after(() => server.stop());

  const as = (user: TestUser) => ({ GATEHOUSE_URL: server.url, GATEHOUSE_TOKEN: user.token });
  const type = (argv: readonly string[], user = admin, options: RunOptions = {}) =>
    run(argv, { env: as(user), ...options });
  const works = async (argv: readonly string[], user = admin, options: RunOptions = {}) => {
    const { code, out, err } = await type(argv, user, options);
    assert.equal(code, 0, err + out);
    return out;
  };
  const fails = async (
    argv: readonly string[],
    wanted: { code: number; err: RegExp; out?: RegExp },
    options: RunOptions = {},
    user = admin,
  ) => {
    const { code, out, err } = await type(argv, user, options);
    assert.match(err, wanted.err);
    assert.match(out, wanted.out ?? /^$/);
    assert.equal(code, wanted.code);
  };

  describe('finds the server', () => {
    it('by the key of the data directory', async () => {
      file('cli-token', `${admin.token}\n`);
      const env = { GATEHOUSE_DATA: folder, GATEHOUSE_LISTEN: `0.0.0.0:${server.port}` };
      const { code } = await run(['kill-switch', 'status'], { env });
      assert.equal(code, 0);
      file('gatehouse.yaml', `listen: 127.0.0.1:${server.port}\n`);
      const found = await run(['kill-switch', 'status'], { env: { GATEHOUSE_DATA: folder } });
      assert.equal(found.code, 0);
    });

    it('or says where it looked for a key', async () => {
      const env = { GATEHOUSE_URL: server.url, GATEHOUSE_DATA: '/nowhere' };
      const err = /GATEHOUSE_TOKEN is not set, and \/nowhere\/cli-token is not there/;
      await fails(['case', 'list'], { code: 1, err }, { env });
    });

    it('or says that nobody answers, where, and how to start it', async () => {
      const gone = await startTestServer();
      await gone.stop();
      const env = { GATEHOUSE_URL: gone.url, GATEHOUSE_TOKEN: admin.token };
      const err = new RegExp(
        `does not answer at ${gone.url} \\(nothing listens there\\). Start it there with "gatehouse serve"`,
      );
      await fails(['case', 'list'], { code: 1, err }, { env });
    });

    it('or says that something else answers', async () => {
      let other: Server | undefined;
      const port = await new Promise<number>((resolve) => {
        other = createServer((_request, response) => response.end('<html>')).listen(
          0,
          '127.0.0.1',
          () => {
            const address = other?.address();
            resolve(typeof address === 'object' ? (address?.port ?? 0) : 0);
          },
        );
      });
      const env = { GATEHOUSE_URL: `http://127.0.0.1:${port}`, GATEHOUSE_TOKEN: admin.token };
      await fails(['case', 'list'], { code: 1, err: /does not speak as this version/ }, { env });
      other?.close();
    });

    it('and never sends a key over the network without TLS', async () => {
      const env = { GATEHOUSE_URL: 'http://gatehouse.example', GATEHOUSE_TOKEN: admin.token };
      await fails(['case', 'list'], { code: 2, err: /anybody on the way could read/ }, { env });
    });

    it('and says so when the key is not good', async () => {
      const env = { GATEHOUSE_URL: server.url, GATEHOUSE_TOKEN: 'gate_wrong' };
      await fails(
        ['case', 'list'],
        { code: 1, err: /^Who are you\?: This key is not good/ },
        { env },
      );
    });
  });

  it('tells wrong usage from what did not work', async () => {
    await fails(['departs'], { code: 2, err: /Did you mean depart\?/ });
    await fails(['depart', 'E-1'], { code: 2, err: /--kind <kind>' not specified/ });
    await fails(['depart', 'E-1', '--kind', 'fired'], { code: 2, err: /resignation, involuntary/ });
    await fails(['case', 'list', '--limit', 'many'], { code: 2, err: /number from 1 to 200/ });
    await fails(['case', 'change', 'X'], { code: 2, err: /Say what changes/ });
    await fails(['case'], { code: 2, err: /Usage: gatehouse case/ });
    const { code, out } = await type(['--help']);
    assert.equal(code, 0);
    assert.match(out, /gatehouse serve/);
  });

  it('prints a refusal with every field', async () => {
    const argv = ['depart', 'E-1', '--kind', 'resignation', '--last-working-day', '30.11.2030'];
    await fails(argv, {
      code: 1,
      err: /^This does not fit: The body does not fit\..*\n {2}departure\.lastWorkingDay: Invalid/,
    });
    await fails(['case', 'show', 'X'], { code: 1, err: /^Not found: There is no departure X\./ });
    await fails(['case', 'show', '../users'], { code: 1, err: /no departure \.\.\/users/ });
    await fails(
      ['audit', 'search'],
      { code: 1, err: /^Not allowed: This needs one of the roles it-admin, security, auditor/ },
      {},
      hr,
    );
  });

  it('starts a departure and lists it', async () => {
    const { personId } = await server.addPerson({ name: 'Priya Nair' });
    const argv = ['depart', personId, '--kind', 'resignation', '--access-ends', '2030-11-23T17:00'];
    const out = await works(argv, hr);
    const [, id] = /^Departure (\w+): departure opened\n/.exec(out) ?? [];
    assert.ok(id, out);

    const listed = await works(['case', 'list', '--text', 'priya'], hr);
    const [head, row] = listed.split('\n');
    assert.match(head ?? '', /^Departure +Person +HR id +Kind +State +Access ends$/);
    assert.match(
      row ?? '',
      new RegExp(`^${id} +Priya Nair +${personId} +resignation +Draft +23 Nov 2030 17:00 Berlin$`),
    );
    const [parsed] = JSON.parse(
      await works(['case', 'list', '--text', 'priya', '--json'], hr),
    ).items;
    assert.equal(parsed.id, id);
    assert.match(
      await works(['case', 'list', '--text', 'nobody'], hr),
      /^There is no such departure/,
    );
  });

  it('lists page by page', async () => {
    await server.openDeparture(hr.caller);
    await server.openDeparture(hr.caller);
    const first = await works(['case', 'list', '--limit', '1'], hr);
    const [, cursor] = /More: add --cursor (\S+)/.exec(first) ?? [];
    const second = await works(['case', 'list', '--limit', '1', '--cursor', cursor!], hr);
    assert.notEqual(first.split('\n')[1], second.split('\n')[1]);
  });

  it('shows a departure: what is proven, what is not, and what can be done', async () => {
    const id = await server.openDeparture(hr.caller, { reason: 'A new job' });
    await server.addStep(id, { status: 'settled', grade: 'verified', because: 'signs in no more' });
    await server.addStep(id, { status: 'settled', grade: 'absent', title: 'Leave groups' });
    await server.addStep(id, { status: 'settled', grade: 'acknowledged', title: 'Sign out' });
    const held = await server.addStep(id, {
      status: 'held',
      title: 'Remove MFA\u001b[2J\nnow',
      because: 'Wiki refused: our key may not do this',
    });
    await server.addStep(id, {
      status: 'ready',
      title: 'Archive',
      layer: 'operations',
      attempts: 3,
      because: 'Wiki does not answer',
      wakeAt: new Date('2030-11-20T09:41:00Z'),
    });

    const now = () => new Date('2030-11-20T08:00:00Z');
    const out = await works(['case', 'show', id], admin, { now });

    assert.match(out, /^Person \d+ is leaving\n/);
    assert.match(out, /Access ends +30 Nov 00:00 Berlin/);
    assert.match(out, /Reason +A new job/);
    assert.match(
      out,
      /\n2 proven of 5 · 1 accepted, cannot be read back · 1 needs a person · 1 still to come\n/,
    );
    assert.match(out, /\nSecurity\n {2}✔ {2}Nothing to change +Block sign-in/);
    assert.match(out, /✔ {2}No account found +Leave groups/);
    assert.match(out, /✓ {2}Accepted, cannot be read back +Sign out/);
    assert.match(out, /▲ {2}Needs you +Remove MFA\[2J now +Wiki refused: our key may not do this/);
    assert.match(out, new RegExp(`gatehouse step retry \\| attest \\| waive ${held}\n`));
    assert.match(out, /\nOperations\n {2}↻ {2}Tries again at 10:41 +Archive/);
    assert.ok(!out.includes('\u001b'));

    const forHr = await works(['case', 'show', id], hr, { now });
    assert.match(forHr, /▲ {2}Waiting for IT/);
    assert.doesNotMatch(forHr, /gatehouse step/);
  });

  it('is coloured on a terminal only, and not where colours are not wanted', async () => {
    const terminal = { columns: 200, rows: 50 };
    const argv = ['kill-switch', 'status'];
    assert.match(await works(argv, admin, { terminal }), /^\p{Cc}\[32mChanges go out/u);
    const env = { ...as(admin), NO_COLOR: '1' };
    assert.match((await run(argv, { env, terminal })).out, /^Changes go out/);
    assert.match(await works(argv), /^Changes go out/);
  });

  it('decides about departures and steps', async () => {
    const id = await server.openDeparture(hr.caller);
    assert.match(await works(['case', 'pause', id, '--reason', 'wait']), /^Paused/);
    assert.match(await works(['case', 'resume', id]), /^It goes on/);
    const moved = ['case', 'change', id, '--last-working-day', '2031-01-31', '--urgent'];
    assert.match(await works(moved), /^changed: dates/);
    const changed = JSON.parse(await works(['case', 'change', id, '--no-urgent', '--json']));
    assert.equal(changed.case.urgent, false);
    await fails(['case', 'release', id], { code: 1, err: /^Not possible now: .*not held back/ });

    const held = await server.addStep(id, { status: 'held' });
    assert.match(await works(['step', 'retry', held]), /^It is tried again/);
    const task = await server.addStep(id, { status: 'held', kind: 'task' });
    const attest = ['step', 'attest', task, '--reason', 'done', '--proof', 'T-1'];
    assert.match(await works(attest), /^Confirmed by Ada Admin/);
    const other = await server.addStep(id, { status: 'held' });
    const waive = ['step', 'waive', other, '--reason', 'needed', '--until', '2031-01-31'];
    assert.match(await works(waive), /^Skipped until 2031-01-31T23:00:00.000Z/);
    const someDay = [...waive.slice(0, -1), 'some day'];
    await fails(someDay, { code: 2, err: /neither a day such as/ });
    assert.match(
      await works(['case', 'show', id]),
      /Skipped by Ada Admin until 1 Feb 2031 00:00 Berlin/,
    );
    assert.match(await works(['case', 'cancel', id]), /^taken back/);
  });

  it('asks before it brings somebody back, or is told the plan', async () => {
    const id = await server.openDeparture(hr.caller);
    const early = { code: 1, err: /no plan for the way back yet/ };
    await fails(['case', 'bring-back', id], early);
    await server.pools.owner.query('alter table cases disable trigger user');
    await server.pools.owner.query(
      "update cases set state = 'waiting-for-approval', direction = 'back', plan_digest = 'D1' where id = $1",
      [id],
    );
    await server.pools.owner.query('alter table cases enable trigger user');
    await fails(['case', 'bring-back', id], { code: 2, err: /add --plan D1/ });
    await server.addStep(id, { undoOf: await server.addStep(id), title: 'Bring back: sign-in' });
    const no = {
      code: 1,
      err: /To bring Person \d+ back:\n.*Bring back: sign-in[\s\S]*Nothing was started/,
    };
    await fails(['case', 'bring-back', id], no, { answers: ['no'] });
    await fails(['case', 'bring-back', id, '--plan', 'D0'], { code: 1, err: /^Changed meanwhile/ });
    assert.match(await works(['case', 'bring-back', id, '--plan', 'D1']), /way back has begun/);
  });

  it('follows a departure until it ends, line by line where nothing can be redrawn', async () => {
    const id = await server.openDeparture(hr.caller);
    const step = await server.addStep(id, { status: 'ready' });
    const watching = works(['case', 'watch', id, '--every', '1']);
    await server.pools.owner.query('alter table cases disable trigger user');
    await server.pools.owner.query('alter table steps disable trigger user');
    await server.pools.admin.query(
      "update steps set status = 'settled', grade = 'verified', settled_at = now(), applied_at = now() where id = $1",
      [step],
    );
    await server.pools.admin.query("update cases set state = 'complete' where id = $1", [id]);
    await server.pools.owner.query('alter table steps enable trigger user');
    await server.pools.owner.query('alter table cases enable trigger user');
    const out = await watching;
    assert.match(out, /✔ Verified \d\d:\d\d: Block sign-in\n/);
    assert.match(out, /Complete: 1 proven of 1\n$/);

    const terminal = { columns: 30, rows: 10 };
    const drawn = await works(['case', 'watch', id], admin, { terminal });
    assert.ok(drawn.split('\n').length <= 10);
    assert.ok(
      drawn
        .replaceAll(/\p{Cc}\[[\d;]*m/gu, '')
        .split('\n')
        .every((line) => line.length <= 30),
    );
  });

  it('previews a departure in plain words', async () => {
    preview = { question: 'When does this person leave?' };
    const argv = ['plan', 'E-1', '--kind', 'resignation'];
    assert.match(await works(argv), /^First a question: When does this person leave\?/);
    preview = {
      playbook: { name: 'p', number: 1, title: 'P' },
      digest: 'd',
      zone: 'Europe/Berlin',
      steps: [],
      gaps: [],
      notes: [],
      unanswered: [{ connection: 'wiki', because: 'no answer' }],
      text: ['P: 0 steps', '', '  at once  nothing'],
    };
    assert.equal(
      await works(argv),
      'P: 0 steps\n\n  at once  nothing\nwiki could not be asked: no answer\n',
    );
  });

  it('imports people, and ends with 1 when a row was refused', async () => {
    const good = file('good.csv', 'person_id,name,email\nE-71,Lee Wong,lee@meadow.example\n');
    assert.equal(await works(['import', 'people', good]), '1 person taken in, 1 new or changed.\n');
    const bad = 'person_id,name,email\nE-72,,no@meadow.example\nE-73,Kim Park,kim@meadow.example\n';
    const out =
      /1 person taken in, 1 new or changed\.\n1 row refused:\n {2}line 2 +name +found .* expected/;
    await fails(['import', 'people', '-'], { code: 1, err: /^$/, out }, { input: bad });
    await fails(['import', 'people', '/nowhere.csv'], { code: 1, err: /cannot be read: ENOENT/ });
  });

  describe('connects systems', () => {
    const yaml = (more = '') =>
      `id: wiki-1\nconnector: wiki\nname: Our wiki\nsettings:\n  address: https://wiki.example\n${more}`;

    it('by a file, with the secret from standard input and nowhere else', async () => {
      const described = file('wiki.yaml', yaml());
      const options = { input: 's3cret-value\n' };
      const out = await works(['connection', 'add', described], admin, options);
      assert.equal(
        out,
        'wiki-1 is saved. Its secrets go to wiki.example.\nIt works; there we are gatehouse-bot.\n',
      );
      assert.ok([...server.handedOver.values()].includes('s3cret-value'));
    });

    it('keeps a secret that is not named again, and replaces one that is', async () => {
      await works(['connection', 'add', file('same.yaml', yaml())]);
      const renewed = file('renew.yaml', yaml('  token:\n'));
      await works(['connection', 'add', renewed], admin, { input: 'token: "0123"\n' });
      assert.deepEqual([...server.handedOver.values()].at(-1), 'token: "0123"');
    });

    it('refuses a file that holds a secret, and never repeats it', async () => {
      const written = file('written.yaml', yaml('  token: very-secret\n'));
      const { code, out, err } = await type(['connection', 'add', written]);
      assert.equal(code, 1);
      assert.match(err, /holds the secret token\. Take it out/);
      assert.doesNotMatch(out + err, /very-secret/);
    });

    it('says what is wrong with a file', async () => {
      const add = (text: string) => ['connection', 'add', file('wrong.yaml', text)];
      await fails(add('a: [\n'), { code: 1, err: /not readable as YAML/ });
      await fails(add('connector: wiki\n'), { code: 1, err: /\n {2}settings: .*\n {2}id: / });
      await fails(add('id: x\nconnector: wikki\nsettings: {}\n'), {
        code: 1,
        err: /no connector wikki\. Did you mean wiki\?/,
      });
      const missing = { code: 1, err: /Secrets are missing: token/ };
      await fails(add('id: new\nconnector: wiki\nsettings: {}\n'), missing, { input: '' });
      const wrong = { code: 1, err: /\n {2}address: / };
      await fails(add('id: new\nconnector: wiki\nsettings: {}\n'), wrong, { input: 'x' });
      await fails(['connection', 'add'], { code: 2, err: /Name a YAML file/ });
    });

    it('by questions, where somebody sits at a terminal, without showing the secret', async () => {
      const answers = [
        'wiki',
        'wiki-2',
        '',
        'https://w2.example',
        'unseen-value',
        '',
        'maybe',
        'yes',
      ];
      const { code, out, err } = await type(['connection', 'add', '--json'], admin, { answers });
      assert.equal(code, 0, err);
      const { connection } = JSON.parse(out);
      assert.equal(connection.name, 'Wiki');
      assert.deepEqual(connection.settings, { address: 'https://w2.example', archive: true });
      assert.match(err, /Token \(Made in the wiki under Administration\): /);
      assert.match(err, /That does not fit/);
      assert.doesNotMatch(out + err, /unseen-value/);
      assert.equal([...server.handedOver.values()].at(-1), 'unseen-value');
    });

    it('asks for the secret of a file at a terminal', async () => {
      const described = file('wiki3.yaml', yaml().replace('wiki-1', 'wiki-3'));
      const given = await type(['connection', 'add', described], admin, { answers: ['unseen-3'] });
      assert.equal(given.code, 0, given.err);
      assert.equal(given.err, 'Token (Made in the wiki under Administration): \n');
      const empty = file('wiki4.yaml', yaml().replace('wiki-1', 'wiki-4'));
      await fails(
        ['connection', 'add', empty],
        { code: 1, err: /Token is needed/ },
        { answers: [''] },
      );
    });

    it('removes one only when its name is typed', async () => {
      const argv = ['connection', 'remove', 'wiki-3'];
      await fails(argv, { code: 1, err: /Nothing was removed/ }, { answers: ['yes'] });
      await works(argv, admin, { answers: ['wiki-3'] });
      await works(['connection', 'remove', 'wiki-2', '--yes']);
    });

    it('lists, tests, searches and removes them', async () => {
      assert.match(
        await works(['connection', 'list']),
        /\nwiki-1 +Our wiki +wiki +collaboration +works +not known +never\n/,
      );
      assert.match(await works(['connection', 'test', 'wiki-1']), /^It works; there we are/);
      assert.equal(
        await works(['connection', 'discover', 'wiki-1']),
        '7 accounts found in wiki-1.\n',
      );
      await fails(['connection', 'remove', 'wiki-1'], { code: 2, err: /Add --yes/ });
      await works(['connection', 'remove', 'wiki-1', '--yes']);
      assert.match(await works(['connection', 'list']), /No system is connected yet/);
      assert.match(await works(['connection', 'list', '--all']), / removed /);
    });

    it('tells what each kind of system has to be told', async () => {
      assert.match(await works(['connectors']), /\nwiki +Wiki +collaboration\n/);
      const form = await works(['connectors', 'wiki']);
      assert.match(form, /\ntoken +yes +secret +Token: Made in the wiki under Administration\n/);
      assert.match(form, /\narchive +no +yes or no +Archive pages\n/);
    });
  });

  it('shows and changes settings', async () => {
    const set = ['settings', 'set', 'company', 'zone=Europe/Berlin', 'headcount=250'];
    assert.match(await works(set), /zone +Europe\/Berlin\n/);
    const alerts = 'contacts=[{name: Ada, email: ada@meadow.example}]';
    await works(['settings', 'set', 'alerts', alerts]);
    const shown = await works(['settings', 'show']);
    assert.match(shown, /headcount +250\n/);
    assert.match(shown, /contacts +\[\{"name":"Ada"/);
    const one = JSON.parse(await works(['settings', 'show', 'company', '--json']));
    assert.equal(one.company.zone, 'Europe/Berlin');

    await fails(['settings', 'show', 'compny'], { code: 2, err: /Did you mean company\?/ });
    await fails(['settings', 'set', 'company', 'zone'], { code: 2, err: /NAME=VALUE/ });
    await fails(['settings', 'set', 'company', 'zone=Mars'], { code: 1, err: /\n {2}zone: / });
  });

  it('brings playbooks in and out, and compares them', async () => {
    const starter = '../app/starters/involuntary-departure.yaml';
    const text = readFileSync(path.join(import.meta.dirname, starter), 'utf8');
    const given = file('playbook.yaml', text);
    const imported = await works(['playbook', 'import', given]);
    const [, name] = /^(\S+) 1: draft\.\n/.exec(imported) ?? [];
    assert.match(imported, /gatehouse playbook publish/);
    assert.equal(await works(['playbook', 'export', name!]), text);
    assert.match(await works(['playbook', 'list']), new RegExp(`\n${name} +1 +.* +draft +`));
    assert.match(await works(['playbook', 'publish', name!]), new RegExp(`^${name} 1: published`));
    await fails(['playbook', 'publish', name!], { code: 1, err: /published already/ });

    assert.match(await works(['playbook', 'diff', given]), /is the same as/);
    const other = file('other.yaml', text.replace(/^title: .*$/m, 'title: Another title'));
    const diff = await works(['playbook', 'diff', other]);
    assert.match(diff, /\n-title: .*\n\+title: Another title\n/);
    await fails(['playbook', 'export', 'nothing'], { code: 1, err: /no playbook nothing/ });
    await fails(['playbook', 'import', file('broken.yaml', 'playbook: x\n')], {
      code: 1,
      err: /^This does not fit: The playbook cannot be used as it is\.\n {2}/,
    });
  });

  it('stops everything and goes on', async () => {
    await fails(['kill-switch', 'on'], { code: 2, err: /--reason <text>' not specified/ });
    const stopped = await works(['kill-switch', 'on', '--reason', 'Look first']);
    assert.match(
      stopped,
      /^Stopped: nothing goes out.*\nSince .* Berlin by Ada Admin: Look first\n$/,
    );
    assert.match(await works(['kill-switch', 'off']), /^Changes go out again/);
    await fails(['kill-switch', 'off'], { code: 1, err: /Nothing is stopped/ });
  });

  it('lists tasks and alerts', async () => {
    assert.equal(await works(['tasks']), 'Nothing waits to be done by hand.\n');
    await server.pools.admin.query('update alerts set resolved_at = now()');
    assert.equal(await works(['alerts']), 'Nothing waits for anybody.\n');
    await server.pools.admin.query(
      `insert into alerts (id, condition, kind, title, body, connection_id, times, opened_at)
       values ('A1', 'c1', 'connection.down', 'Wiki does not answer', 'We try again', 'wiki', 3, '2030-11-23T16:00:00Z')`,
    );
    const now = () => new Date('2030-11-24T08:00:00Z');
    assert.match(
      await works(['alerts'], admin, { now }),
      /\n23 Nov 17:00 Berlin +Wiki does not answer +wiki +We try again \(3 times\)\n/,
    );
  });

  it('searches the record and exports it for few eyes', async () => {
    await server.sequenceAll();
    const out = await works(['audit', 'search', '--type', 'switch.stopped']);
    assert.match(out, /Everything outgoing stopped +Ada Admin/);
    assert.match(
      await works(['audit', 'search', '--from', '2100-01-01']),
      /^Nothing of that kind is in the record/,
    );
    const exported = await works(['audit', 'export', '--type', 'switch.stopped']);
    assert.equal(JSON.parse(exported).leaf.type, 'switch.stopped');

    const target = path.join(folder, 'audit.csv');
    const argv = ['audit', 'export', '--format', 'csv', '-o', target];
    const { code, err } = await type(argv);
    assert.equal(code, 0);
    assert.equal(err, `The export is in ${target}.\n`);
    assert.match(readFileSync(target, 'utf8'), /^time,case,person,/);
    assert.equal(statSync(target).mode & 0o777, 0o600);
  });

  it('lists keys and revokes them', async () => {
    const { token } = await server.addUser('Rita Revoked', ['hr']);
    const id = token.slice(5, 13);
    assert.match(await works(['token', 'list']), new RegExp(`\n${id} +Rita Revoked’s key `));
    assert.equal(await works(['token', 'revoke', id]), `The key ${id} no longer works.\n`);
    await fails(['token', 'revoke', id], { code: 1, err: /^Not found/ });
    assert.doesNotMatch(await works(['token', 'list']), new RegExp(id));
  });
});
