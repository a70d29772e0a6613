import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import { type FakePerson, fakePerson } from './fake.ts';
import { handOverMailbox } from './hand-over-mailbox.ts';
import { setUp } from './test-server.ts';

type Params = Parameters<typeof handOverMailbox.plan>[1];
type World = ReturnType<typeof setUp>;

const leaks = (): Partial<FakePerson> => ({
  shares: {
    INBOX: { 'user=eve@meadow.example': 'lookup read', owner: 'lookup read admin' },
    Sent: { anyone: 'lookup read -write' },
    Kept: { 'user=tom@meadow.example': '-read' },
  },
  scripts: { mine: 'redirect "priya@home.example";' },
  active: 'mine',
});
const all: Params = {
  ...{ to: 'sam@meadow.example', reply: 'Priya no longer works here.', until: '2026-12-31' },
  forward: 'to the reader',
};

const readFor = ({ client, accountId }: World, params: Params) =>
  handOverMailbox.read(client, accountId, { params, before: null });

async function planFor(world: World, params: Params) {
  return handOverMailbox.plan(await readFor(world, params), params);
}

async function handOver(world: World, params: Params) {
  const before = await readFor(world, params);
  const planned = handOverMailbox.plan(before, params);
  assert.ok(planned.kind === 'change', JSON.stringify(planned));
  await handOverMailbox.apply(world.client, world.accountId, planned.change);
  return { before, summary: planned.summary };
}

