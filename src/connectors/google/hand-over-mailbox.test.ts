import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import type { FakeMail } from './fake-world.ts';
import { handOverMailbox } from './hand-over-mailbox.ts';
import { planFor, setUp } from './test-company.ts';

const sam = () => ({
  id: 'sam',
  primaryEmail: 'sam@meadow.example',
  aliases: ['s@meadow.example'],
});
const eve = () => ({ id: 'eve', primaryEmail: 'eve@meadow.example' });
const leaks = (): FakeMail => ({
  ...{ delegates: ['eve@meadow.example'], forwardsTo: 'priya@home.example' },
  forwardingAddresses: ['priya@home.example', 'p2@home.example'],
  filters: [{ id: 'f1', forward: 'p2@home.example' }, { id: 'f2' }],
  vacation: { enableAutoReply: true, responseBodyPlainText: 'Write to priya@home.example' },
});
const reply = 'Priya no longer works here. Please write to sales@meadow.example.';
const params = { to: 's@meadow.example', reply };

describe('handing over a mailbox in Google', () => {
  keepsPromises(handOverMailbox, params, () => setUp({}, { users: [sam()] }));
  keepsPromises(handOverMailbox, { ...params, aliases: 'go to the reader' as const }, () =>
    setUp({ aliases: ['pn@meadow.example'] }, { users: [sam()] }),
  );
  keepsPromises(handOverMailbox, {}, () =>
    setUp({ mail: { delegates: ['eve@meadow.example'] } }, { users: [eve()] }),
  );

  it('stops what leads out, and shows the mail to one person by the first address', async () => {
    const { client, user } = setUp({ mail: leaks() }, { users: [sam()], pageSize: 1 });
    const planned = await planFor(handOverMailbox, client, params);
    assert.ok(planned.kind === 'change');
    assert.equal(
      planned.summary,
      'Stop sending all new mail on; Remove 1 filters that send mail on; Remove 2 addresses to send on to; ' +
        'No longer show the mail to eve@meadow.example; Show the mail to sam@meadow.example; Set the automatic reply.',
    );
    await handOverMailbox.apply(client, 'priya', planned.change);
    assert.equal((await planFor(handOverMailbox, client, params)).kind, 'done');
    assert.deepEqual(user.mail?.delegates, ['sam@meadow.example']);
    // Filters that send nothing on are the person's own affair.
    assert.deepEqual(user.mail?.filters, [{ id: 'f2' }]);
    assert.equal(user.mail?.forwardsTo, null);
    assert.equal(user.mail?.vacation?.responseBodyPlainText, reply);
  });

  it('keeps no words of the person as evidence, and switches their reply off', async () => {
    const { client, user } = setUp({ mail: leaks() });
    const now = await handOverMailbox.read(client, 'priya', { params: {}, before: null });
    assert.equal(now.reply, 'another');
    assert.doesNotMatch(JSON.stringify(now), /Write to/);
    const planned = handOverMailbox.plan(now, {});
    assert.ok(planned.kind === 'change');
    await handOverMailbox.apply(client, 'priya', planned.change);
    assert.equal(user.mail?.vacation?.enableAutoReply, false);
  });

  it('gives back who read it before, and leaves forwarding stopped', async () => {
    const { client, user } = setUp({ mail: leaks() }, { users: [sam(), eve()] });
    const before = await handOverMailbox.read(client, 'priya', { params, before: null });
    const planned = handOverMailbox.plan(before, params);
    assert.ok(planned.kind === 'change');
    await handOverMailbox.apply(client, 'priya', planned.change);
    const known = { params, before };
    const back = handOverMailbox.restore!(
      await handOverMailbox.read(client, 'priya', known),
      before,
    );
    assert.ok(back.kind === 'change' && /Forwarding that was stopped stays so/.test(back.summary));
    await handOverMailbox.apply(client, 'priya', back.change);
    assert.deepEqual(user.mail?.delegates, ['eve@meadow.example']);
    assert.equal(user.mail?.forwardsTo, null);
    const again = handOverMailbox.restore!(
      await handOverMailbox.read(client, 'priya', known),
      before,
    );
    assert.equal(again.kind, 'done');
  });

  it('is done where there is no mailbox, and comes before the block: of a suspended user Google shows none', async () => {
    assert.ok(handOverMailbox.mustPrecede?.includes('account.suspend'));
    const none = await planFor(handOverMailbox, setUp({ isMailboxSetup: false }).client, {});
    assert.equal(none.kind, 'done');
    const world = setUp({ suspended: true, mail: leaks() });
    const planned = await planFor(handOverMailbox, world.client, {});
    assert.ok(planned.kind === 'blocked' && /suspended/.test(planned.because));
    // One person's mailbox that cannot be opened is no reason to pause the connection.
    await assert.rejects(
      world.client.mailbox('priya.nair@meadow.example').delegates(),
      failsAs('rejected', /opens no mailbox/),
    );
  });

  it('shows the mail to nobody who cannot sign in', async () => {
    const { client } = setUp({}, { users: [{ ...sam(), suspended: true }] });
    assert.equal((await planFor(handOverMailbox, client, params)).kind, 'blocked');
  });

  it('lists other addresses, and gives them to the reader only where that was said', async () => {
    const { client, user, users } = setUp(
      { aliases: ['pn@meadow.example', 'press@meadow.example'] },
      { users: [sam()] },
    );
    const receiver = users.find(({ id }) => id === 'sam')!;
    const staying = await planFor(handOverMailbox, client, { to: 's@meadow.example' });
    assert.ok(staying.kind === 'change' && !/pn@/.test(staying.summary));

    const all = { to: 's@meadow.example', aliases: 'go to the reader' } as const;
    const before = await handOverMailbox.read(client, 'priya', { params: all, before: null });
    assert.deepEqual(before.aliases, [
      { address: 'pn@meadow.example', at: 'account' },
      { address: 'press@meadow.example', at: 'account' },
    ]);
    const planned = handOverMailbox.plan(before, all);
    assert.ok(planned.kind === 'change');
    assert.match(planned.summary, /Give pn@meadow\.example, press@meadow\.example to whom/);
    await handOverMailbox.apply(client, 'priya', planned.change);
    assert.deepEqual(user.aliases, []);
    assert.equal(receiver.aliases?.length, 3);
    assert.equal((await planFor(handOverMailbox, client, all, before)).kind, 'done');

    // Lost on the way, as when the process dies in between: it is seen, and given after all.
    receiver.aliases = ['s@meadow.example', 'pn@meadow.example'];
    const again = await planFor(handOverMailbox, client, all, before);
    assert.ok(again.kind === 'change' && /Give press@meadow\.example to whom/.test(again.summary));
    await handOverMailbox.apply(client, 'priya', again.change);

    const known = { params: all, before };
    const back = handOverMailbox.restore!(
      await handOverMailbox.read(client, 'priya', known),
      before,
    );
    assert.ok(back.kind === 'change' && /Give pn@.* back/.test(back.summary));
    await handOverMailbox.apply(client, 'priya', back.change);
    assert.deepEqual(user.aliases, ['pn@meadow.example', 'press@meadow.example']);
    assert.deepEqual(receiver.aliases, ['s@meadow.example']);
  });
});
