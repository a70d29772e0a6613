import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readPlaybook } from './playbook.ts';
import { playbook, playbookText, problemsOf } from './testing/planning.ts';

const document = `playbook: involuntary-departure
title: Involuntary departure
for: departure
applies when:
  all:
    - { field: departure.kind, is one of: [involuntary, layoff] }
steps:
  - id: block-sign-in
    layer: security
    why: First things first.
    do: account.suspend
    on: { category: identity }
    at: confirmed
  - id: wipe
    layer: security
    title: Erase the laptop
    do: device.wipe
    on: { connection: fleet, privileged: no }
    with: { pin: "000000", note: [1, true, null, { a: b }] }
    approval: yes
    after: [block-sign-in]
    when: { field: account.privileged, is: no }
  - id: recover-laptop
    layer: operations
    task:
      title: Collect laptop
      assign to: { role: facilities }
      due: last working day + 5 days
      proof: [serial number]
    at: confirmed
  - id: tell
    layer: compliance
    notice:
      to: [manager, personal address, { role: hr }, { email: it@meadow.example }, { system owner: okta }]
      subject: "{person.name} leaves"
      text: |
        Access ends {access ends}.
    after: [layer security]
`;

it('a playbook is read once, and by its text', () => {
  const text = playbookText(
    '  - { id: block, layer: security, do: account.suspend, on: every account }',
  );
  const read = readPlaybook(text);
  assert.equal(readPlaybook(text), read);
  assert.notEqual(readPlaybook(text.replace('block', 'shut')), read);
});

describe('a playbook', () => {
  it('is read into plain data', () => {
    const read = readPlaybook(document);

    assert.ok('playbook' in read, JSON.stringify(read));
    const frame = { title: null, why: null, at: null, after: [], when: null };
    const confirmed = { anchor: 'confirmed', offset: null, time: null };
    assert.deepEqual(read.playbook, {
      playbook: 'involuntary-departure',
      title: 'Involuntary departure',
      for: 'departure',
      appliesWhen: {
        all: [{ field: 'departure.kind', operator: 'is one of', value: ['involuntary', 'layoff'] }],
      },
      steps: [
        {
          ...frame,
          id: 'block-sign-in',
          layer: 'security',
          kind: 'action',
          why: 'First things first.',
          do: 'account.suspend',
          on: { category: 'identity', connection: null, privileged: null },
          with: {},
          approval: false,
          at: confirmed,
        },
        {
          ...frame,
          id: 'wipe',
          layer: 'security',
          kind: 'action',
          title: 'Erase the laptop',
          do: 'device.wipe',
          on: { category: null, connection: 'fleet', privileged: false },
          with: { pin: '000000', note: [1, true, null, { a: 'b' }] },
          approval: true,
          after: ['block-sign-in'],
          when: { field: 'account.privileged', operator: 'is', value: false },
        },
        {
          ...frame,
          id: 'recover-laptop',
          layer: 'operations',
          kind: 'task',
          at: confirmed,
          task: {
            title: 'Collect laptop',
            instructions: null,
            assignTo: { role: 'facilities' },
            due: {
              anchor: 'last working day',
              offset: { amount: 5, unit: 'days' },
              time: null,
            },
            acceptedBy: null,
            proof: ['serial number'],
          },
        },
        {
          ...frame,
          id: 'tell',
          layer: 'compliance',
          kind: 'notice',
          after: ['layer security'],
          notice: {
            to: [
              { manager: true },
              { personalEmail: true },
              { role: 'hr' },
              { email: 'it@meadow.example' },
              { systemOwner: 'okta' },
            ],
            by: null,
            subject: '{person.name} leaves',
            text: 'Access ends {access ends}.',
          },
        },
      ],
    });
    assert.deepEqual(read.lines, { 'block-sign-in': 8, wipe: 14, 'recover-laptop': 23, tell: 31 });
  });

  it('may be written as JSON', () => {
    const step = { id: 'a', layer: 'security', do: 'mfa.remove', on: 'every account' };
    const json = { playbook: 'p', title: 'P', for: 'departure', steps: [step] };

    assert.ok('playbook' in readPlaybook(JSON.stringify(json, null, 2)));
  });

  it('may name one step to wait for without a list', () => {
    const { steps } = playbook(`
  - { id: a, layer: security, do: mfa.remove, on: every account }
  - { id: b, layer: operations, do: groups.leave, on: every account, after: Layer  Security }`);

    assert.deepEqual(steps[1]?.after, ['layer security']);
  });
});

