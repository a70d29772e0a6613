import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { actionsOf, type ListRow, type ListUpload } from '#connector-kit/contract.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { ConnectorError } from '#core/failure.ts';
import { list } from './index.ts';
import { recoverAsset } from './recover-asset.ts';
import { type Client, findRows, listRows } from './rows.ts';
import { settings } from './settings.ts';
import { suspendAccount } from './suspend-account.ts';

const stored = {
  system: 'Alarm panel',
  instructions: 'Ring the guard.',
  assignTo: { role: 'facilities' },
};
const priya = { email: 'priya@meadow.example', employeeNumber: 'E-1042', name: 'Priya Nair' };
const row = (key: string, more: Partial<ListRow> = {}): ListRow => ({
  ...{ key, name: key, personId: null, email: null, serial: null },
  ...{ isOpen: true, privileged: false },
  ...more,
});
const today = new Date('2026-11-20T12:00:00Z');

function setUp(what: 'accounts' | 'equipment', rows: ListRow[] | null, more: object = {}) {
  const known = settings.parse({ ...stored, what });
  const upload: ListUpload | null = rows && {
    ...{ uploadedAt: new Date('2026-11-12T09:00:00Z'), rows: rows.length, refusedRows: 0 },
    ...more,
  };
  const client: Client = {
    settings: known,
    io: {
      ...loopbackIo,
      now: () => today,
      list: {
        upload: async () => upload,
        rowsOf: async ({ personId, email }) =>
          (rows ?? []).filter(
            (it) =>
              (personId !== null && it.personId === personId) ||
              it.email?.toLowerCase() === email.toLowerCase(),
          ),
        row: async (key) => rows?.find((it) => it.key === key) ?? null,
        all: async () => rows ?? [],
      },
    },
  };
  return { client, known, rows: rows ?? [] };
}

const says = (words: RegExp) => (thrown: unknown) =>
  thrown instanceof ConnectorError &&
  thrown.failure.kind === 'unavailable' &&
  words.test(thrown.failure.detail);

describe('whoever is in an uploaded list', () => {
  it('is found by id, and by address only where the row has no id', async () => {
    const { client } = setUp('accounts', [
      row('p.nair', { personId: 'E-1042' }),
      row('priya', { email: 'Priya@meadow.example', privileged: true, isOpen: false }),
      row('new', { personId: 'E-2000', email: 'priya@meadow.example' }),
    ]);
    assert.deepEqual(
      (await findRows(client, priya)).map(({ id, status, privileged }) => [id, status, privileged]),
      [
        ['p.nair/E-1042', 'active', false],
        ['priya/Priya@meadow.example', 'suspended', true],
      ],
    );
  });

  it('has things by their serial number, and none that came back', async () => {
    const { client } = setUp('equipment', [
      row('A/1', { name: 'ThinkPad T14', serial: 'PF3K', personId: 'E-1042' }),
      row('A2', { name: 'iPhone', serial: 'F17Z', personId: 'E-1042', isOpen: false }),
      row('A3', { name: 'Monitor', serial: 'M1' }),
    ]);
    const found = await findRows(client, priya);
    assert.deepEqual(
      found.map(({ id, login }) => [id, login]),
      [['A%2F1/E-1042', 'ThinkPad T14, serial PF3K']],
    );
    const all = [];
    for await (const { id } of listRows(client)) all.push(id);
    assert.deepEqual(all, ['A%2F1/E-1042']);
  });

  it('is nobody in an empty list, but no list is no answer', async () => {
    assert.deepEqual(await findRows(setUp('accounts', []).client, priya), []);
    const { client } = setUp('accounts', null);
    const words = /No list of Alarm panel was uploaded yet.*gatehouse import list/;
    await assert.rejects(findRows(client, priya), says(words));
    await assert.rejects(list.check(client), says(words));
    await assert.rejects(async () => {
      for await (const _ of listRows(client)) assert.fail('There is no list');
    }, says(words));
  });

  it('cannot be told from a list that is too old, or that had rows nobody could read', async () => {
    const old = { uploadedAt: new Date('2026-10-01T09:00:00Z') };
    await assert.rejects(
      findRows(setUp('accounts', [], old).client, priya),
      says(/is of 2026-10-01, older than 31 days/),
    );
    await assert.rejects(
      findRows(setUp('accounts', [row('x')], { refusedRows: 2 }).client, priya),
      says(/could not be read \(2\)/),
    );
  });
});

