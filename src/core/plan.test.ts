import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ConnectionOffer, makePlan, type Plan, planText } from './plan.ts';
import {
  account,
  confirmedAt,
  departure,
  everySystem,
  inputOf,
  keysOf,
  offered,
  okta,
  person,
  planOf,
  playbook,
  slack,
  stepIn,
  system,
} from './testing/planning.ts';

const block = '  - { id: block, layer: security, do: account.suspend, on: every account }\n';
const signOut = '  - { id: sign-out, layer: security, do: sessions.revoke, on: every account }\n';
const urgent = { departure: { ...departure, urgent: true } };

/** Keys without the second look-up, which every planned departure has. */
const ownKeys = (plan: Plan) => keysOf(plan).filter((it) => !it.startsWith('lookup-at-cut:'));

describe('a step on accounts', () => {
  it('becomes one step for each account, with a key that stays the same', () => {
    const plan = planOf(block, {
      okta: [account('priya'), account('admin-priya', { privileged: true })],
      slack: [account('U1')],
    });

    assert.deepEqual(ownKeys(plan), [
      'block@okta:admin-priya',
      'block@okta:priya',
      'block@slack:U1',
    ]);
    assert.deepEqual(stepIn(plan, 'block@okta:admin-priya'), {
      key: 'block@okta:admin-priya',
      playbookStep: 'block',
      title: 'Block sign-in',
      why: null,
      layer: 'security',
      kind: 'action',
      connectionId: 'okta',
      account: {
        id: 'admin-priya',
        login: 'admin-priya@meadow.example',
        privileged: true,
      },
      capability: 'account.suspend',
      params: {},
      at: { rule: 'as soon as possible', due: null, late: false },
      after: [],
      task: null,
      notice: null,
      approval: false,
      priority: 100,
    });
  });

  it('reaches only what every part of “on” chooses', () => {
    const accounts = {
      okta: [account('a'), account('b', { privileged: true })],
      google: [account('c', { privileged: true })],
      slack: [account('d', { privileged: true })],
    };
    const reached = (on: string) =>
      planOf(`  - { id: s, layer: security, do: account.suspend, on: ${on} }`, accounts)
        .steps.filter(({ kind }) => kind === 'action')
        .map(({ account: it }) => it?.id);

    assert.deepEqual(reached('every account').toSorted(), ['a', 'b', 'c', 'd']);
    assert.deepEqual(reached('{ category: identity }').toSorted(), ['a', 'b', 'c']);
    assert.deepEqual(reached('{ connection: okta }').toSorted(), ['a', 'b']);
    assert.deepEqual(reached('{ privileged: yes }').toSorted(), ['b', 'c', 'd']);
    assert.deepEqual(reached('{ privileged: no }'), ['a']);
    assert.deepEqual(reached('{ category: identity, privileged: yes, connection: okta }'), ['b']);
    assert.deepEqual(reached('{ category: code, connection: okta }'), [undefined]);
  });

  it('leaves out systems that do not offer it, and accounts that are deleted', () => {
    const plan = planOf(block, {
      okta: [account('gone', { status: 'deleted' }), account('kept', { status: 'suspended' })],
      github: [account('octo', { status: 'suspended' })],
    });

    assert.deepEqual(ownKeys(plan), ['block@okta:kept']);
  });

  it('takes an account once, however often it is reported', () => {
    const plan = planOf(block, { okta: [account('a'), account('a')] });

    assert.deepEqual(ownKeys(plan), ['block@okta:a']);
  });

  it('judges “when” for each account', () => {
    const plan = planOf(
      `  - id: s
    layer: security
    do: account.suspend
    on: every account
    when: { any: [{ field: account.category, is: collaboration }, { field: account.privileged, is: yes }] }`,
      {
        okta: [account('a', { status: 'suspended' }), account('b', { privileged: true })],
        slack: [account('c')],
      },
    );

    assert.deepEqual(ownKeys(plan), ['s@okta:b', 's@slack:c']);
  });

  it('carries parameters, reason, title and approval', () => {
    const plan = planOf(
      `  - id: wipe
    layer: security
    title: Erase the devices of {person.name}
    why: Decided.
    do: device.wipe
    on: { category: device }
    with: { keep: [a] }
    approval: yes`,
      { fleet: [account('mac')] },
    );
    const { title, why, params, approval } = stepIn(plan, 'wipe@fleet:mac');

    assert.deepEqual(
      { title, why, params, approval },
      {
        title: 'Erase the devices of Priya Nair',
        why: 'Decided.',
        params: { keep: ['a'] },
        approval: true,
      },
    );
  });

  it('asks for an approval of what cannot be undone, whatever the playbook says', () => {
    const input = inputOf(playbook(block), { fleet: [account('mac')] });
    const unsafe = playbook(
      '  - { id: wipe, layer: security, do: device.wipe, on: every account }',
    );
    const plan = makePlan({ ...input, playbook: unsafe });

    assert.equal(stepIn(plan, 'wipe@fleet:mac').approval, true);
    assert.equal(plan.problems[0]?.severity, 'error');
    assert.ok(plan.notes.some((it) => it.startsWith('“wipe” (Wipe device) cannot be undone')));
  });
});

