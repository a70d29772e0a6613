import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { planText } from './plan.ts';
import { type ConnectionOffer, checkPlaybook, readPlaybook, writePlaybook } from './playbook.ts';
import {
  account,
  github,
  okta,
  planOf,
  playbook,
  playbookText,
  problemsOf,
  slack,
  stepIn,
} from './testing/planning.ts';

const keeper = (id: string, category: ConnectionOffer['category'] = 'other'): ConnectionOffer => ({
  id,
  name: id[0]!.toUpperCase() + id.slice(1),
  category,
  actions: [],
  holdsAccounts: false,
  keepsRecords: true,
});
const archive = keeper('archive');
const siem = keeper('siem', 'network');

const deliver = (on: string, more = '') =>
  `- { id: deliver, layer: compliance, record: { on: ${on} ${more} } }\n`;
const block = '- { id: block, layer: security, do: account.suspend, on: every account }\n';
const task =
  '- { id: papers, layer: compliance, task: { title: Papers, assign to: { role: hr }, due: access ends } }\n';

const planned = (steps: string, connections = [okta, archive, siem]) =>
  planOf(steps, { okta: [account('priya')] }, { connections });

describe('a step that delivers the record', () => {
  it('reads and writes as it was', () => {
    for (const on of [
      'every record system',
      '{ category: network }',
      '{ connection: archive }, personal values: yes',
    ]) {
      const read = playbook(deliver(on));
      const again = readPlaybook(writePlaybook(read));
      assert.ok('playbook' in again);
      assert.deepEqual(again.playbook, read);
    }
    const [step] = playbook(deliver('every record system')).steps;
    assert.ok(step?.kind === 'record');
    assert.equal(step.record.personalValues, false, 'nothing personal leaves unless it is said');
  });

  it('says what is wrong with it', () => {
    const said = (steps: string) => problemsOf(playbookText(steps)).map((it) => it.problem);
    assert.match(said(deliver('every account'))[0]!, /“on” must say which record systems/);
    assert.match(said(deliver('{ privileged: yes }'))[0]!, /has no “privileged”/);
    assert.match(
      said('- { id: x, layer: compliance, record: every record system }\n')[0]!,
      /A record must be a list of “word: value” lines/,
    );
  });

  it('becomes one step for each system that keeps records', () => {
    const plan = planned(deliver('every record system', ', personal values: yes'));
    assert.deepEqual(
      plan.steps.filter((it) => it.kind === 'record').map((it) => it.key),
      ['deliver@archive', 'deliver@siem'],
    );
    assert.deepEqual(stepIn(plan, 'deliver@archive').params, { personalValues: true });
    assert.match(planText(plan).join('\n'), /Deliver the record; to Archive/);
    const one = planned(deliver('{ category: network }'));
    assert.deepEqual(
      one.steps.filter((it) => it.kind === 'record').map((it) => it.connectionId),
      ['siem'],
    );
  });

  it('says where was looked when nothing keeps records', () => {
    const step = stepIn(planned(deliver('every record system'), [okta]), 'deliver');
    assert.equal(step.connectionId, null);
    assert.deepEqual(step.params, { searched: ['okta'] });
  });

  it('waits for everything that is no delivery, whatever the playbook says', () => {
    const plan = planned(deliver('every record system') + block + task);
    const others = plan.steps.filter((it) => it.kind !== 'record').map((it) => it.key);
    assert.ok(others.some((key) => key.startsWith('lookup-at-cut')));
    for (const key of ['deliver@archive', 'deliver@siem']) {
      assert.deepEqual(stepIn(plan, key).after, [...others].sort());
    }
  });

  it('is not waited for by who waits for its layer', () => {
    const follow =
      '- { id: farewell, layer: operations, after: [layer compliance], task: { title: Bye, assign to: { role: hr }, due: access ends } }\n';
    const plan = planned(task + deliver('every record system') + follow);
    assert.deepEqual(stepIn(plan, 'farewell').after, ['papers']);
    assert.deepEqual(plan.problems, []);
  });
});

describe('a playbook with a step that delivers the record', () => {
  const said = (steps: string, connections: readonly ConnectionOffer[]) =>
    checkPlaybook(playbook(steps), connections).map(
      ({ severity, problem }) => `${severity}: ${problem}`,
    );

  it('is refused when another step waits for the delivery, or it is to end access', () => {
    const waiting = task.replace('layer: compliance', 'layer: compliance, after: [deliver]');
    assert.match(
      said(deliver('every record system') + waiting, [archive])[0]!,
      /error: “papers” waits for “deliver”, which delivers the record when all else is done/,
    );
    const first = deliver('every record system').replace('compliance', 'security');
    assert.match(said(first, [archive])[0]!, /error: “deliver” delivers the record, which ends no/);
  });

  it('says when nothing keeps records, and when a connection is not there', () => {
    const all = said(deliver('every record system'), [slack, github]);
    assert.match(all.join('\n'), /warning: .*“deliver”: none of Slack, Github keeps records/);
    const none = said(deliver('{ connection: archiv }'), [archive]);
    assert.match(none.join('\n'), /error: “deliver” names “archiv”, which is no connection/);
    assert.deepEqual(said(deliver('every record system'), [archive]), []);
  });
});