describe('what is asked because of a list', () => {
  const laptop = row('L1', { name: 'ThinkPad T14', serial: 'PF3K', personId: 'E-1042' });
  const planned = async (rows: ListRow[]) => {
    const { client, known } = setUp('equipment', rows);
    const action = recoverAsset(known);
    const state = await action.read(client, 'L1/E-1042');
    assert.deepEqual(action.state.parse(JSON.parse(JSON.stringify(state))), state);
    return action.plan(state, { due: '2026-12-23T23:00:00.000Z' });
  };

  it('is to bring a thing back, named by its serial number', async () => {
    const plan = await planned([laptop]);
    assert.equal(plan.kind, 'by-hand');
    if (plan.kind !== 'by-hand') return;
    assert.match(plan.order.instructions, /ThinkPad T14, serial PF3K\.\n\nRing the guard\./);
    assert.equal(plan.order.mustName, 'PF3K');
    assert.equal(plan.order.deadline, '2026-12-23T23:00:00.000Z');
    assert.equal(plan.then, null);
  });

  it('is nothing more once a newer list shows it back, with somebody else, or not at all', async () => {
    const because = async (rows: ListRow[]) => {
      const plan = await planned(rows);
      return plan.kind === 'done' ? plan.because : plan.kind;
    };
    const of = 'The list of 2026-11-12';
    assert.equal(await because([{ ...laptop, isOpen: false }]), `${of} shows it returned.`);
    assert.equal(await because([]), `${of} does not have it any more.`);
    const moved = `${of} no longer shows it with the person.`;
    assert.equal(await because([{ ...laptop, personId: 'E-9' }]), moved);
    assert.equal(await because([{ ...laptop, personId: null }]), moved);
  });

  it('does not end because a newer list names the same person in another way', async () => {
    const byAddress = { ...laptop, personId: null, email: 'priya@meadow.example' };
    assert.equal((await planned([byAddress])).kind, 'by-hand');
  });

  it('is to block an account, until a list shows it blocked or gone', async () => {
    const account = row('p.nair', { personId: 'E-1042' });
    const { client, known, rows } = setUp('accounts', [account]);
    const action = suspendAccount(known);
    const plan = async () => action.plan(await action.read(client, 'p.nair/E-1042'), {});

    const asked = await plan();
    assert.equal(asked.kind, 'by-hand');
    assert.equal(
      asked.kind === 'by-hand' && asked.order.instructions,
      'Block sign-in in Alarm panel, for p.nair.\n\nRing the guard.',
    );
    rows[0] = { ...account, isOpen: false };
    assert.deepEqual(await plan(), {
      kind: 'done',
      because: 'The list of 2026-11-12 shows it blocked.',
    });
    rows.length = 0;
    assert.equal((await plan()).kind, 'done');
  });
});

it('is access or equipment, as the settings say, and calls nobody', async () => {
  const { client, known: accounts } = setUp('accounts', [row('x')]);
  const equipment = settings.parse({ ...stored, what: 'equipment' });
  const isAccess = list.accounts?.areAccess;
  assert.ok(typeof isAccess === 'function');
  assert.deepEqual([isAccess(accounts), isAccess(equipment)], [true, false]);
  assert.deepEqual(
    [accounts, equipment].map((it) => actionsOf(list, it).map(({ capability }) => capability)),
    [['account.suspend'], ['assets.recover']],
  );
  assert.deepEqual([list.takesList?.(accounts), list.hosts(accounts)], ['accounts', []]);
  assert.equal((await list.check(client)).actingAs, 'a list of 1 rows of 2026-11-12');
});
