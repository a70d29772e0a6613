import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTyping, type Typing } from './testing/typing.ts';

describe('departures on the command line', () => {
  let typing: Typing;

  before(async () => {
    typing = await startTyping();
  });
  after(() => typing.stop());

  it('starts a departure and lists it', async () => {
    const { personId } = await typing.server.addPerson({ name: 'Priya Nair' });
    const argv = ['depart', personId, '--kind', 'resignation', '--access-ends', '2030-11-23T17:00'];
    const out = await typing.works(argv, typing.hr);
    const [, id] = /^Departure (\w+): departure opened\n/.exec(out) ?? [];
    assert.ok(id, out);

    const listed = await typing.works(['case', 'list', '--text', 'priya'], typing.hr);
    const [head, row] = listed.split('\n');
    assert.match(head ?? '', /^Case +Person +HR id +Kind +State +When$/);
    assert.match(
      row ?? '',
      new RegExp(`^${id} +Priya Nair +${personId} +resignation +Draft +23 Nov 2030 17:00 Berlin$`),
    );
    const [parsed] = JSON.parse(
      await typing.works(['case', 'list', '--text', 'priya', '--json'], typing.hr),
    ).items;
    assert.equal(parsed.id, id);
    assert.match(
      await typing.works(['case', 'list', '--text', 'nobody'], typing.hr),
      /^There is no such case/,
    );
  });

  it('lists page by page', async () => {
    await typing.server.openDeparture(typing.hr.caller);
    await typing.server.openDeparture(typing.hr.caller);
    const first = await typing.works(['case', 'list', '--limit', '1'], typing.hr);
    const [, cursor] = /More: add --cursor (\S+)/.exec(first) ?? [];
    const second = await typing.works(
      ['case', 'list', '--limit', '1', '--cursor', cursor!],
      typing.hr,
    );
    assert.notEqual(first.split('\n')[1], second.split('\n')[1]);
  });

  it('shows a departure: what is proven, what is not, and what can be done', async () => {
    const id = await typing.server.openDeparture(typing.hr.caller, { reason: 'A new job' });
    await typing.server.addStep(id, {
      status: 'settled',
      grade: 'verified',
      because: 'signs in no more',
    });
    await typing.server.addStep(id, { status: 'settled', grade: 'absent', title: 'Leave groups' });
    await typing.server.addStep(id, {
      status: 'settled',
      grade: 'acknowledged',
      title: 'Sign out',
    });
    const held = await typing.server.addStep(id, {
      status: 'held',
      title: 'Remove MFA\u001b[2J\nnow',
      because: 'Wiki refused: our key may not do this',
    });
    await typing.server.addStep(id, {
      status: 'ready',
      title: 'Archive',
      layer: 'operations',
      attempts: 3,
      because: 'Wiki does not answer',
      wakeAt: new Date('2030-11-20T09:41:00Z'),
    });

    const now = () => new Date('2030-11-20T08:00:00Z');
    const out = await typing.works(['case', 'show', id], typing.admin, { now });

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

    const forHr = await typing.works(['case', 'show', id], typing.hr, { now });
    assert.match(forHr, /▲ {2}Waiting for IT/);
    assert.doesNotMatch(forHr, /gatehouse step/);
  });

  it('decides about departures and steps', async () => {
    const id = await typing.server.openDeparture(typing.hr.caller);
    assert.match(await typing.works(['case', 'pause', id, '--reason', 'wait']), /^Paused/);
    assert.match(await typing.works(['case', 'resume', id]), /^It goes on/);
    const moved = ['case', 'change', id, '--last-working-day', '2031-01-31', '--urgent'];
    assert.match(await typing.works(moved), /^changed: dates/);
    const changed = JSON.parse(await typing.works(['case', 'change', id, '--no-urgent', '--json']));
    assert.equal(changed.case.urgent, false);
    await typing.fails(['case', 'release', id], {
      code: 1,
      err: /^Not possible now: .*not held back/,
    });

    const held = await typing.server.addStep(id, { status: 'held' });
    assert.match(await typing.works(['step', 'retry', held]), /^It is tried again/);
    const task = await typing.server.addStep(id, { status: 'held', kind: 'task' });
    const attest = ['step', 'attest', task, '--reason', 'done', '--proof', 'T-1'];
    const missing = [...attest, '--file', 'no-such-file.pdf'];
    await typing.fails(missing, { code: 1, err: /^no-such-file.pdf cannot be read/ });
    const scans = [...attest, '--file', 'README.md', 'LICENSE'];
    assert.match(await typing.works(scans), /^Confirmed by Ada Admin/);
    const shown = JSON.parse(await typing.works(['case', 'show', id, '--json']));
    const confirmed = shown.steps.find((it: { id: string }) => it.id === task);
    assert.deepEqual(
      confirmed.decision.files.map((it: { name: string }) => it.name),
      ['README.md', 'LICENSE'],
    );
    const other = await typing.server.addStep(id, { status: 'held' });
    const waive = ['step', 'waive', other, '--reason', 'needed', '--until', '2031-01-31'];
    assert.match(await typing.works(waive), /^Skipped until 2031-01-31T23:00:00.000Z/);
    const someDay = [...waive.slice(0, -1), 'some day'];
    await typing.fails(someDay, { code: 2, err: /neither a day such as/ });
    assert.match(
      await typing.works(['case', 'show', id]),
      /Skipped by Ada Admin until 1 Feb 2031 00:00 Berlin/,
    );
    assert.match(await typing.works(['case', 'cancel', id]), /^taken back/);
  });

  it('asks for more time, which another person gives or not', async () => {
    const id = await typing.server.openDeparture(typing.hr.caller);
    const { name, email } = typing.admin.caller.user;
    const step = await typing.server.addStep(id, {
      kind: 'task',
      layer: 'operations',
      status: 'running',
      assignment: {
        people: [{ name, email }],
        instructions: 'Collect it.',
        proof: [],
        deadline: '2030-12-01T23:00:00.000Z',
        askedAt: '2030-11-23T09:00:00.000Z',
        reminders: 0,
      },
    });
    const ask = ['step', 'ask-time', step, '--until', '2030-12-31', '--reason', 'On holiday'];
    assert.match(await typing.works(ask), /^Asked\. Its date stands/);
    const own = { code: 1, err: /another person has to/ };
    await typing.fails(['step', 'give-time', step], own);
    const no = ['step', 'refuse-time', step, '--reason', 'The auditor comes'];
    assert.match(await typing.works(no, typing.hr), /^The date stays/);
    await typing.works(ask);
    assert.match(
      await typing.works(['step', 'give-time', step], typing.hr),
      /^Due 2030-12-31T23:00:00\.000Z now/,
    );
  });

  it('asks before it brings somebody back, or is told the plan', async () => {
    const id = await typing.server.openDeparture(typing.hr.caller);
    const early = { code: 1, err: /no plan for the way back yet/ };
    await typing.fails(['case', 'bring-back', id], early);
    await typing.server.pools.owner.query('alter table cases disable trigger user');
    await typing.server.pools.owner.query(
      "update cases set state = 'waiting-for-approval', direction = 'back', plan_digest = 'D1' where id = $1",
      [id],
    );
    await typing.server.pools.owner.query('alter table cases enable trigger user');
    await typing.fails(['case', 'bring-back', id], { code: 2, err: /add --plan D1/ });
    await typing.server.addStep(id, {
      undoOf: await typing.server.addStep(id),
      title: 'Bring back: sign-in',
    });
    const no = {
      code: 1,
      err: /To bring Person \d+ back:\n.*Bring back: sign-in[\s\S]*Nothing was started/,
    };
    await typing.fails(['case', 'bring-back', id], no, { answers: ['no'] });
    await typing.fails(['case', 'bring-back', id, '--plan', 'D0'], {
      code: 1,
      err: /^Changed meanwhile/,
    });
    assert.match(
      await typing.works(['case', 'bring-back', id, '--plan', 'D1']),
      /way back has begun/,
    );
  });

  it('follows a departure until it ends, line by line where nothing can be redrawn', async () => {
    const id = await typing.server.openDeparture(typing.hr.caller);
    const step = await typing.server.addStep(id, { status: 'ready' });
    const watching = typing.works(['case', 'watch', id, '--every', '1']);
    await typing.server.pools.owner.query('alter table cases disable trigger user');
    await typing.server.pools.owner.query('alter table steps disable trigger user');
    await typing.server.pools.admin.query(
      "update steps set status = 'settled', grade = 'verified', settled_at = now(), applied_at = now() where id = $1",
      [step],
    );
    await typing.server.pools.admin.query("update cases set state = 'complete' where id = $1", [
      id,
    ]);
    await typing.server.pools.owner.query('alter table steps enable trigger user');
    await typing.server.pools.owner.query('alter table cases enable trigger user');
    const out = await watching;
    assert.match(out, /✔ Verified \d\d:\d\d: Block sign-in\n/);
    assert.match(out, /Complete: 1 proven of 1\n$/);

    const terminal = { columns: 30, rows: 10 };
    const drawn = await typing.works(['case', 'watch', id], typing.admin, { terminal });
    assert.ok(drawn.split('\n').length <= 10);
    assert.ok(
      drawn
        .replaceAll(/\p{Cc}\[[\d;]*m/gu, '')
        .split('\n')
        .every((line) => line.length <= 30),
    );
  });
});
