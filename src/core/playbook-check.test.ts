import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ConnectionOffer, checkPlaybook, readPlaybook } from './playbook.ts';
import {
  everySystem,
  github,
  google,
  offered,
  okta,
  playbook,
  playbookText,
  slack,
  system,
} from './testing/planning.ts';

const check = (steps: string, connections: readonly ConnectionOffer[] = everySystem) =>
  checkPlaybook(playbook(steps), connections).map(({ severity, step, problem, mend }) => ({
    severity,
    step,
    problem,
    mend,
  }));

const block = '  - { id: block, layer: security, do: account.suspend, on: every account }\n';

describe('a playbook that fits', () => {
  it('has no problems', () => {
    const steps = `${block}
  - { id: sign-out, layer: security, do: sessions.revoke, on: { connection: okta }, after: [block] }
  - { id: leave, layer: operations, do: groups.leave, on: every account, after: [layer security] }
  - id: tell
    layer: compliance
    notice: { to: [personal address], subject: S, text: T }
    after: [layer security, layer operations]
`;
    assert.deepEqual(check(steps, [okta, slack]), []);
  });
});

describe('waiting', () => {
  it('for what does not exist is refused, with the nearest that does', () => {
    assert.deepEqual(
      check(`${block}
  - { id: b, layer: operations, do: groups.leave, on: every account, after: [blok, layer securty, c] }`),
      [
        {
          severity: 'error',
          step: 'b',
          problem: '“b” waits for “blok”, which is no step of this playbook.',
          mend: 'Did you mean “block”? Write the id of a step or “layer security”, “layer operations”, “layer compliance”.',
        },
        {
          severity: 'error',
          step: 'b',
          problem: '“b” waits for “layer securty”, which is no step of this playbook.',
          mend: 'Did you mean “layer security”? Write the id of a step or “layer security”, “layer operations”, “layer compliance”.',
        },
        {
          severity: 'error',
          step: 'b',
          problem: '“b” waits for “c”, which is no step of this playbook.',
          mend: 'Write the id of a step or “layer security”, “layer operations”, “layer compliance”.',
        },
      ],
    );
  });

  it('for oneself is refused', () => {
    assert.deepEqual(
      check('  - { id: a, layer: security, do: account.suspend, on: every account, after: [a] }'),
      [
        {
          severity: 'error',
          step: 'a',
          problem: '“a” waits for itself.',
          mend: 'Take “a” out of its “after”.',
        },
      ],
    );
  });

  it('for one’s own layer is refused', () => {
    const [problem] = check(
      '  - { id: a, layer: security, do: account.suspend, on: every account, after: [layer security] }',
    );

    assert.equal(problem?.problem, '“a” belongs to the security layer and waits for all of it.');
    assert.equal(problem.mend, 'Name the steps it waits for, or put it into another layer.');
  });

  it('in a circle is refused, with everybody in it', () => {
    const step = (id: string, after: string, layer = 'security') =>
      `  - { id: ${id}, layer: ${layer}, do: account.suspend, on: every account, after: [${after}] }\n`;

    assert.deepEqual(check(step('a', 'b') + step('b', 'c') + step('c', 'a') + step('d', 'a')), [
      {
        severity: 'error',
        step: 'a',
        problem: 'These steps wait for each other in a circle: a → b → c → a.',
        mend: 'Take one of them out of the “after” of the one before.',
      },
    ]);
    const overLayer = check(step('a', 'b') + step('b', 'layer security', 'operations'));
    assert.equal(overLayer[0]?.problem, 'These steps wait for each other in a circle: a → b → a.');
  });
});

