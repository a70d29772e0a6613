import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { planText } from './plan.ts';
import { checkPlaybook } from './playbook.ts';
import { account, keysOf, okta, planOf, playbook, stepIn, system } from './testing/planning.ts';

const desk = { ...system('desk', 'ticketing', []), holdsAccounts: false, takesTickets: true };
const other = { ...system('jira', 'ticketing', []), holdsAccounts: false, takesTickets: true };
const wiki = system('wiki', 'ticketing', []);

const steps = `
  - { id: block, layer: security, do: account.suspend, on: { category: identity } }
  - { id: keys, layer: operations, task: { title: Keys, assign to: manager, due: last working day } }
  - { id: ticket, layer: operations, ticket: { on: { category: ticketing } }, at: access ends }
  - { id: file, layer: compliance, task: { title: File, assign to: manager, due: last working day }, after: [ticket, layer operations] }
`;
const planned = (text: string, connections = [okta, desk, other, wiki]) =>
  planOf(text, { okta: [account('priya')], wiki: [] }, { connections });

const ticketKeys = (plan: ReturnType<typeof planned>) =>
  keysOf(plan).filter((it) => it.startsWith('ticket'));

describe('a ticket in a plan', () => {
  it('is made, brought up to date and resolved in each system that takes tickets', () => {
    assert.deepEqual(ticketKeys(planned(steps)).toSorted(), [
      'ticket:access-removed@desk',
      'ticket:access-removed@jira',
      'ticket:end@desk',
      'ticket:end@jira',
      'ticket@desk',
      'ticket@jira',
    ]);
  });

  it('waits for what it tells of, and nothing waits for more than its making', () => {
    const plan = planned(steps);
    const after = (key: string) => stepIn(plan, key).after;

    assert.deepEqual(after('ticket@desk'), []);
    assert.deepEqual(after('ticket:access-removed@desk'), [
      'block@okta:priya',
      'lookup-at-cut:okta',
      'lookup-at-cut:wiki',
      'ticket@desk',
    ]);
    assert.deepEqual(after('file'), ['keys', 'ticket@desk', 'ticket@jira']);
    const others = keysOf(plan).filter((it) => !/^ticket:/.test(it));
    assert.deepEqual(after('ticket:end@jira'), others.toSorted());
    assert.deepEqual(plan.problems, []);
  });

  it('is not brought up to date for what it waited for', () => {
    const plan = planned(
      `${steps.split('\n').slice(0, 2).join('\n')}
  - { id: ticket, layer: operations, ticket: { on: { connection: desk } }, after: [layer security] }
`,
    );

    assert.deepEqual(ticketKeys(plan), ['ticket@desk', 'ticket:end@desk']);
  });

  it('is looked for in vain where no system takes tickets', () => {
    const plan = planned(steps, [okta, wiki]);

    assert.deepEqual(ticketKeys(plan), ['ticket']);
    assert.equal(stepIn(plan, 'ticket').connectionId, null);
    assert.match(planText(plan).join('\n'), /no connected system takes tickets/);
    const [warning] = checkPlaybook(playbook(steps), [okta, wiki]);
    assert.equal(warning?.severity, 'warning');
    assert.equal(warning.problem, '“ticket” keeps no ticket: Wiki takes none.');
  });

  it('names a connection that is not there', () => {
    const text = `
  - { id: ticket, layer: operations, ticket: { on: { connection: dsk } } }
`;
    const [problem] = checkPlaybook(playbook(text), [desk]);
    assert.equal(problem?.severity, 'error');
    assert.match(problem.mend, /Did you mean “desk”/);
  });
});