describe('a step that reaches no account', () => {
  it('stays in the plan as one action without account, with what was searched', () => {
    const plan = planOf(block, { okta: [], slack: [], github: [] });
    const step = stepIn(plan, 'block');

    assert.deepEqual(ownKeys(plan), ['block']);
    assert.equal(step.kind, 'action');
    assert.equal(step.account, null);
    assert.equal(step.capability, 'account.suspend');
    assert.deepEqual(step.params, { searched: ['okta', 'slack'] });
    assert.deepEqual(step.after, []);
  });

  it('also where no connected system offers it', () => {
    assert.deepEqual(stepIn(planOf(block, {}), 'block').params, { searched: [] });
  });
});

describe('“when” of a step', () => {
  const steps = `${block}
  - id: only-germany
    layer: operations
    task: { title: T, assign to: manager, due: confirmed }
    after: [block]
    when: { field: person.country, is: DE }
  - id: then
    layer: operations
    task: { title: U, assign to: manager, due: confirmed }
    after: [only-germany]`;

  it('leaves the step out where it does not hold, and says so', () => {
    const abroad = { person: { ...person, country: 'FR' } };
    const plan = planOf(steps, { okta: [account('a')] }, abroad);

    assert.ok(!keysOf(plan).includes('only-germany'));
    assert.ok(
      plan.notes.includes(
        '“only-germany” is left out, because this does not hold: person.country is DE.',
      ),
    );
  });

  it('passes on what the left-out step would have waited for', () => {
    const abroad = { person: { ...person, country: 'FR' } };

    assert.deepEqual(stepIn(planOf(steps, { okta: [account('a')] }, abroad), 'then').after, [
      'block@okta:a',
    ]);
    assert.deepEqual(stepIn(planOf(steps, { okta: [account('a')] }), 'then').after, [
      'only-germany',
    ]);
  });

  it('names the field that nobody filled', () => {
    const unknown = { person: { ...person, country: null } };
    const plan = planOf(steps, { okta: [account('a')] }, unknown);

    assert.deepEqual(plan.missing, ['person.country']);
    assert.ok(
      plan.notes.some((it) => it.endsWith('person.country is DE; not filled in: person.country.')),
    );
  });

  it('is left out, not absent, where the case alone rules it out', () => {
    const plan = planOf(
      `  - id: s
    layer: security
    do: account.suspend
    on: every account
    when: { all: [{ field: departure.kind, is: layoff }, { field: account.privileged, is: yes }] }`,
      { okta: [account('a', { status: 'suspended' })] },
    );

    assert.deepEqual(ownKeys(plan), []);
  });
});

