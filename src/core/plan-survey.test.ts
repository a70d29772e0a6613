import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { planText } from './plan.ts';
import { checkPlaybook, readPlaybook, unknownSurveys, writePlaybook } from './playbook.ts';
import {
  account,
  departure,
  everySystem,
  keysOf,
  planOf,
  playbook,
  stepIn,
} from './testing/planning.ts';

const survey = '  - { id: ask, layer: compliance, survey: exit }\n';
const block = '  - { id: block, layer: security, do: account.suspend, on: every account }\n';
const notForDeath = survey.replace(' }', ', when: { field: departure.kind, is not: death } }');

describe('a survey in a playbook', () => {
  it('reads back as it was written', () => {
    const written = playbook(survey);
    assert.equal(written.steps[0]?.kind, 'survey');
    const read = readPlaybook(writePlaybook(written));
    assert.ok('playbook' in read);
    assert.deepEqual(read.playbook, written);
  });

  it('may not be waited for by a step of the security layer', () => {
    const [problem] = checkPlaybook(
      playbook(`${notForDeath}${block.replace(' }', ', after: [ask] }')}`),
      everySystem,
    );
    assert.equal(problem?.severity, 'error');
    assert.match(problem.problem, /wait for each other in a circle: (ask → block|block → ask)/);
  });

  it('is warned of where it is for a death too', () => {
    const warnings = (steps: string) => checkPlaybook(playbook(steps), everySystem);
    assert.match(warnings(survey)[0]?.problem ?? '', /“ask” is for a death too/);
    assert.equal(warnings(survey)[0]?.severity, 'warning');
    assert.deepEqual(warnings(notForDeath), []);
  });

  it('must be one that there is', () => {
    const steps = survey.replace('exit', 'exti');
    const [problem] = unknownSurveys(playbook(steps), ['exit'], { ask: 5 });
    assert.equal(problem?.line, 5);
    assert.match(
      `${problem.problem} ${problem.mend}`,
      /“exti”, which is no survey\. Did you mean “exit”\?/,
    );
    assert.deepEqual(unknownSurveys(playbook(survey), ['exit']), []);
  });
});

describe('a survey in a plan', () => {
  const accounts = { okta: [account('p')], slack: 'unknown', github: [account('p')] } as const;

  it('comes after everything of the security layer: actions, look-ups, gaps', () => {
    const plan = planOf(`${survey}${block}`, accounts);
    const security = plan.steps.filter(({ layer }) => layer === 'security').map(({ key }) => key);
    assert.ok(security.includes('gap:github:p') && security.includes('lookup-at-cut:slack'));
    assert.deepEqual(stepIn(plan, 'ask').after, security.toSorted());
    assert.equal(keysOf(plan).at(-1), 'ask');
    assert.deepEqual(stepIn(plan, 'ask').params, { survey: 'exit' });
  });

  it('does so even where a published playbook wants it the other way', () => {
    const steps = `${survey}${block.replace(' }', ', after: [ask] }')}`;
    const plan = planOf(steps, { okta: [account('p')] });
    assert.ok(stepIn(plan, 'ask').after.includes('block@okta:p'));
    assert.deepEqual(stepIn(plan, 'block@okta:p').after, []);
    assert.ok(plan.problems.some(({ severity }) => severity === 'error'));
  });

  it('hands its wait on where it is left out after a death', () => {
    const tell =
      '  - { id: tell, layer: operations, notice: { to: [manager], subject: S, text: T }, after: [ask] }\n';
    const plan = planOf(
      `${survey}${block}${tell}`,
      { okta: [account('p')] },
      {
        departure: { ...departure, kind: 'death' },
      },
    );
    assert.ok(!keysOf(plan).includes('ask'));
    assert.ok(plan.notes.includes('“ask” is left out: after a death no survey is sent.'));
    assert.ok(stepIn(plan, 'tell').after.includes('block@okta:p'));
  });

  it('is told in plain words', () => {
    const plan = planOf(`${survey}${block}`, { okta: [account('p')] });
    const line = planText(plan).find((it) => it.includes('exit survey'));
    assert.equal(
      line?.trim().replace(/\s{2,}/, ' '),
      'afterwards Send the exit survey; exit, to the private address; after block, lookup-at-cut',
    );
  });
});
