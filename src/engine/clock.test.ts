import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openClock } from './clock.ts';

const minute = 60_000;

describe('the clocks', () => {
  const at = (databaseAheadMs: number) => {
    const machine = { now: 1_000_000_000 };
    const clock = openClock(() => machine.now);
    const { now } = machine;
    clock.noteDatabase({ said: now + databaseAheadMs, asked: now, answered: now });
    return { machine, clock };
  };

  it('are trusted while they agree, and before anything was heard', () => {
    assert.equal(openClock().problem(), null);
    const { clock } = at(20_000);
    assert.deepEqual([clock.warning(), clock.problem()], [null, null]);
  });

  it('are doubted aloud from half a minute on, and trusted no more from five', () => {
    assert.equal(
      at(-40_000).clock.warning(),
      'The clock of the database is 40 seconds behind the clock of this machine.',
    );
    assert.equal(at(-40_000).clock.problem(), null);
    assert.match(
      at(6 * minute).clock.problem() ?? '',
      /6 minutes ahead of the clock of this machine/,
    );
  });

  it('are not doubted for one look in the moment in which one of them is set', () => {
    const { machine, clock } = at(0);
    const look = (ahead: number) =>
      clock.noteDatabase({ said: machine.now + ahead, asked: machine.now, answered: machine.now });
    look(60 * minute);
    assert.equal(clock.problem(), null);
    look(60 * minute);
    assert.match(clock.problem() ?? '', /60 minutes ahead/);
    look(0);
    assert.equal(clock.problem(), null);
  });

  it('are not doubted for an answer that took long to come', () => {
    const clock = openClock();
    clock.noteDatabase({ said: 100_000, asked: 0, answered: 120_000 });
    assert.equal(clock.databaseAheadMs(), 0);
  });

  it('of database and machine together are doubted when most systems outside speak against them', () => {
    const { machine, clock } = at(0);
    clock.noteAnswer('okta.example', machine.now + 10 * minute);
    assert.equal(clock.problem(), null); // it may be the one that is wrong
    clock.noteAnswer('slack.example', machine.now + 10 * minute);
    assert.match(clock.problem() ?? '', /10 minutes behind those of okta\.example, slack\.example/);
    clock.noteAnswer('hr.example', machine.now);
    clock.noteAnswer('wiki.example', machine.now);
    assert.equal(clock.problem(), null);
    machine.now += 61 * minute;
    assert.equal(clock.problem(), null);
  });
});
