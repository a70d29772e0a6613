import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Continuity } from './continuity.ts';
import type { Owned, OwnedByAccount } from './ownership.ts';
import {
  account,
  confirmedAt,
  departure,
  keysOf,
  offered,
  planOf,
  stepIn,
  system,
} from './testing/planning.ts';

const marta = { personId: 'E-7', name: 'Marta Silva', email: 'marta@meadow.example' };
const directory = {
  ...system('directory', 'identity', [
    offered('account.suspend'),
    offered('ownership.transfer', { requiredParams: ['to'], personParams: ['to'] }),
  ]),
  readsOwned: true,
};
const owned = (name: string, other: Partial<Owned> = {}): Owned => ({
  id: name,
  kind: 'group',
  name,
  soleOwner: true,
  ...other,
});
const owning = (...things: Owned[]): Continuity['owned'] =>
  new Map<string, OwnedByAccount>([['directory', new Map([['priya', things]])]]);

const continuity = (other: Partial<Continuity> = {}): Continuity => ({
  receivers: { successor: marta, manager: marta },
  owned: owning(),
  connections: [],
  reports: [],
  isUser: false,
  isAlertContact: false,
  ...other,
});

const block =
  '  - { id: block, layer: security, do: account.suspend, on: every account, at: access ends }\n';
const handOver = (at = 'access ends - 2 days') =>
  '  - { id: hand-over, layer: operations, do: ownership.transfer, on: every account, ' +
  `with: { to: successor }, at: ${at} }\n`;

const plan = (steps: string, other: Partial<Continuity> = {}, urgent = false) =>
  planOf(
    steps,
    { directory: [account('priya')] },
    {
      connections: [directory],
      continuity: continuity(other),
      ...(urgent ? { departure: { ...departure, urgent: true } } : {}),
    },
  );

const soleOwner = 'sole-owner:directory:priya';

describe('what a person alone owns', () => {
  it('is a task before the cut, where no step hands it over', () => {
    const it = plan(block, {
      owned: owning(owned('sales'), owned('shared', { soleOwner: false })),
    });

    const step = stepIn(it, soleOwner);
    assert.deepEqual(
      [step.kind, step.layer, step.after, step.at.due],
      ['task', 'operations', [], null],
    );
    assert.match(step.task?.instructions ?? '', /: sales \(group\)\. Add another owner first/);
    assert.match(step.task?.instructions ?? '', /Marta Silva \(marta@meadow\.example\)/);
    assert.equal(step.task?.deadline, stepIn(it, 'block@directory:priya').at.due?.toISOString());
  });

  it('is no task where a step hands it over, to whom the word means', () => {
    const it = plan(block + handOver(), { owned: owning(owned('sales')) });

    assert.ok(!keysOf(it).includes(soleOwner));
    assert.deepEqual(stepIn(it, 'hand-over@directory:priya').params, { to: marta.email });
    assert.deepEqual(it.notes, []);
  });

  it('is said to come late where the step comes after the cut', () => {
    const it = plan(block + handOver('access ends + 1 day'), { owned: owning(owned('sales')) });
    assert.match(it.notes.join(), /only after access has ended: sales \(group\)/);
  });

  it('never keeps access open: no step of the security layer waits for it', () => {
    const others = { owned: owning(owned('sales')), reports: [{ name: 'Kim' }], isUser: true };
    for (const urgent of [false, true]) {
      const { steps } = plan(block, others, urgent);
      const added = new Set(
        steps.filter((it) => it.playbookStep === 'continuity').map(({ key }) => key),
      );
      assert.equal(added.size, 3);
      for (const step of steps) assert.ok(step.after.every((key) => !added.has(key)));
    }
  });

  it('is due within a day where access ends at once', () => {
    const it = plan(block, { owned: owning(owned('sales')) }, true);
    const dayLater = new Date(confirmedAt.getTime() + 24 * 60 * 60_000);
    assert.equal(stepIn(it, soleOwner).task?.deadline, dayLater.toISOString());
  });

  it('is asked by a step of its own where nobody could say yet', () => {
    const it = plan(block, { owned: new Map([['directory', 'unknown']]) });
    const step = stepIn(it, 'lookup-owned:directory:priya');
    assert.deepEqual([step.kind, step.layer, step.account?.id], ['lookup', 'operations', 'priya']);
    assert.ok(!keysOf(plan(block)).some((key) => key.startsWith('lookup-owned')));
  });

  it('goes to nobody where nobody is known, and the plan says so', () => {
    const receivers = { successor: null, manager: null };
    const it = plan(block + handOver(), { receivers, owned: owning(owned('sales')) });
    assert.deepEqual(stepIn(it, 'hand-over@directory:priya').params, { to: 'successor' });
    assert.match(it.notes.join(), /“hand-over” names the successor, and nobody is known\./);
    assert.match(it.notes.join(), /Nobody is known who takes over\./);
  });
});

describe('what else hangs on a person', () => {
  it('is each connection of Gatehouse that they own, or whose credential is theirs', () => {
    const it = plan(block, {
      connections: [
        { id: 'crm', name: 'CRM', because: 'owner' },
        { id: 'directory', name: 'Directory', because: 'credential' },
      ],
    });
    assert.match(stepIn(it, 'connection-owner:crm').title, /the connection CRM another owner/);
    const credential = stepIn(it, 'connection-credential:directory');
    assert.match(credential.task?.instructions ?? '', /Gatehouse loses its access/);
    assert.deepEqual(credential.task?.assignTo, { role: 'it-admin' });
    assert.match(it.notes.join(), /signs in to Directory with an account of Priya Nair/);
  });

  it('is the people they manage', () => {
    const it = plan(block, { reports: [{ name: 'Kim Kay' }, { name: 'Tom Tamm' }] });
    const step = stepIn(it, 'direct-reports');
    assert.equal(step.title, 'Name a new manager for 2 people');
    assert.match(step.task?.instructions ?? '', /the manager of Kim Kay, Tom Tamm\./);
  });

  it('is Gatehouse itself, as user and as contact for alerts', () => {
    const user = stepIn(plan(block, { isUser: true }), 'gatehouse');
    assert.match(user.task?.instructions ?? '', /gatehouse user disable/);
    const contact = stepIn(plan(block, { isAlertContact: true }), 'gatehouse');
    assert.match(contact.task?.instructions ?? '', /gatehouse settings set alerts/);
    assert.ok(!keysOf(plan(block)).includes('gatehouse'));
  });
});
