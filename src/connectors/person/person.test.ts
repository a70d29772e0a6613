import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { actionsOf, type ByHand } from '#connector-kit/contract.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { ConnectorError } from '#core/failure.ts';
import { person } from './index.ts';
import { settings } from './settings.ts';

const cabinet = {
  system: 'Key cabinet',
  instructions: 'Open the cabinet on floor 2 and delete the fob.',
  assignTo: { role: 'facilities' },
  capabilities: ['account.suspend', 'device.wipe'],
  proof: ['photo of the list', 'fob number'],
};
const list = [
  { login: 'fob-17', email: 'Ada@meadow.example' },
  { login: 'fob-99', email: 'ada@meadow.example ' },
  { login: 'fob-18', email: 'bob@meadow.example' },
];
const ada = { email: 'ada@MEADOW.example', employeeNumber: null, name: 'Ada' };

const opened = (more: object = {}) =>
  person.open(settings.parse({ ...cabinet, ...more }), loopbackIo);

function actionsWith(more: object = {}): ByHand<unknown>[] {
  return actionsOf(person, settings.parse({ ...cabinet, ...more })).filter(
    (it) => it.kind === 'by-hand',
  );
}

describe('a system that people work by hand', () => {
  it('may have an account of everybody, since nobody can know', async () => {
    assert.deepEqual(await person.accounts?.find(opened(), ada), [
      {
        id: 'ada@meadow.example',
        login: 'ada@meadow.example',
        status: 'active',
        privileged: false,
        lastSeenAt: null,
      },
    ]);
  });

  it('has exactly the accounts of a list that is declared complete', async () => {
    const client = opened({ accounts: list });

    const found = await person.accounts!.find(client, ada);
    const nobody = await person.accounts!.find(client, { ...ada, email: 'eve@meadow.example' });

    assert.deepEqual(
      found.map(({ id, login }) => [id, login]),
      [
        ['fob-17', 'fob-17'],
        ['fob-99', 'fob-99'],
      ],
    );
    assert.deepEqual(nobody, []);
  });

  it('has nobody on an empty list, which is a list all the same', async () => {
    assert.deepEqual(await person.accounts?.find(opened({ accounts: [] }), ada), []);
  });

  it('lists what the list says, and does not pretend to be empty without one', async () => {
    const logins: string[] = [];
    for await (const { login } of person.accounts!.list(opened({ accounts: list }))) {
      logins.push(login);
    }
    assert.deepEqual(logins, ['fob-17', 'fob-99', 'fob-18']);

    await assert.rejects(async () => {
      for await (const _ of person.accounts!.list(opened())) assert.fail('There is no list');
    }, ConnectorError);
  });

  it('makes a task of each capability, with the proof and whom it goes to', () => {
    const actions = actionsWith();

    assert.deepEqual(
      actions.map(({ kind, capability }) => [kind, capability]),
      [
        ['by-hand', 'account.suspend'],
        ['by-hand', 'device.wipe'],
      ],
    );
    assert.equal(actions[0]?.summary, 'Block sign-in in Key cabinet: done by the role facilities.');
    assert.deepEqual(actions[0]?.proof, ['photo of the list', 'fob number']);
    assert.deepEqual(actions[0]?.assignTo, { role: 'facilities' });
  });

  it('tells the person who does it what to do, for whom, and what if there is nothing', () => {
    assert.equal(
      actionsWith()[0]?.instructions('ada@meadow.example', {}),
      [
        'Block sign-in in Key cabinet, for ada@meadow.example.',
        'Open the cabinet on floor 2 and delete the fob.',
        'If there is no account for ada@meadow.example, write that down instead.',
      ].join('\n\n'),
    );
    assert.doesNotMatch(
      actionsWith({ accounts: list })[0]?.instructions('fob-17', {}) ?? '',
      /write that down/,
    );
  });

  it('calls nobody over the network', async () => {
    assert.deepEqual(person.hosts(settings.parse(cabinet)), []);
    for (const [assignTo, actingAs] of [
      [{ role: 'facilities' }, 'the role facilities'],
      [{ manager: true }, 'the manager of the person who leaves'],
      [{ email: 'kai@meadow.example' }, 'kai@meadow.example'],
    ] as const) {
      assert.deepEqual(await person.check(opened({ assignTo })), { actingAs, scopes: null });
    }
  });

  it('refuses settings with the place and the mend', () => {
    const refusals: [object, string, RegExp][] = [
      [{ assignTo: { role: 'x', manager: true } }, 'assignTo', /`role` with a name/],
      [{ assignTo: { manager: false } }, 'assignTo', /`role` with a name/],
      [{ capabilities: [] }, 'capabilities', /Too small/],
      [{ capabilities: ['account.suspend', 'account.suspend'] }, 'capabilities', /once is enough/],
      [{ capabilities: ['fob.melt'] }, 'capabilities.0', /Invalid option/],
      [{ proof: [] }, 'proof', /at least one thing/],
      [{ accounts: [list[0], list[0]] }, 'accounts.1.login', /"fob-17" is there twice/],
      [{ accounts: [{ login: 'x', email: 'nobody' }] }, 'accounts.0.email', /an e-mail address/],
    ];
    for (const [change, place, says] of refusals) {
      const parsed = settings.safeParse({ ...cabinet, ...change });
      assert.ok(!parsed.success, JSON.stringify(change));
      const [issue] = parsed.error.issues;
      assert.equal(issue?.path.join('.'), place);
      assert.match(issue?.message ?? '', says);
    }
  });

  it('has settings that become a form', () => {
    assert.ok(z.toJSONSchema(settings, { io: 'input' }).properties?.['assignTo']);
  });
});