describe('connections that could not be asked yet', () => {
  const steps = `${block}  - { id: then, layer: operations, task: { title: T, assign to: manager, due: confirmed }, after: [block] }`;

  it('get a look-up, first of all', () => {
    const plan = planOf(steps, { okta: 'unknown', slack: [account('U1')] }, urgent);
    const lookup = stepIn(plan, 'lookup:okta');

    assert.deepEqual(keysOf(plan), ['lookup:okta', 'block@slack:U1', 'then']);
    assert.equal(lookup.kind, 'lookup');
    assert.equal(lookup.layer, 'security');
    assert.equal(lookup.connectionId, 'okta');
    assert.equal(lookup.title, 'Look up accounts in Okta');
    assert.equal(lookup.priority, 0);
    assert.equal(lookup.at.due, null);
  });

  it('do not hold up accounts that are known, but what comes after all of them', () => {
    const plan = planOf(steps, { okta: 'unknown', slack: [account('U1')] }, urgent);

    assert.deepEqual(stepIn(plan, 'block@slack:U1').after, []);
    assert.deepEqual(stepIn(plan, 'then').after, ['block@slack:U1', 'lookup:okta']);
  });

  it('make a step without account wait, since absence is not known yet', () => {
    const plan = planOf(steps, { okta: 'unknown', slack: [] }, urgent);

    assert.deepEqual(stepIn(plan, 'block').after, ['lookup:okta']);
    assert.deepEqual(stepIn(plan, 'then').after, ['block', 'lookup:okta']);
  });

  it('are also those of which nothing is said', () => {
    const plan = makePlan({
      ...inputOf(playbook(block), {}, urgent),
      connections: [okta],
    });

    assert.deepEqual(keysOf(plan), ['lookup:okta', 'block']);
  });

  it('need none where they hold no accounts', () => {
    const relay: ConnectionOffer = { ...slack, id: 'relay', holdsAccounts: false };
    const plan = makePlan({
      ...inputOf(playbook(block), {}),
      connections: [relay],
    });

    assert.deepEqual(keysOf(plan), ['block']);
  });
});

describe('the look-up when access ends', () => {
  const steps = `${block}
  - { id: leave, layer: operations, do: groups.leave, on: every account, after: [layer security] }
  - { id: tell, layer: operations, notice: { to: [manager], subject: S, text: T }, after: [layer security] }`;
  const accounts = { okta: [account('a')], github: [] };

  it('is made in every connection with accounts, at that moment', () => {
    const plan = planOf(steps, accounts);

    for (const id of ['okta', 'github']) {
      const { at, kind, connectionId } = stepIn(plan, `lookup-at-cut:${id}`);
      assert.deepEqual(
        { at, kind, connectionId },
        {
          at: { rule: 'access ends', due: new Date('2026-12-31T16:00:00Z'), late: false },
          kind: 'lookup',
          connectionId: id,
        },
      );
    }
  });

  it('holds up no account that is known, but what tells that the layer is complete', () => {
    const plan = planOf(steps, accounts);

    assert.deepEqual(stepIn(plan, 'leave@okta:a').after, ['block@okta:a']);
    assert.deepEqual(stepIn(plan, 'tell').after, [
      'block@okta:a',
      'lookup-at-cut:github',
      'lookup-at-cut:okta',
    ]);
  });

  it('is not made when access ends at confirmation', () => {
    assert.deepEqual(keysOf(planOf(block, accounts, urgent)), ['block@okta:a']);
  });

  it('stays in the plan that is made again when it has come', () => {
    const later = { now: new Date('2026-12-31T16:00:05Z') };

    assert.deepEqual(keysOf(planOf(steps, accounts, later)), keysOf(planOf(steps, accounts)));
  });
});

