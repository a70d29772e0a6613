import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import {
  type Declared,
  failsAs,
  people,
  practise,
} from '../../../practice/servers/scim-testing.ts';
import { createAccount } from './create-account.ts';
import { joinGroups } from './join-groups.ts';

const person = {
  name: 'Zoë de la Cruz',
  email: 'zoe@acme.test',
  employeeNumber: 'E-9',
  department: 'Sales',
  title: 'Lead',
};
const create = createAccount({ canDelete: true });
const forZoe = async (declared: Declared = {}) => ({
  ...(await practise({}, declared)),
  accountId: person.email,
});

describe('an account that is made', () => {
  keepsPromises(create, { person }, () => forZoe());
  describe('where searches do not work', () => {
    keepsPromises(create, { person }, async () => ({
      ...(await practise({ quirks: { filters: 'refused' } }, { filters: false })),
      accountId: person.email,
    }));
  });

  it('carries what the application knows of people', async () => {
    const { server, client } = await forZoe();
    await create.apply(client, person.email, { do: 'create', person });

    const made = [...server.users.values()].find((it) => it.userName === person.email)!;
    assert.deepEqual(
      [made.active, made.externalId, made.displayName, made['title'], made['name'], made.emails],
      [
        true,
        'E-9',
        'Zoë de la Cruz',
        'Lead',
        { formatted: 'Zoë de la Cruz', familyName: 'Cruz', givenName: 'Zoë de la' },
        [{ value: person.email, type: 'work', primary: true }],
      ],
    );
  });

  it('is not made a second time by whoever comes too late', async () => {
    const { client } = await forZoe();
    await create.apply(client, person.email, { do: 'create', person });

    const again = create.apply(client, person.email, { do: 'create', person });
    await assert.rejects(again, /rejected: POST .* answered 409/);
  });

  it('is no longer deleted where the application deletes none', async () => {
    const { client } = await forZoe();
    const careful = createAccount({ canDelete: false });
    const before = await careful.read(client, person.email);
    await careful.apply(client, person.email, { do: 'create', person });

    const back = careful.restore!(await careful.read(client, person.email), before);
    assert.equal(back.kind, 'blocked');
  });
});

describe('an account that was closed', () => {
  const ada = { ...person, email: 'ada@acme.test' };
  const closed = people.map((it) => (it.id === 'ada' ? { ...it, active: false } : it));
  keepsPromises(create, { person: ada }, async () => ({
    ...(await practise({ users: closed })),
    accountId: ada.email,
  }));
});

describe('joining groups', () => {
  keepsPromises(joinGroups, { groups: ['Operations'] }, () => practise());
  keepsPromises(joinGroups, { groups: ['ops', 'Engineering'] }, () => practise());
  describe('where searches do not work', () => {
    const quirks = { filters: 'refused', showsGroupsOfUsers: false } as const;
    keepsPromises(joinGroups, { groups: ['Operations'] }, () =>
      practise({ quirks }, { filters: false }),
    );
  });

  it('joins none when one of them is not there', async () => {
    const { server, client, accountId } = await practise();
    const wanted = { do: 'join', groups: ['Operations', 'Opperations'] } as const;

    await assert.rejects(joinGroups.apply(client, accountId, wanted), failsAs('rejected'));
    assert.deepEqual(server.groups.get('ops')?.members, ['bob']);
  });

  it('does not guess which of two groups of one name is meant', async () => {
    const twice = ['a', 'b'].map((id) => ({ id, displayName: 'Twins', members: [] }));
    const { client, accountId } = await practise({ groups: twice });
    const wanted = { do: 'join', groups: ['Twins'] } as const;

    await assert.rejects(joinGroups.apply(client, accountId, wanted), /Several groups/);
  });
});
