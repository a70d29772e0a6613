import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Exchange } from '#connector-kit/contract.ts';
import { conforming } from '#connector-kit/testing/conforming.ts';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { openGusto } from './api.ts';
import { fakeGusto } from './fake.ts';
import { gusto } from './index.ts';
import { settings } from './settings.ts';
import spec from './spec.json' with { type: 'json' };

const company = '7b1d0df1-6403-4a06-8768-c1dd7d24d27a';
const application = { clientId: 'gatehouse', clientSecret: 'c1ient', refreshToken: 'refresh-0' };

/** A connection that keeps its secrets as the platform does: first kept, then used. */
function setUp() {
  const { tokens, fetch } = fakeGusto([], {
    ...{ company, token: 'access-0', application, today: () => '2026-12-01' },
  });
  const held = new Map([
    ['accessToken', 'access-0'],
    ['refreshToken', 'refresh-0'],
  ]);
  const strict = conforming(fetch, spec, null);
  /** As each pass opens it, with what is kept then. */
  const open = (keep: (given: Readonly<Record<string, string>>) => void = keepAll) => {
    const { clientId, clientSecret } = application;
    const known = settings.parse({ company, clientId, clientSecret, ...Object.fromEntries(held) });
    const replaceSecrets = async (exchange: Exchange) => keep(await exchange(held));
    return openGusto(known, { ...loopbackIo, fetch: strict, replaceSecrets });
  };
  function keepAll(given: Readonly<Record<string, string>>) {
    for (const [name, value] of Object.entries(given)) held.set(name, value);
  }
  return { tokens, held, open };
}
const keptBy = ({ held }: ReturnType<typeof setUp>) => Object.fromEntries(held);

describe('tokens of Gusto', () => {
  it('are exchanged when two hours are over, and the new ones are kept', async () => {
    const it = setUp();
    await gusto.check(it.open());
    assert.equal(it.tokens.exchanges(), 0);

    for (const nth of [1, 2, 3]) {
      it.tokens.expire();
      assert.equal((await gusto.check(it.open())).actingAs, `company ${company}`);
      const pair = { accessToken: `access-${nth}`, refreshToken: `refresh-${nth}` };
      assert.deepEqual(keptBy(it), pair);
    }
    assert.equal(it.tokens.exchanges(), 3);
  });

  it('are exchanged by one of two passes, and the other uses what that one kept', async () => {
    const it = setUp();
    const [first, second] = [it.open(), it.open()];
    it.tokens.expire();
    await gusto.check(first);
    await gusto.check(second);
    assert.equal(it.tokens.exchanges(), 1);
  });

  it('are exchanged again when the answer was never kept, as long as nobody used it', async () => {
    const it = setUp();
    it.tokens.expire();
    const dies = () => {
      throw new Error('the process dies here');
    };
    await assert.rejects(gusto.check(it.open(dies)), /dies here/);
    assert.equal(it.held.get('refreshToken'), 'refresh-0');

    await gusto.check(it.open());
    assert.equal(it.held.get('refreshToken'), 'refresh-2');
  });

  it('refuse an old refresh token once the new access token was used, and say what helps', async () => {
    const it = setUp();
    it.tokens.expire();
    await gusto.check(it.open());

    it.held.set('refreshToken', 'refresh-0'); // as out of an old backup
    it.tokens.expire();
    await assert.rejects(
      gusto.check(it.open()),
      failsAs('unauthenticated', /invalid_grant.*enter the new refresh token/s),
    );
  });

  it('are not exchanged for another application', async () => {
    const it = setUp();
    it.tokens.expire();
    const known = { ...it.open().settings, clientSecret: 'another' };
    const replaceSecrets = async (exchange: Exchange) => void (await exchange(it.held));
    const { fetch } = fakeGusto([], {
      ...{ company, token: 'access-1', application, today: () => '2026-12-01' },
    });
    const client = openGusto(known, { ...loopbackIo, fetch, replaceSecrets });
    await assert.rejects(gusto.check(client), failsAs('unauthenticated', /invalid_client/));
  });
});