describe('an account that no action of the security layer covers', () => {
  it('is a gap', () => {
    const plan = planOf(
      `${block}  - { id: leave, layer: operations, do: groups.leave, on: every account }`,
      { okta: [account('a')], github: [account('octo', { privileged: true })] },
    );
    const gap = stepIn(plan, 'gap:github:octo');

    assert.deepEqual(plan.gaps, ['gap:github:octo']);
    assert.equal(gap.kind, 'gap');
    assert.equal(gap.layer, 'security');
    assert.equal(gap.title, 'No step ends this access in Github');
    assert.deepEqual(gap.account, { id: 'octo', login: 'octo@meadow.example', privileged: true });
  });

  it('is one also when it is covered in another layer only, or ruled out by “when”', () => {
    const plan = planOf(
      `  - { id: late, layer: operations, do: account.suspend, on: { connection: okta } }
  - { id: some, layer: security, do: account.suspend, on: every account, when: { field: account.privileged, is: yes } }`,
      { okta: [account('a')], slack: [account('b'), account('c', { privileged: true })] },
    );

    assert.deepEqual(plan.gaps, ['gap:okta:a', 'gap:slack:b']);
  });

  it('is none when it is not active', () => {
    const plan = planOf(block, {
      github: [account('x', { status: 'suspended' }), account('y', { status: 'deleted' })],
    });

    assert.deepEqual(plan.gaps, []);
  });

  it('is one also in a connection that offers nothing any more', () => {
    const plan = makePlan({
      ...inputOf(playbook(block), {}),
      accounts: new Map([['old', [account('a')]]]),
    });

    assert.deepEqual(plan.gaps, ['gap:old:a']);
  });

  it('keeps the security layer open', () => {
    const plan = planOf(
      `${block}  - { id: tell, layer: operations, notice: { to: [manager], subject: S, text: T }, after: [layer security] }`,
      { okta: [account('a')], github: [account('octo')] },
      urgent,
    );

    assert.deepEqual(stepIn(plan, 'tell').after, ['block@okta:a', 'gap:github:octo']);
  });

  it('is told apart from one that is touched but could still sign in', () => {
    const plan = planOf(signOut, { okta: [account('a')] });

    assert.deepEqual(plan.gaps, []);
    assert.ok(
      plan.notes.includes(
        'a@meadow.example in Okta can still sign in afterwards: no step asks for “Block sign-in” there.',
      ),
    );
  });
});