describe('handing over a mailbox in Dovecot', () => {
  keepsPromises(handOverMailbox, all, () => setUp());
  keepsPromises(handOverMailbox, all, () => setUp(leaks()));
  keepsPromises(handOverMailbox, {}, () => setUp(leaks()));

  it('stops what leads out, and lets one person in', async () => {
    const world = setUp(leaks());
    const { summary } = await handOver(world, all);
    assert.equal(
      summary,
      'Let no rules of the person run; Reply to whoever writes, until 2026-12-31; ' +
        'Send new mail to sam@meadow.example as well; ' +
        'No longer show 2 mailboxes to eve@meadow.example, anyone; Show 3 mailboxes to sam@meadow.example.',
    );
    const { person } = world;
    assert.match(person.scripts[person.active ?? ''] ?? '', /vacation.*redirect/s);
    assert.deepEqual(person.shares['INBOX'], {
      owner: 'lookup read admin',
      'user=sam@meadow.example': 'lookup read write-seen',
    });
    // What takes a right away opens nothing.
    assert.equal(person.shares['Kept']?.['user=tom@meadow.example'], '-read');
    assert.equal(person.scripts['mine'], 'redirect "priya@home.example";');
    assert.equal((await planFor(world, all)).kind, 'done');
  });

  it('with nobody named shows the mail to nobody, and lets no rules run', async () => {
    const world = setUp(leaks());
    await handOver(world, {});
    assert.match(world.person.scripts[world.person.active ?? ''] ?? '', /^#.*keep;\n$/s);
    assert.deepEqual(world.person.shares['Sent'], {});
    const planned = await planFor(world, {});
    assert.ok(
      planned.kind === 'done' &&
        /^Nobody else may read it\. No rules of the person run\.$/.test(planned.because),
    );
  });

  it('gives back the rules and the readers of before, and takes its own away', async () => {
    const world = setUp(leaks());
    const untouched = structuredClone(world.data);
    const { before } = await handOver(world, all);
    const back = handOverMailbox.restore!(await readFor(world, all), before);
    assert.ok(back.kind === 'change' && /rules “mine” of the person run again/.test(back.summary));
    await handOverMailbox.apply(world.client, world.accountId, back.change);
    // The order of rights means nothing.
    assert.deepEqual(world.person.active, 'mine');
    assert.deepEqual(Object.keys(world.person.scripts), ['mine']);
    assert.deepEqual(
      Object.keys(world.person.shares['INBOX'] ?? {}).toSorted(),
      Object.keys(untouched['priya@meadow.example']?.shares['INBOX'] ?? {}).toSorted(),
    );
    const again = handOverMailbox.restore!(await readFor(world, all), before);
    assert.equal(again.kind, 'done');
  });

  it('ends rules that were made by hand, which Dovecot does not show, and gives them back', async () => {
    const world = setUp({ handMade: 'redirect "priya@home.example";' });
    const { before } = await handOver(world, {});
    assert.equal(world.person.handMade, undefined);
    const back = handOverMailbox.restore!(await readFor(world, {}), before);
    assert.ok(back.kind === 'change', JSON.stringify(back));
    await handOverMailbox.apply(world.client, world.accountId, back.change);
    assert.equal(world.person.scripts[world.person.active ?? ''], 'redirect "priya@home.example";');
    const again = handOverMailbox.restore!(await readFor(world, {}), before);
    assert.equal(again.kind, 'done');
  });

  it('leaves rules alone that the person made since', async () => {
    const world = setUp();
    const { before } = await handOver(world, all);
    world.person.scripts['later'] = 'keep;';
    world.person.active = 'later';
    const back = handOverMailbox.restore!(await readFor(world, all), before);
    assert.ok(back.kind === 'change');
    await handOverMailbox.apply(world.client, world.accountId, back.change);
    assert.equal(world.person.active, 'later');
  });

  it('sees that somebody changed the text of the script that runs', async () => {
    const world = setUp();
    await handOver(world, all);
    world.person.scripts[world.person.active ?? ''] += 'discard;';
    assert.equal((await planFor(world, all)).kind, 'change');
  });

  it('keeps no words of the person as evidence', async () => {
    const state = await readFor(setUp(leaks()), all);
    assert.doesNotMatch(JSON.stringify(state), /home\.example/);
  });

  const blockedBy = async (world: World, params: Params, why: RegExp) => {
    const planned = await planFor(world, params);
    assert.ok(planned.kind === 'blocked', JSON.stringify(planned));
    assert.match(planned.because, why);
  };

  it('asks a person where nobody can read it', async () => {
    await blockedBy(setUp(), { to: 'eve@meadow.example' }, /Nobody on this server has the address/);
    await blockedBy(setUp(), { to: 'priya@meadow.example' }, /to the person who has it/);
    await blockedBy(setUp(), { reply: 'Gone.', forward: 'to the reader' }, /nobody is named/);
  });

  it('touches no mailbox of somebody else', async () => {
    const shares = { INBOX: {}, 'shared/tom@meadow.example': { anyone: 'lookup read' } };
    const world = setUp({ shares });
    await handOver(world, { to: 'sam@meadow.example' });
    assert.deepEqual(shares['shared/tom@meadow.example'], { anyone: 'lookup read' });

    // They show somewhere else than this connection was told.
    const others = { INBOX: {}, 'user/tom': {} };
    const elsewhere = setUp({ shares: others, foreign: ['user/tom'] });
    await blockedBy(elsewhere, { to: 'sam@meadow.example' }, /^user\/tom may well be mailboxes/);
    await blockedBy(elsewhere, {}, /may well be/);
  });

  it('asks a person where Dovecot lacks what it takes', async () => {
    const noScripts = { missing: ['sieveList', 'sievePut'] };
    await blockedBy(setUp({}, { sharing: false }), { to: 'sam@meadow.example' }, /no access lists/);
    await blockedBy(setUp({}, { missing: ['aclGet'] }), { to: 'sam@meadow.example' }, /acl on/);
    await blockedBy(setUp({}, noScripts), { reply: 'Gone.' }, /runs no scripts/);
  });

  it('calls nothing closed that Dovecot does not show, unless it is known to go without', async () => {
    const hidden: Parameters<typeof setUp>[1] = {
      ...{ missing: ['sieveList', 'sievePut'], sharing: false },
    };
    await blockedBy(setUp({}, hidden), {}, /not known who else may read/);
    await blockedBy(setUp({}, hidden, { without: ['acl'] }), {}, /not known whether mail is sent/);
    const plain = await planFor(setUp({}, hidden, { without: ['acl', 'sieve'] }), {});
    assert.ok(plain.kind === 'done');
    assert.equal(plain.because, 'Nobody can be shown a mailbox here. There are no rules here.');
  });

  it('asks a person where the reader may read, and sees nothing of it', async () => {
    const world = setUp({}, {}, { shared: 'others/%n/' });
    await handOver(world, { to: 'sam@meadow.example' });
    await blockedBy(world, { to: 'sam@meadow.example' }, /does not list it/);
  });

  it('reaches every mailbox, however many there are', async () => {
    const names = Array.from({ length: 120 }, (_, i) => `Year ${i}`);
    const world = setUp({ shares: Object.fromEntries(['INBOX', ...names].map((it) => [it, {}])) });
    const { summary } = await handOver(world, { to: 'sam@meadow.example' });
    assert.match(summary, /Show 121 mailboxes/);
    assert.ok(Object.values(world.person.shares).every((it) => it['user=sam@meadow.example']));
  });

  it('gives a reader who had some rights the rest, and takes none away', async () => {
    const had = 'admin lookup read';
    const world = setUp({ shares: { INBOX: { 'user=sam@meadow.example': had } } });
    await handOver(world, { to: 'sam@meadow.example' });
    assert.equal(
      world.person.shares['INBOX']?.['user=sam@meadow.example'],
      'admin lookup read write-seen',
    );
  });

  it('knows readers by what stands before the @ where people sign in so', async () => {
    const people = { priya: fakePerson(), sam: fakePerson() };
    const { client } = setUp({}, { people }, { domain: 'meadow.example' });
    const state = await handOverMailbox.read(client, 'priya', { params: all, before: null });
    assert.equal(state.reader, 'sam');
  });
});
