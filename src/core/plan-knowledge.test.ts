import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Continuity } from './continuity.ts';
import type { Owned } from './ownership.ts';
import { readPlaybook, writePlaybook } from './playbook.ts';
import type { Receivers } from './successor.ts';
import {
  account,
  keysOf,
  offered,
  planOf,
  playbook,
  playbookText,
  problemsOf,
  stepIn,
  system,
} from './testing/planning.ts';

const marta = { personId: 'E-7', name: 'Marta Silva', email: 'marta@meadow.example' };
const tom = { personId: 'E-9', name: 'Tom Tamm', email: 'tom@meadow.example' };
const wiki = { ...system('wiki', 'collaboration', [offered('account.suspend')]), readsOwned: true };
const thing = (name: string, kind: Owned['kind'] = 'file'): Owned => ({
  ...{ id: name, kind, name, soleOwner: false },
});

const steps = (more = '') =>
  '  - { id: knowledge, layer: operations, ' +
  `knowledge: { assign to: manager, due: last working day${more} } }\n`;

const plan = (text: string, things: readonly Owned[], receivers: Partial<Receivers> = {}) => {
  const continuity: Continuity = {
    receivers: { successor: tom, manager: marta, ...receivers },
    owned: new Map([['wiki', new Map([['priya', things]])]]),
    ...{ connections: [], reports: [], isUser: false, isAlertContact: false },
  };
  return planOf(text, { wiki: [account('priya')] }, { connections: [wiki], continuity });
};

describe('handing over knowledge', () => {
  it('is a task for each usual heading and for each thing that the person owns', () => {
    const it = plan(steps(), [thing('roadmap'), thing('Kim', 'direct report')]);

    assert.deepEqual(
      keysOf(it).filter((key) => key.startsWith('knowledge:')),
      ['knowledge:heading-1', 'knowledge:heading-2', 'knowledge:heading-3', 'knowledge:heading-4']
        .concat('knowledge:wiki:priya:file:roadmap')
        .toSorted(),
    );
    const step = stepIn(it, 'knowledge:wiki:priya:file:roadmap');
    assert.equal(step.title, 'Hand over: the file roadmap in Wiki');
    assert.match(step.task?.instructions ?? '', /from Priya Nair to Tom Tamm\.$/);
  });

  it('has each item accepted by whoever takes over, unless they are asked themselves', () => {
    const theirs = stepIn(plan(steps(), []), 'knowledge:heading-1');
    assert.deepEqual(theirs.task?.acceptedBy, { successor: true });
    const own = stepIn(plan(steps(), [], { successor: marta }), 'knowledge:heading-1');
    assert.equal(own.task?.acceptedBy, undefined);
  });

  it('asks about what the playbook names instead', () => {
    const it = plan(steps(', headings: [Keys of the archive]'), []);
    assert.equal(stepIn(it, 'knowledge:heading-1').title, 'Hand over: Keys of the archive');
    assert.ok(!keysOf(it).includes('knowledge:heading-2'));
  });

  it('makes one task of what is too much to work through one by one', () => {
    const many = Array.from({ length: 25 }, (_, i) => thing(`page ${i}`));
    const it = plan(steps(), many);
    assert.equal(stepIn(it, 'knowledge:rest').title, 'Hand over: 5 more things');
  });

  it('is read and written as the same step', () => {
    for (const text of [steps(), steps(', headings: [Keys]')]) {
      const read = playbook(text);
      assert.deepEqual(
        'playbook' in readPlaybook(writePlaybook(read)) && readPlaybook(writePlaybook(read)),
        { ...readPlaybook(writePlaybook(read)), playbook: read },
      );
    }
    const [problem] = problemsOf(
      playbookText('  - { id: knowledge, layer: operations, knowledge: { assign to: manager } }\n'),
    );
    assert.match(problem?.problem ?? '', /due/);
  });
});