describe('the order', () => {
  it('waits for all accounts of the step before', () => {
    const plan = planOf(
      `  - { id: first, layer: security, do: account.suspend, on: { category: identity } }
  - { id: second, layer: security, do: account.suspend, on: { category: collaboration }, after: [first] }`,
      { okta: [account('a'), account('b')], google: [account('c')], slack: [account('d')] },
    );

    assert.deepEqual(stepIn(plan, 'second@slack:d').after, [
      'first@google:c',
      'first@okta:a',
      'first@okta:b',
    ]);
  });

  it('obeys the systems, each in its own way, on the same account', () => {
    const plan = planOf(
      `${signOut}${block}  - { id: mfa, layer: security, do: mfa.remove, on: every account }`,
      {
        okta: [account('a')],
        google: [account('g')],
      },
    );

    assert.deepEqual(stepIn(plan, 'block@okta:a').after, []);
    assert.deepEqual(stepIn(plan, 'sign-out@okta:a').after, ['block@okta:a']);
    assert.deepEqual(stepIn(plan, 'mfa@okta:a').after, ['block@okta:a']);
    assert.deepEqual(stepIn(plan, 'sign-out@google:g').after, []);
    assert.deepEqual(stepIn(plan, 'mfa@google:g').after, ['sign-out@google:g']);
    assert.deepEqual(stepIn(plan, 'block@google:g').after, ['mfa@google:g']);
  });

  it('blocks before it signs out where neither system nor playbook says anything', () => {
    const plan = planOf(signOut + block, { slack: [account('a')] });

    assert.deepEqual(stepIn(plan, 'sign-out@slack:a').after, ['block@slack:a']);
  });

  it('leaves that to a playbook that says otherwise', () => {
    const plan = planOf(
      `${signOut}  - { id: block, layer: security, do: account.suspend, on: every account, after: [sign-out] }`,
      { slack: [account('a')] },
    );

    assert.deepEqual(stepIn(plan, 'sign-out@slack:a').after, []);
    assert.deepEqual(stepIn(plan, 'block@slack:a').after, ['sign-out@slack:a']);
  });

  it('counts tasks and notices of a layer in', () => {
    const plan = planOf(
      `  - { id: ring, layer: security, task: { title: T, assign to: manager, due: confirmed } }
  - { id: say, layer: security, notice: { to: [manager], subject: S, text: T } }
  - { id: then, layer: compliance, notice: { to: [manager], subject: S, text: T }, after: [layer security, layer operations] }`,
      {},
    );

    assert.deepEqual(stepIn(plan, 'then').after, ['ring', 'say']);
  });

  it('lists each step after those it waits for, the sooner first', () => {
    const plan = planOf(
      `  - { id: last, layer: operations, do: groups.leave, on: every account, at: access ends + 1 day }
  - { id: soon, layer: operations, task: { title: T, assign to: manager, due: confirmed }, at: confirmed }
  - { id: cut, layer: security, do: account.suspend, on: every account, at: access ends }
  - { id: out, layer: security, do: sessions.revoke, on: every account, after: [cut] }
  - { id: early, layer: compliance, task: { title: T, assign to: manager, due: confirmed } }`,
      { okta: [account('b'), account('a'), account('root', { privileged: true })] },
    );

    assert.deepEqual(keysOf(plan), [
      'early',
      'soon',
      'lookup-at-cut:okta',
      'cut@okta:root',
      'cut@okta:a',
      'cut@okta:b',
      'out@okta:root',
      'out@okta:a',
      'out@okta:b',
      'last@okta:root',
      'last@okta:a',
      'last@okta:b',
    ]);
  });

  it('is the same for the same input, whatever order the answers came in', () => {
    const steps = block + signOut;
    const there = planOf(steps, { okta: [account('a'), account('b')], slack: [account('c')] });
    const back = planOf(
      steps,
      { slack: [account('c')], okta: [account('b'), account('a')] },
      { connections: [slack, okta] },
    );

    assert.deepEqual(there, back);
  });

  it('that has become impossible loses a wait, is reported, and still is a plan', () => {
    const steps = `${signOut}  - { id: block, layer: security, do: account.suspend, on: every account, after: [sign-out] }`;
    const plan = planOf(steps, { okta: [account('a')] });

    assert.deepEqual(ownKeys(plan), ['block@okta:a', 'sign-out@okta:a']);
    assert.deepEqual(stepIn(plan, 'sign-out@okta:a').after, ['block@okta:a']);
    assert.deepEqual(
      plan.problems.map(({ severity, step, problem }) => [severity, step, problem]),
      [
        [
          'error',
          'block',
          'In Okta, “Block sign-in” must come before “Sign out everywhere” on the same account, but “block” waits for “sign-out”: block → sign-out.',
        ],
        [
          'error',
          'block',
          '“block” does not wait for “sign-out” here, because “sign-out” has to wait for it.',
        ],
      ],
    );
  });

  it('keeps every step, though what it waits for is left out and waits for it', () => {
    const plan = planOf(
      `  - { id: cut, layer: security, do: account.suspend, on: every account, after: [ask] }
  - id: ask
    layer: operations
    task: { title: T, assign to: manager, due: confirmed }
    after: [layer security]
    when: { field: departure.kind, is: death }`,
      { okta: [account('a'), account('b')] },
      urgent,
    );

    assert.deepEqual(keysOf(plan), ['cut@okta:a', 'cut@okta:b']);
    assert.deepEqual(stepIn(plan, 'cut@okta:a').after, []);
  });

  it('survives systems that contradict themselves', () => {
    const mad = system('mad', 'other', [
      offered('account.suspend', { mustPrecede: ['sessions.revoke', 'account.suspend'] }),
      offered('sessions.revoke', { mustPrecede: ['account.suspend'] }),
    ]);
    const plan = makePlan({
      ...inputOf(playbook(block + signOut), { mad: [account('a')] }),
      connections: [mad],
    });

    assert.equal(ownKeys(plan).length, 2);
    assert.ok(plan.problems.some(({ severity }) => severity === 'error'));
  });
});

describe('urgency', () => {
  it('goes first, then the security layer, then privileged accounts in it', () => {
    const steps = `${block}  - { id: tell, layer: security, notice: { to: [manager], subject: S, text: T } }
  - { id: leave, layer: operations, do: groups.leave, on: every account }`;
    const accounts = { okta: [account('root', { privileged: true }), account('a')] };
    const priorities = (plan: Plan) =>
      ['block@okta:root', 'block@okta:a', 'tell', 'leave@okta:root', 'leave@okta:a'].map(
        (key) => stepIn(plan, key).priority,
      );

    assert.deepEqual(priorities(planOf(steps, accounts, urgent)), [0, 1, 2, 10, 11]);
    assert.deepEqual(priorities(planOf(steps, accounts)), [100, 101, 102, 110, 111]);
  });
});

