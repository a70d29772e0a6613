import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { actionsOf } from '#connector-kit/contract.ts';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import { deleteAccount } from './delete-account.ts';
import type { FakeHold, FakeMatter } from './fake-vault.ts';
import type { FakeUser } from './fake-world.ts';
import { heedingHolds } from './heed-holds.ts';
import { google } from './index.ts';
import { preserveData } from './preserve-data.ts';
import { removeLicences } from './remove-licences.ts';
import { planFor, setUp } from './test-company.ts';

const matter = (...holds: FakeHold[]): FakeMatter => ({ matterId: 'm1', state: 'OPEN', holds });
const held = (corpus: string, more: Partial<FakeHold> = {}): FakeHold => ({
  ...{ holdId: `h-${corpus}`, name: corpus, corpus, accounts: [{ accountId: 'priya' }] },
  ...more,
});
const withVault = (matters: FakeMatter[], priya: Partial<FakeUser> = {}) =>
  setUp(priya, { matters, pageSize: 1, units: [{ id: 'id:sales', path: '/Sales' }] });
const params = preserveData.params.parse({ matter: 'm1' });
const licensed = () => ({ licences: [{ product: 'Google-Apps', sku: '1010020020' }] });

describe('preserving data in Google', () => {
  keepsPromises(preserveData, params, () => withVault([matter()]));
  keepsPromises(preserveData, { ...params, services: ['voice', 'gemini'] }, () =>
    withVault([matter()]),
  );

  it('holds all that was asked for, in one hold for everybody and each service', async () => {
    const matters = [matter()];
    const { client } = withVault(matters);
    for (const id of ['priya', 'admin']) {
      const known = { params, before: null };
      const planned = preserveData.plan(await preserveData.read(client, id, known), params);
      assert.ok(planned.kind === 'change');
      assert.equal(planned.summary, 'Hold mail, files, chat, calendar in Vault.');
      await preserveData.apply(client, id, planned.change);
      assert.equal(
        preserveData.plan(await preserveData.read(client, id, known), params).kind,
        'done',
      );
    }
    assert.deepEqual(
      matters[0]!.holds.map(({ name, accounts }) => [name, accounts?.length]),
      ['mail', 'files', 'chat', 'calendar'].map((it) => [`Gatehouse: ${it}`, 2]),
    );
  });

  it('takes a hold on a part, or on a unit that the account may leave, for none', async () => {
    for (const part of [
      held('MAIL', { query: { mailQuery: { terms: 'subject:merger' } } }),
      { holdId: 'h', name: 'all of sales', corpus: 'MAIL', orgUnit: { orgUnitId: 'id:sales' } },
    ]) {
      const { client } = withVault([matter(part)], { orgUnitPath: '/Sales' });
      const planned = await planFor(preserveData, client, { ...params, services: ['mail'] });
      assert.equal(planned.kind, 'change');
    }
    const { client } = withVault([matter(held('MAIL'))]);
    const whole = await planFor(preserveData, client, { ...params, services: ['mail'] });
    assert.equal(whole.kind, 'done');
  });

  it('is for a person to mend where the matter is closed, or shown to somebody else only', async () => {
    const closed = { ...matter(), state: 'CLOSED' as const };
    for (const [matters, says] of [
      [[closed], /closed/],
      [[], /shows no matter m1/],
    ] as const) {
      const planned = await planFor(preserveData, withVault([...matters]).client, params);
      assert.ok(planned.kind === 'blocked' && says.test(planned.because));
    }
  });

  it('finds its place when another departure made the hold in between', async () => {
    const matters = [matter()];
    const { client } = withVault(matters);
    const planned = await planFor(preserveData, client, { ...params, services: ['mail'] });
    assert.ok(planned.kind === 'change');
    const elsewhere = { accounts: [{ accountId: 'sam' }] };
    let looks = 0;
    const late: typeof client = {
      ...client,
      async holdsIn(id) {
        const found = await client.holdsIn(id);
        looks += 1;
        if (looks === 1) {
          matters[0]!.holds.push(held('MAIL', { name: 'Gatehouse: mail', ...elsewhere }));
        }
        return found;
      },
    };
    await preserveData.apply(late, 'priya', planned.change);
    assert.equal(matters[0]!.holds.length, 1);
    assert.equal(
      (await planFor(preserveData, client, { ...params, services: ['mail'] })).kind,
      'done',
    );
  });

  it('is never undone: what a hold releases may be purged at once', () => {
    assert.equal('restore' in preserveData, false);
  });
});