describe('an order that a connected system refuses', () => {
  it('is named with the system and both steps', () => {
    const steps = `
  - { id: sign-out, layer: security, do: sessions.revoke, on: every account }
  - { id: block, layer: security, do: account.suspend, on: every account, after: [sign-out] }`;

    assert.deepEqual(check(steps, [okta, slack]), [
      {
        severity: 'error',
        step: 'block',
        problem:
          'In Okta, “Block sign-in” must come before “Sign out everywhere” on the same account,' +
          ' but “block” waits for “sign-out”: block → sign-out.',
        mend: 'Take the wait out of “block”, or let “sign-out” come after it.',
      },
    ]);
  });

  it('is found through other steps and layers', () => {
    const steps = `
  - { id: sign-out, layer: operations, do: sessions.revoke, on: { category: identity } }
  - { id: think, layer: operations, task: { title: T, assign to: manager, due: confirmed }, after: [sign-out] }
  - { id: block, layer: security, do: account.suspend, on: { connection: okta }, after: [layer operations] }`;
    const [problem, ...others] = check(steps, [okta, google]);

    assert.deepEqual(others, []);
    assert.ok(
      problem?.problem.startsWith('In Okta, “Block sign-in” must come before'),
      problem?.problem,
    );
  });

  it('is found through a chain of the system’s own rules', () => {
    const steps = `
  - { id: block, layer: security, do: account.suspend, on: every account }
  - { id: mfa, layer: security, do: mfa.remove, on: every account }
  - { id: sign-out, layer: security, do: sessions.revoke, on: every account, after: [block] }`;
    const problems = check(steps, [google]);

    assert.equal(problems.length, 1);
    const [problem] = problems;
    assert.ok(problem);
    assert.ok(problem.problem.startsWith('In Google, '), problem.problem);
    assert.ok(problem.problem.includes('sign-out → block'), problem.problem);
  });

  it('is said once for all systems that say the same', () => {
    const twins = ['north', 'south'].map((id) => ({ ...okta, id, name: id }));
    const problems = check(
      `
  - { id: sign-out, layer: security, do: sessions.revoke, on: every account }
  - { id: block, layer: security, do: account.suspend, on: every account, after: [sign-out] }`,
      twins,
    );

    assert.equal(problems.length, 1);
    assert.ok(problems[0]?.problem.startsWith('In north, south, '));
  });

  it('is found where only two systems together make it impossible', () => {
    const one = system('one', 'mail', [
      offered('mfa.remove', { mustPrecede: ['account.suspend'] }),
      offered('account.suspend'),
    ]);
    const two = system('two', 'mail', [
      offered('tokens.revoke', { mustPrecede: ['groups.leave'] }),
      offered('groups.leave'),
    ]);
    const steps = `
  - { id: mfa, layer: security, do: mfa.remove, on: every account, after: [groups] }
  - { id: block, layer: security, do: account.suspend, on: every account }
  - { id: tokens, layer: security, do: tokens.revoke, on: every account, after: [block] }
  - { id: groups, layer: security, do: groups.leave, on: every account }`;

    assert.deepEqual(
      check(steps, [one]).filter((it) => it.severity === 'error'),
      [],
    );
    assert.deepEqual(
      check(steps, [two]).filter((it) => it.severity === 'error'),
      [],
    );
    assert.equal(check(steps, [one, two]).filter((it) => it.severity === 'error').length, 1);
  });

  it('is none where the steps never meet in one system', () => {
    const steps = `
  - { id: block, layer: security, do: account.suspend, on: { category: identity } }
  - id: sign-out
    layer: security
    do: sessions.revoke
    on: every account
    after: [block]
    when: { field: account.category, is not: identity }`;

    assert.deepEqual(check(steps, [google, slack]), []);
  });
});

describe('a step that nothing can carry out', () => {
  it('is a warning: the system may be connected later', () => {
    assert.deepEqual(
      check('  - { id: lock, layer: security, do: device.lock, on: every account }', [okta, slack]),
      [
        {
          severity: 'warning',
          step: 'lock',
          problem: 'Nothing can carry out “lock”: “Lock device” is not offered by Okta, Slack.',
          mend: 'Connect a system that offers it, or leave it: it settles as absent until there is one.',
        },
      ],
    );
    const [none] = check(
      '  - { id: lock, layer: security, do: device.lock, on: { category: device } }',
      [okta],
    );
    assert.equal(none?.problem, 'Nothing can carry out “lock”: no connected system fits its “on”.');
  });

  it('is one also where a system holds no accounts', () => {
    const relay = { ...slack, holdsAccounts: false };
    assert.equal(check(block, [relay])[0]?.severity, 'warning');
  });
});

