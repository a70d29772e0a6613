import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readPlaybook, writePlaybook } from './playbook.ts';

const training = (kind: string, steps: string) =>
  readPlaybook(`playbook: test\ntitle: Test\nfor: ${kind}\nsteps:\n${steps}`);
const task =
  '  - { id: training, layer: compliance, task: { title: T, assign to: newcomer, due: confirmed } }\n';

describe('the newcomer', () => {
  for (const kind of ['arrival', 'role change']) {
    it(`is asked in a playbook for an ${kind}, also once it is written and read again`, () => {
      const read = training(kind, task);
      assert.ok('playbook' in read, JSON.stringify(read));
      const again = readPlaybook(writePlaybook(read.playbook));
      assert.ok('playbook' in again);
      const [step] = again.playbook.steps;
      assert.ok(step?.kind === 'task');
      assert.deepEqual(step.task.assignTo, { newcomer: true });
    });
  }

  const refused: readonly [what: string, steps: string, line: number][] = [
    ['do a task', task, 5],
    [
      'accept one',
      '  - id: training\n    layer: compliance\n    task:\n      title: T\n      assign to: manager\n      accepted by: newcomer\n      due: confirmed\n',
      10,
    ],
    [
      'be told',
      '  - id: training\n    layer: compliance\n    notice:\n      to: [manager, newcomer]\n      subject: S\n      text: T\n',
      8,
    ],
    [
      'hand over what they know',
      '  - id: training\n    layer: operations\n    knowledge:\n      assign to: newcomer\n      due: confirmed\n',
      8,
    ],
  ];
  for (const [what, steps, line] of refused) {
    it(`cannot ${what} in a departure, which is said with step, line and mend`, () => {
      const read = training('departure', steps);
      assert.ok('problems' in read);
      assert.deepEqual(read.problems, [
        {
          severity: 'error',
          step: 'training',
          line,
          problem: '“training” names the newcomer, but in a departure nobody arrives.',
          mend: 'Write manager, successor, { role: … } or { email: … }; a notice may go to “leaver”.',
        },
      ]);
    });
  }
});
