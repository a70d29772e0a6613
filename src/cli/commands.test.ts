import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startTyping, type Typing } from './testing/typing.ts';

const surveys = path.join(import.meta.dirname, '../app/surveys');

describe('the other commands', () => {
  let typing: Typing;
  let preview: unknown;

  before(async () => {
    typing = await startTyping(() => preview);
  });
  after(() => typing.stop());

  it('previews a departure in plain words', async () => {
    preview = { question: 'When does this person leave?' };
    const argv = ['plan', 'E-1', '--kind', 'resignation'];
    assert.match(await typing.works(argv), /^First a question: When does this person leave\?/);
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
      await typing.works(argv),
      'P: 0 steps\n\n  at once  nothing\nwiki could not be asked: no answer\n',
    );
  });

  it('imports people, and ends with 1 when a row was refused', async () => {
    const good = typing.file(
      'good.csv',
      'person_id,name,email\nE-71,Lee Wong,lee@meadow.example\n',
    );
    assert.equal(
      await typing.works(['import', 'people', good]),
      '1 person taken in, 1 new or changed.\n',
    );
    const bad = 'person_id,name,email\nE-72,,no@meadow.example\nE-73,Kim Park,kim@meadow.example\n';
    const out =
      /1 person taken in, 1 new or changed\.\n1 row refused:\n {2}line 2 +name +found .* expected/;
    await typing.fails(['import', 'people', '-'], { code: 1, err: /^$/, out }, { input: bad });
    await typing.fails(['import', 'people', '/nowhere.csv'], {
      code: 1,
      err: /cannot be read: ENOENT/,
    });
  });

  it('shows and changes settings', async () => {
    const set = ['settings', 'set', 'company', 'zone=Europe/Berlin', 'headcount=250'];
    assert.match(await typing.works(set), /zone +Europe\/Berlin\n/);
    const alerts = 'contacts=[{name: Ada, email: ada@meadow.example}]';
    await typing.works(['settings', 'set', 'alerts', alerts]);
    const shown = await typing.works(['settings', 'show']);
    assert.match(shown, /headcount +250\n/);
    assert.match(shown, /contacts +\[\{"name":"Ada"/);
    const one = JSON.parse(await typing.works(['settings', 'show', 'company', '--json']));
    assert.equal(one.company.zone, 'Europe/Berlin');

    await typing.fails(['settings', 'show', 'compny'], { code: 2, err: /Did you mean company\?/ });
    await typing.fails(['settings', 'set', 'company', 'zone'], { code: 2, err: /NAME=VALUE/ });
    await typing.fails(['settings', 'set', 'company', 'zone=Mars'], {
      code: 1,
      err: /\n {2}zone: /,
    });
  });

  it('brings playbooks in and out, and compares them', async () => {
    await typing.works(['survey', 'import', path.join(surveys, 'exit.yaml')], typing.hr);
    const starter = '../app/starters/involuntary-departure.yaml';
    const text = readFileSync(path.join(import.meta.dirname, starter), 'utf8');
    const given = typing.file('playbook.yaml', text);
    const imported = await typing.works(['playbook', 'import', given]);
    const [, name] = /^(\S+) 1: draft\.\n/.exec(imported) ?? [];
    assert.match(imported, /gatehouse playbook publish/);
    assert.equal(await typing.works(['playbook', 'export', name!]), text);
    assert.match(await typing.works(['playbook', 'list']), new RegExp(`\n${name} +1 +.* +draft +`));
    assert.match(
      await typing.works(['playbook', 'publish', name!]),
      new RegExp(`^${name} 1: published`),
    );
    await typing.fails(['playbook', 'publish', name!], { code: 1, err: /published already/ });

    assert.match(await typing.works(['playbook', 'diff', given]), /is the same as/);
    const other = typing.file('other.yaml', text.replace(/^title: .*$/m, 'title: Another title'));
    const diff = await typing.works(['playbook', 'diff', other]);
    assert.match(diff, /\n-title: .*\n\+title: Another title\n/);
    await typing.fails(['playbook', 'export', 'nothing'], { code: 1, err: /no playbook nothing/ });
    await typing.fails(['playbook', 'import', typing.file('broken.yaml', 'playbook: x\n')], {
      code: 1,
      err: /^This does not fit: The playbook cannot be used as it is\.\n {2}/,
    });
  });

  it('stops everything and goes on', async () => {
    await typing.fails(['kill-switch', 'on'], { code: 2, err: /--reason <text>' not specified/ });
    const stopped = await typing.works(['kill-switch', 'on', '--reason', 'Look first']);
    assert.match(
      stopped,
      /^Stopped: nothing goes out.*\nSince .* Berlin by Ada Admin: Look first\n$/,
    );
    assert.match(await typing.works(['kill-switch', 'off']), /^Changes go out again/);
    await typing.fails(['kill-switch', 'off'], { code: 1, err: /Nothing is stopped/ });
  });

  it('lists tasks and alerts', async () => {
    assert.equal(await typing.works(['tasks']), 'Nothing waits to be done by hand.\n');
    await typing.server.pools.admin.query('update alerts set resolved_at = now()');
    assert.equal(await typing.works(['alerts']), 'Nothing waits for anybody.\n');
    await typing.server.pools.admin.query(
      `insert into alerts (id, condition, kind, title, body, connection_id, times, opened_at)
       values ('A1', 'c1', 'connection.down', 'Wiki does not answer', 'We try again', 'wiki', 3, '2030-11-23T16:00:00Z')`,
    );
    const now = () => new Date('2030-11-24T08:00:00Z');
    assert.match(
      await typing.works(['alerts'], typing.admin, { now }),
      /\nA1 +23 Nov 17:00 Berlin +Wiki does not answer +wiki +We try again \(3 times\)\n/,
    );
    assert.match(
      await typing.works(['alerts', 'acknowledge', 'A1']),
      /^A1: Nobody is told of it again/,
    );
    assert.match(
      await typing.works(['alerts']),
      /Wiki does not answer +wiki +Ada Admin +We try again/,
    );
    const [done] = JSON.parse(await typing.works(['alerts', '--json'])) as {
      acknowledgedBy: object;
    }[];
    assert.ok(done?.acknowledgedBy);
    const again = /Somebody sees to this alert already/;
    await typing.fails(['alerts', 'acknowledge', 'A1'], { code: 1, err: again });
    await typing.fails(['alerts', 'acknowledge', 'A9'], { code: 1, err: /no alert A9/ });
  });

  it('searches the record and exports it for few eyes', async () => {
    await typing.server.sequenceAll();
    const out = await typing.works(['audit', 'search', '--type', 'switch.stopped']);
    assert.match(out, /Everything outgoing stopped +Ada Admin/);
    assert.match(
      await typing.works(['audit', 'search', '--from', '2100-01-01']),
      /^Nothing of that kind is in the record/,
    );
    const exported = await typing.works(['audit', 'export', '--type', 'switch.stopped']);
    assert.equal(JSON.parse(exported).leaf.type, 'switch.stopped');

    const target = path.join(typing.folder, 'audit.csv');
    const argv = ['audit', 'export', '--format', 'csv', '-o', target];
    const { code, err } = await typing.type(argv);
    assert.equal(code, 0);
    assert.equal(err, `The export is in ${target}.\n`);
    assert.match(readFileSync(target, 'utf8'), /^time,case,person,/);
    assert.equal(statSync(target).mode & 0o777, 0o600);
  });

  it('lists keys and revokes them', async () => {
    const { token } = await typing.server.addUser('Rita Revoked', ['hr']);
    const id = token.slice(5, 13);
    assert.match(await typing.works(['token', 'list']), new RegExp(`\n${id} +Rita Revoked’s key `));
    assert.equal(await typing.works(['token', 'revoke', id]), `The key ${id} no longer works.\n`);
    await typing.fails(['token', 'revoke', id], { code: 1, err: /^Not found/ });
    assert.doesNotMatch(await typing.works(['token', 'list']), new RegExp(id));
  });

  it('loosens a limit by two people', async () => {
    const more = ['settings', 'set', 'guardrails', 'wipesPerHour=50'];
    assert.match(await typing.works(more), /wipesPerHour +50\n/, 'one who is alone');
    const sven = await typing.server.addUser('Sven Security', ['security']);
    more[3] = 'wipesPerHour=60';
    assert.match(await typing.works(more), /^Noted.*\n.*gatehouse settings agree guardrails\n/);
    const waits = await typing.works(['settings', 'requests']);
    assert.match(waits, /guardrails\n.*wipesPerHour +60\n.*asked for by Ada/);
    assert.match(await typing.works(['settings', 'agree', 'guardrails']), /^Noted/, 'the same one');
    assert.match(
      await typing.works(['settings', 'agree', 'guardrails'], sven),
      /wipesPerHour +60\n/,
    );
    more[3] = 'wipesPerHour=70';
    await typing.works(more);
    await typing.works(['settings', 'refuse', 'guardrails']);
    assert.match(await typing.works(['settings', 'requests']), /^Nothing waits/);
    await typing.fails(['settings', 'agree', 'guardrails'], { code: 1, err: /Nothing is asked/ });
  });
});