describe('times', () => {
  const steps = `  - { id: early, layer: operations, at: access ends - 60 days 09:00, task: { title: T, assign to: manager, due: last working day } }
  - { id: now, layer: operations, at: confirmed, task: { title: T, assign to: manager, due: last working day + 5 days } }
  - { id: cut, layer: security, at: access ends, do: account.suspend, on: every account }`;

  it('are moments in the person’s zone, with the playbook’s words beside them', () => {
    const plan = planOf(steps, { okta: [account('a')] });

    assert.deepEqual(stepIn(plan, 'cut@okta:a').at, {
      rule: 'access ends',
      due: new Date('2026-12-31T16:00:00Z'),
      late: false,
    });
    assert.deepEqual(stepIn(plan, 'now').at, { rule: 'confirmed', due: confirmedAt, late: false });
    assert.equal(stepIn(plan, 'now').task?.deadline, '2027-01-05T23:00:00.000Z');
  });

  it('that have passed are late', () => {
    const plan = planOf(steps, { okta: [account('a')] });

    assert.deepEqual(stepIn(plan, 'early').at, {
      rule: 'access ends - 60 days 09:00',
      due: new Date('2026-11-01T08:00:00Z'),
      late: true,
    });
  });

  it('are not late because planning took a moment', () => {
    const soon = { now: new Date(confirmedAt.getTime() + 30_000) };
    const cut = stepIn(
      planOf(steps, { okta: [account('a')] }, { ...soon, ...urgent }),
      'cut@okta:a',
    );
    const atTheCut = { now: new Date('2026-12-31T16:00:05Z') };

    assert.deepEqual(cut.at, { rule: 'access ends', due: confirmedAt, late: false });
    assert.equal(
      stepIn(planOf(steps, { okta: [account('a')] }, atTheCut), 'cut@okta:a').at.late,
      false,
    );
  });

  it('of an access end that had passed when it was confirmed are late', () => {
    const past = { departure: { ...departure, urgent: true, accessEnds: '2026-12-01T09:30' } };

    assert.deepEqual(stepIn(planOf(steps, { okta: [account('a')] }, past), 'cut@okta:a').at, {
      rule: 'access ends',
      due: new Date('2026-12-01T08:30:00Z'),
      late: true,
    });
  });
});

describe('tasks and notices', () => {
  const steps = `  - id: hand-over
    layer: operations
    task:
      title: Hand over the work of {person.name}
      instructions: Until {last working day}, in {person.location}.
      assign to: { system owner: okta }
      due: last working day
      proof: [link]
    at: confirmed
  - id: tell
    layer: operations
    title: Tell the manager
    notice:
      to: [manager, personal address]
      subject: "{person.name} ({person.title}) leaves"
      text: |
        Access ends {access ends}.
        Kind: {departure.kind}.
    at: confirmed`;

  it('are filled in with facts', () => {
    const plan = planOf(steps, {});

    assert.equal(stepIn(plan, 'hand-over').title, 'Hand over the work of Priya Nair');
    assert.deepEqual(stepIn(plan, 'hand-over').task, {
      title: 'Hand over the work of Priya Nair',
      instructions: 'Until 2026-12-31, in Berlin.',
      assignTo: { systemOwner: 'okta' },
      deadline: '2026-12-31T23:00:00.000Z',
      proof: ['link'],
    });
    assert.equal(stepIn(plan, 'tell').title, 'Tell the manager');
    assert.deepEqual(stepIn(plan, 'tell').notice, {
      to: [{ manager: true }, { personalEmail: true }],
      subject: 'Priya Nair ((not known)) leaves',
      text: 'Access ends 2026-12-31 17:00 (Europe/Berlin).\nKind: resignation.',
      blanks: { subject: ['person.title'], text: [] },
    });
    assert.ok(plan.notes.includes('“tell” mentions {person.title}, which nobody filled.'));
  });

  it('are planned in the language of the company, and in the others that the playbook has', () => {
    const several = `  - id: farewell
    layer: operations
    task:
      title: { en: "Collect the badge of {person.name}", de: "Ausweis von {person.name} einsammeln" }
      assign to: manager
      accepted by: { role: facilities }
      due: last working day
      proof: [badge number, file: receipt]
    at: confirmed
  - id: tell
    layer: operations
    notice:
      to: [personal address, leaver, reports]
      subject: { en: Goodbye, de: Auf Wiedersehen }
      text: "{person.name}, {last working day}"
    at: confirmed`;
    const german = planOf(several, {}, { language: 'de' });
    const { title, acceptedBy, proof } = stepIn(german, 'farewell').task!;
    assert.equal(title, 'Ausweis von Priya Nair einsammeln');
    assert.equal(stepIn(german, 'farewell').title, title);
    assert.deepEqual(acceptedBy, { role: 'facilities' });
    assert.deepEqual(proof, ['badge number', 'file: receipt']);
    assert.deepEqual(stepIn(german, 'tell').notice, {
      to: [{ personalEmail: true }, { leaver: true }, { reports: true }],
      subject: 'Auf Wiedersehen',
      text: 'Priya Nair, 2026-12-31',
      others: { en: { subject: 'Goodbye', text: 'Priya Nair, 2026-12-31' } },
    });
    const english = planOf(several, {});
    assert.equal(stepIn(english, 'tell').notice?.subject, 'Goodbye');
    assert.match(planText(english).join('\n'), /by the manager, accepted by facilities, due/);
  });

  it('keep a name from smuggling lines into a subject or a text', () => {
    const eve = { person: { ...person, name: 'Eve\r\nBcc: all@meadow.example' } };
    const plan = planOf(steps, {}, eve);

    assert.ok(stepIn(plan, 'tell').notice?.subject.startsWith('Eve Bcc: all@meadow.example ('));
    assert.ok(!/[\r\n]/.test(stepIn(plan, 'hand-over').title));
    const turned = planOf(
      steps.replace('Access ends {access ends}.', '{person.name}'),
      {},
      { person: { ...person, name: 'Eve\u202e\u2028\n\nBcc: all@meadow.example' } },
    );
    const [first] = stepIn(turned, 'tell').notice!.text.split('\n');
    assert.equal(first, 'Eve Bcc: all@meadow.example');
  });
});