describe('what Vault holds', () => {
  const removal = heedingHolds(removeLicences);
  const deletion = heedingHolds(deleteAccount);
  const products = { products: ['Google-Apps'] };

  it('is preserved first: the other way round Google purges it', async () => {
    // Without its licence Google lets an account go that is on hold, and what was held goes with it.
    const { client, users } = withVault([matter(held('MAIL'))], licensed());
    await assert.rejects(client.deleteUser('priya'), /on hold/);
    const unguarded = await planFor(removeLicences, client, products);
    assert.ok(unguarded.kind === 'change');
    await removeLicences.apply(client, 'priya', unguarded.change);
    await client.deleteUser('priya');
    assert.equal(
      users.some(({ id }) => id === 'priya'),
      false,
    );

    for (const later of ['licences.remove', 'account.delete'] as const) {
      assert.ok(preserveData.mustPrecede?.includes(later));
    }
  });

  it('keeps licence and account from being taken away, whoever put it on hold', async () => {
    const ofUnit = {
      ...{ holdId: 'h', name: 'all of sales', corpus: 'DRIVE' },
      orgUnit: { orgUnitId: 'id:sales' },
    };
    for (const hold of [held('DRIVE'), ofUnit]) {
      const { client } = withVault(
        [matter(held('MAIL', { accounts: [] })), { ...matter(hold), matterId: 'm2' }],
        {
          ...licensed(),
          orgUnitPath: '/Sales/North',
        },
      );
      for (const planned of [
        await planFor(removal, client, products),
        await planFor(deletion, client, {}),
      ]) {
        assert.ok(planned.kind === 'blocked', planned.kind);
        assert.match(planned.because, /holds files of this account \(matter m2\)/);
      }
    }
  });

  it('is nobody’s affair in a closed matter, of another unit or of somebody else', async () => {
    const others = [
      { ...matter(held('MAIL')), state: 'CLOSED' as const },
      {
        ...matter(held('MAIL', { accounts: [{ accountId: 'sam' }] }), {
          holdId: 'h',
          name: 'sales',
          corpus: 'MAIL',
          orgUnit: { orgUnitId: 'id:sales' },
        }),
        matterId: 'm2',
      },
    ];
    const world = withVault(others, { ...licensed(), orgUnitPath: '/Salespeople' });
    assert.equal((await planFor(removal, world.client, products)).kind, 'change');
    const planned = await planFor(deletion, world.client, {});
    assert.ok(planned.kind === 'change');
    await deletion.apply(world.client, 'priya', planned.change);
    assert.equal((await planFor(deletion, world.client, {})).kind, 'done');
  });

  it('is heeded where the company has Vault, and the scopes of Vault are asked for only there', async () => {
    const scopesOf = (vault: boolean) =>
      new Set(actionsOf(google, { vault }).flatMap(({ scopes }) => scopes));
    const vaults = [...scopesOf(true)].filter((it) => !scopesOf(false).has(it));
    assert.deepEqual(vaults.map((it) => it.split('/').at(-1)).sort(), [
      'admin.directory.orgunit.readonly',
      'ediscovery',
    ]);
    const without = setUp({}, { allowed: [...scopesOf(false)] });
    assert.doesNotMatch((await google.check(without.client)).actingAs, /without/);
    const lacking = setUp({}, { allowed: [...scopesOf(false)] }, { vault: true });
    assert.match((await google.check(lacking.client)).actingAs, /without .*ediscovery/);
  });
});