describe('a connection that does not exist', () => {
  it('is named wherever a step names it, with the nearest that does', () => {
    const problems = check(
      `
  - { id: a, layer: security, do: account.suspend, on: { connection: okat } }
  - id: b
    layer: security
    do: account.suspend
    on: every account
    when: { field: account.connection, is one of: [okta, GitHub Enterprise] }
  - id: c
    layer: operations
    task: { title: T, assign to: { system owner: Slack }, due: confirmed }
  - id: d
    layer: operations
    notice: { to: [{ system owner: sap }], subject: S, text: T }`,
      [okta, slack, github],
    );

    assert.deepEqual(
      problems
        .filter((it) => it.severity === 'error')
        .map(({ problem, mend }) => `${problem} ${mend}`),
      [
        '“a” names “okat”, which is no connection. Did you mean “okta”? Connected are: okta, slack, github.',
        '“b” names “GitHub Enterprise”, which is no connection. Connected are: okta, slack, github.',
        '“c” names “Slack”, which is no connection. Did you mean “slack”? Connected are: okta, slack, github.',
        '“d” names “sap”, which is no connection. Connected are: okta, slack, github.',
      ],
    );
  });

  it('is found by its name too', () => {
    const named = { ...okta, id: '01ABC', name: 'Okta EU' };
    const [problem] = check(
      '  - { id: a, layer: security, do: account.suspend, on: { connection: okta eu } }',
      [named],
    );

    assert.equal(problem?.mend, 'Did you mean “01ABC”? Connected are: 01ABC.');
  });

  it('may not be the source of a departure either', () => {
    const read = readPlaybook(
      `applies when: { field: departure.source, is one of: [csv, bamboo] }\n${playbookText(block)}`,
    );
    assert.ok('playbook' in read);

    assert.deepEqual(checkPlaybook(read.playbook, [okta]), [
      {
        severity: 'error',
        step: null,
        line: null,
        problem: '“applies when” names “bamboo”, which is no connection.',
        mend: 'Connected are: okta.',
      },
    ]);
  });
});

describe('what cannot be undone', () => {
  it('needs an approval', () => {
    assert.deepEqual(
      check('  - { id: wipe, layer: security, do: device.wipe, on: { category: device } }'),
      [
        {
          severity: 'error',
          step: 'wipe',
          problem: '“wipe” (Wipe device) cannot be undone and asks nobody.',
          mend: 'Add “approval: yes”; another person then decides.',
        },
      ],
    );
    assert.deepEqual(
      check(
        '  - { id: wipe, layer: security, do: device.wipe, on: { category: device }, approval: yes }',
      ),
      [],
    );
  });

  it('comes 30 days after access has ended, or is warned of', () => {
    const at = (text: string) =>
      check(
        `  - { id: delete, layer: operations, do: account.delete, on: every account, approval: yes${text} }`,
      );

    for (const text of [
      '',
      ', at: access ends',
      ', at: confirmed + 60 days',
      ', at: access ends + 29 days',
    ]) {
      assert.deepEqual(
        at(text).map(({ severity, problem }) => [severity, problem]),
        [['warning', '“delete” deletes accounts less than 30 days after access has ended.']],
      );
    }
    for (const text of [', at: access ends + 30 days', ', at: employment ends + 5 weeks'])
      assert.deepEqual(at(text), []);
  });
});

describe('parameters', () => {
  it('that systems need must be given, once said for all of them', () => {
    const drive = system('drive', 'collaboration', [
      offered('data.transfer', { requiredParams: ['to', 'share'] }),
    ]);
    const box = { ...drive, id: 'box', name: 'Box' };
    const steps = (rest: string) =>
      `  - { id: move, layer: operations, do: data.transfer, on: every account${rest} }`;

    assert.deepEqual(check(steps(''), [drive, box, okta]), [
      {
        severity: 'error',
        step: 'move',
        problem: '“move” (Transfer data) does not say what Drive, Box must know: to, share.',
        mend: 'Add with: { to: …, share: … }.',
      },
    ]);
    assert.deepEqual(check(steps(', with: { to: a@b.example, share: all }'), [drive, box]), []);
  });
});

describe('a message to the private address', () => {
  it('before access has ended is warned of', () => {
    const notice =
      '  - { id: bye, layer: compliance, notice: { to: [personal address], subject: S, text: T } }';
    const [problem] = check(notice);

    assert.equal(problem?.severity, 'warning');
    assert.equal(problem.problem, '“bye” writes to the private address before access has ended.');
  });
});

describe('problems', () => {
  it('come in the order of the steps, with the lines the reader told', () => {
    const read = readPlaybook(
      playbookText(`  - id: a
    layer: security
    do: device.wipe
    on: every account
    after: [c]
  - id: b
    layer: security
    do: account.suspend
    on: { connection: nowhere }
  - id: c
    layer: security
    do: account.suspend
    on: every account
    after: [a]
`),
    );
    assert.ok('playbook' in read);
    const problems = checkPlaybook(read.playbook, everySystem, read.lines);

    assert.deepEqual(
      problems.map(({ step, line, severity }) => [step, line, severity]),
      [
        ['a', 5, 'error'],
        ['a', 5, 'error'],
        ['b', 10, 'error'],
        ['b', 10, 'warning'],
      ],
    );
  });
});