describe('a plan', () => {
  it('is plain JSON but for the moments', () => {
    const plan = planOf(block + signOut, { okta: [account('a')], slack: 'unknown' });
    const copy = JSON.parse(JSON.stringify(plan));
    for (const step of copy.steps) if (step.at.due) step.at.due = new Date(step.at.due);

    assert.deepEqual(copy, plan);
  });

  it('waits only for steps that it contains', () => {
    const plan = planOf(
      `${block}${signOut}  - { id: x, layer: operations, do: groups.leave, on: every account, after: [layer security, block] }`,
      {
        okta: [account('a')],
        slack: 'unknown',
        google: [],
        github: [account('g')],
        badges: 'unknown',
      },
    );
    const keys = new Set(keysOf(plan));

    assert.equal(keys.size, plan.steps.length);
    for (const step of plan.steps) for (const key of step.after) assert.ok(keys.has(key), key);
  });

  it('is made for 60 steps in 40 systems without ado', () => {
    const steps = Array.from({ length: 60 }, (_, i) => {
      const rest = ['account.suspend', 'sessions.revoke', 'mfa.remove'][i % 3];
      return i < 30
        ? `  - { id: s${i}, layer: security, do: ${rest}, on: every account${i % 3 ? `, after: [s${i - 1}]` : ''} }`
        : `  - { id: s${i}, layer: operations, do: groups.leave, on: every account, after: [layer security] }`;
    }).join('\n');
    const systems = Array.from({ length: 40 }, (_, i) => ({ ...okta, id: `c${i}`, name: `C${i}` }));
    const accounts = new Map(systems.map(({ id }) => [id, [account('a')]]));
    const plan = makePlan({ ...inputOf(playbook(steps), {}), connections: systems, accounts });

    assert.equal(plan.steps.length, 60 * 40 + 40);
    const place = new Map(plan.steps.map(({ key }, i) => [key, i]));
    for (const [i, { after }] of plan.steps.entries())
      for (const key of after) assert.ok(place.get(key)! < i);
  });

  it('needs no system at all', () => {
    const plan = planOf(block, {}, { connections: everySystem.slice(0, 0) });

    assert.deepEqual(keysOf(plan), ['block']);
  });
});

describe('kinds of connections', () => {
  it('that people work by hand are planned like all others', () => {
    const plan = planOf(block, { badges: [account('B-7')] });

    assert.equal(stepIn(plan, 'block@badges:B-7').kind, 'action');
  });
});