describe('the problems of a playbook', () => {
  const step = (rest: string) => playbookText(`  - id: block\n    layer: security\n${rest}`);
  const action = '    do: account.suspend\n    on: every account\n';
  const task = (rest: string) =>
    step(`    task:\n      title: T\n      assign to: manager\n      due: confirmed\n${rest}`);
  const notice = (rest: string) => step(`    notice:\n      subject: S\n      text: T\n${rest}`);

  const table: [what: string, text: string, line: number, problem: string, mend: string][] = [
    [
      'an unknown word',
      step(`${action}    aproval: yes\n`),
      9,
      'An action has no “aproval”.',
      'Did you mean “approval”? Known words here: id, layer, title, why, at, after, when, do, on, with, approval.',
    ],
    [
      'an unknown capability',
      step('    do: account.suspent\n    on: every account\n'),
      7,
      '“account.suspent” is not known here.',
      'Did you mean “account.suspend”? Possible: account.create, account.suspend,',
    ],
    [
      'an unknown category',
      step('    do: account.suspend\n    on: { category: identiti }\n'),
      8,
      '“identiti” is not known here.',
      'Did you mean “identity”?',
    ],
    [
      'an unknown layer',
      playbookText(`  - id: block\n    layer: safety\n${action}`),
      6,
      '“safety” is not known here.',
      'Possible: security, operations, compliance.',
    ],
    [
      'no accounts',
      step('    do: account.suspend\n'),
      5,
      '“on” must say which accounts; found nothing.',
      'Write “every account”',
    ],
    [
      'empty accounts',
      step('    do: account.suspend\n    on: {}\n'),
      8,
      '“on” must say which accounts; found a list of “word: value” lines.',
      'Write “every account”',
    ],
    [
      'no deed',
      step('    why: because\n'),
      5,
      'It does not say what is to be done.',
      'Add “do” with “on”, or “task”, “notice”, “obligations”, “ticket”, “record”, “survey” or “knowledge”.',
    ],
    [
      'two deeds',
      step(`${action}    notice: { to: [manager], subject: S, text: T }\n`),
      5,
      'It has both “do” and “notice”.',
      'Make two steps of it; the second may wait by “after”.',
    ],
    [
      'a ticket that is to say for whom',
      step('    ticket: { on: {}, as: record }\n'),
      7,
      '“on” must say which systems.',
      'Write { category: ticketing }',
    ],
    [
      'a ticket that somebody is to work on',
      step('    ticket: { on: { category: ticketing }, as: work }\n'),
      7,
      '“work” is not known here.',
      'Possible: record.',
    ],
    [
      'a ticket that ends access',
      step('    ticket: { on: { category: ticketing } }\n'),
      6,
      'A ticket ends no access, so it does not belong to the security layer.',
      'Write “layer: operations”.',
    ],
    [
      'a survey of the security layer',
      step('    survey: exit\n'),
      6,
      'A survey waits for the whole security layer, so it cannot belong to it.',
      'Write layer: compliance.',
    ],
    [
      'obligations that are no list',
      step('    obligations: COBRA\n'),
      7,
      '“obligations” must say which rule packs; found “COBRA”.',
      'Write “all”, or a list of rule packs such as [us, us-ca].',
    ],
    [
      'a moment that is none',
      step(`${action}    at: acess ends\n`),
      9,
      '“acess ends” is not a moment: “acess ends” is no day that we know.',
      'Did you mean “access ends”?',
    ],
    [
      'the first day',
      step(`${action}    at: start day\n`),
      9,
      'A departure has no “start day”.',
      'Count from “confirmed”',
    ],
    [
      'a value left empty',
      step(`${action}    when:\n`),
      9,
      'This is not a condition: nothing.',
      'Write all, any or not',
    ],
    [
      'a title left empty',
      step(`${action}    title:\n`),
      9,
      '“title” must be text; found nothing.',
      'Fill it in, or leave the whole line out if you may.',
    ],
    [
      'a number for a title',
      step(`${action}    title: 12\n`),
      9,
      '“title” must be text; found 12.',
      'Put it in quotes.',
    ],
    [
      'a list for a title',
      step(`${action}    title: [a]\n`),
      9,
      '“title” must be text; found a list.',
      'Write text.',
    ],
    [
      'a wrong id',
      playbookText(`  - id: Block Sign In\n    layer: security\n${action}`),
      5,
      '“Block Sign In” cannot be a name.',
      'Write small letters, digits and single hyphens',
    ],
    [
      'a reserved id',
      playbookText(`  - id: lookup\n    layer: security\n${action}`),
      5,
      '“lookup” is a name that Gatehouse uses itself.',
      'Choose another id.',
    ],
    [
      'an id given twice',
      playbookText(
        `  - id: a\n    layer: security\n${action}  - id: a\n    layer: security\n${action}`,
      ),
      9,
      'Two steps are called “a”.',
      'Give one of them another id.',
    ],
    [
      'no deadline',
      step('    task: { title: T, assign to: manager }\n'),
      7,
      '“due” is missing.',
      'Add “due”.',
    ],
    [
      'nobody to do it',
      step('    task: { title: T, assign to: Bob, due: confirmed }\n'),
      7,
      'This names nobody: “Bob”.',
      'Write manager, successor, newcomer, { role: … }, { email: … } or { system owner: <id of a connection> }.',
    ],
    [
      'an unknown role',
      step('    task: { title: T, assign to: { role: facilitis }, due: confirmed }\n'),
      7,
      '“facilitis” is not known here.',
      'Did you mean “facilities”?',
    ],
    [
      'a wrong address',
      step('    task: { title: T, assign to: { email: bob }, due: confirmed }\n'),
      7,
      '“email” is no e-mail address: “bob”.',
      'Write it like it@company.example.',
    ],
    [
      'a proof that is no list',
      task('      proof: photo\n'),
      11,
      '“proof” must be a list; found “photo”.',
      'Write a list.',
    ],
    [
      'an unknown receiver',
      notice('      to: [boss]\n'),
      10,
      'This names nobody: “boss”.',
      'or “leaver”, “personal address” or “reports”; in a chat also { channel: … }.',
    ],
    ['no receiver', notice('      to: []\n'), 10, '“to” is empty.', 'Fill it in.'],
    [
      'an unknown placeholder',
      step('    notice: { to: [manager], subject: "{person.salary}", text: T }\n'),
      7,
      '“{person.salary}” is not a placeholder.',
      'Possible: {person.name}',
    ],
    [
      'two lines in a subject',
      step('    notice: { to: [manager], subject: "S\\nBcc: x", text: T }\n'),
      7,
      'It contains characters that cannot be printed, or line breaks.',
      'Write it on one line.',
    ],
    [
      'text that reads otherwise than it is',
      step(`${action}    why: "safe \\u202e evil"\n`),
      9,
      'It contains characters that cannot be printed, or line breaks.',
      'Leave them out.',
    ],
    [
      'a NUL',
      step(`${action}    why: "a\\0b"\n`),
      9,
      'It contains characters that cannot be printed, or line breaks.',
      'Leave them out.',
    ],
    [
      'account fields where no account is',
      step(
        '    notice: { to: [manager], subject: S, text: T }\n    when: { field: account.privileged, is: yes }\n',
      ),
      8,
      '“when” asks for an account, but a notice acts on none.',
      'Use departure and person fields only.',
    ],
    [
      'an approval that is neither yes nor no',
      step(`${action}    approval: Bob\n`),
      9,
      'Expected is yes or no; found “Bob”.',
      'Write “yes” or “no”.',
    ],
    [
      'an `after` that is no step',
      step(`${action}    after: { a: b }\n`),
      9,
      '“after” must be a list of steps; found a list of “word: value” lines.',
      'Write the ids of steps',
    ],
  ];
  for (const [what, text, line, problem, mend] of table) {
    it(`name ${what}, with step, line and mend`, () => {
      const [first] = problemsOf(text);
      assert.ok(first);
      assert.equal(first.problem, problem);
      assert.ok(first.mend.includes(mend), first.mend);
      assert.equal(first.line, line);
      assert.equal(first.severity, 'error');
    });
  }

  it('come all at once, in the order of the lines, each with its step', () => {
    const problems = problemsOf(`playbook: p
titel: P
for: visit
applies when: { field: account.privileged, is: yes }
steps:
  - id: a
    layer: safety
    do: account.suspend
    on: every account
  - layer: security
    do: mfa.remove
    on: nobody
`);

    assert.deepEqual(
      problems.map(({ line, step, problem }) => [line, step, problem]),
      [
        [1, null, '“title” is missing.'],
        [2, null, 'A playbook has no “titel”.'],
        [3, null, '“visit” is not known here.'],
        [7, 'a', '“safety” is not known here.'],
        [10, 'step 2', '“id” is missing.'],
        [12, 'step 2', '“on” must say which accounts; found “nobody”.'],
      ],
    );
  });

  it('say that routing knows no accounts', () => {
    const text = playbookText(
      '  - { id: a, layer: security, do: mfa.remove, on: every account }\n',
    );
    const [problem] = problemsOf(`applies when: { field: account.privileged, is: yes }\n${text}`);

    assert.equal(
      problem?.problem,
      '“applies when” asks for an account, but no account is chosen yet.',
    );
    assert.equal(problem.line, 1);
  });

  it('never contain more than a screen of what somebody typed', () => {
    const long = 'x'.repeat(100_000);
    for (const { problem, mend } of problemsOf(
      playbookText(`  - { id: ${long}, ${long}: 1, layer: ${long} }`),
    ))
      assert.ok(problem.length < 500 && mend.length < 1_000);
  });

  it('are there for everything that is no playbook', () => {
    for (const text of ['a', '[]', '1', 'null', 'steps: 1', '{}', 'playbook: [a]'])
      assert.ok(problemsOf(text).length > 0, text);
  });
});
