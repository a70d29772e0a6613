import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { TestUser } from '#app/testing/app.ts';
import { makePasskey, type SoftwarePasskey } from '#app/testing/passkey.ts';
import type { Passkey } from './contract/passkeys.ts';
import { problemIn, startTestApi, type TestApi } from './testing/api.ts';

interface Options {
  readonly creation: { readonly challenge: string; readonly rp: { readonly id: string } };
  readonly confirmation: { readonly challenge: string } | null;
}

const path = '/api/v1/users/me/passkeys';
const page = { origin: 'https://gatehouse.meadow.example', rpId: 'gatehouse.meadow.example' };

describe('passkeys', () => {
  let api: TestApi;
  let sam: TestUser;
  let noor: TestUser;
  let passkey: SoftwarePasskey;
  before(async () => {
    api = await startTestApi();
    sam = await api.addUser('Sam Security', ['security']);
    noor = await api.addUser('Noor Haddad', ['hr']);
    passkey = makePasskey();
  });

  const options = (who: TestUser) =>
    api.read<Options>(`${path}/options`, { method: 'POST', token: who.token });
  const register = (who: TestUser, json: object) => api.ask(path, { token: who.token, json });
  const listed = async (who: TestUser) =>
    (await api.read<{ items: Passkey[] }>(path, { token: who.token })).items;
  const refused = async (who: TestUser, json: object, status: number, why: RegExp) => {
    const { detail } = await problemIn(await register(who, json), status);
    assert.match(detail, why);
  };

  it('are registered with what was asked for, which is good once', async () => {
    const { creation, confirmation } = await options(sam);
    assert.equal(creation.rp.id, page.rpId);
    assert.equal(confirmation, null, 'the first one needs none');
    const input = { name: 'key ring', attestation: passkey.attest(creation.challenge, page) };

    const response = await register(sam, input);

    assert.equal(response.status, 200);
    assert.deepEqual(
      (await listed(sam)).map((it) => it.name),
      ['key ring'],
    );
    assert.deepEqual(await listed(noor), []);
    await refused(sam, input, 409, /was used already/);
    await api.sequenceAll();
    const fact = (await api.entries()).find(({ body }) => body['type'] === 'passkey.registered');
    const { credential_id, user } = fact!.body['data'] as Record<string, string>;
    assert.deepEqual([credential_id, user], [passkey.id, sam.caller.user.id]);
  });

  it('are refused when something else was signed', async () => {
    const other = makePasskey();
    const attest = async (on = page, of = noor) => ({
      name: 'key ring',
      attestation: other.attest((await options(of)).creation.challenge, on),
    });

    await refused(noor, await attest({ ...page, origin: 'https://evil.example' }), 422, /origin/);
    await refused(noor, await attest({ ...page, rpId: 'evil.example' }), 422, /RP ID/);
    await refused(noor, await attest(page, sam), 409, /not what was asked for/);
    await refused(
      noor,
      { name: 'key ring', attestation: other.attest('AAAA', page) },
      409,
      /not what was asked for/,
    );
    const late = await attest();
    await api.pools.admin.query(
      "update passkey_challenges set expires_at = clock_timestamp() - interval '1 second'",
    );
    await refused(noor, late, 409, /older than five minutes/);
    assert.deepEqual(await listed(noor), []);
  });

  it('are added and removed only with one that is there already', async () => {
    const second = makePasskey();
    const { creation, confirmation } = await options(sam);
    assert.equal(confirmation?.challenge, creation.challenge);
    const attestation = second.attest(creation.challenge, page);
    await refused(sam, { name: 'phone', attestation }, 403, /Confirm this with a passkey/);

    const again = (await options(sam)).creation.challenge;
    const added = await register(sam, {
      name: 'phone',
      attestation: second.attest(again, page),
      confirmation: passkey.sign(again, page),
    });
    assert.equal(added.status, 200);

    const [first] = await listed(sam);
    const remove = async (by: SoftwarePasskey) => {
      const { challenge } = (await options(sam)).creation;
      const json = { confirmation: by.sign(challenge, page) };
      return api.ask(`${path}/${first!.id}/remove`, { token: sam.token, json });
    };
    await problemIn(await remove(makePasskey()), 403);
    assert.equal((await remove(second)).status, 204);
    assert.deepEqual(
      (await listed(sam)).map((it) => it.name),
      ['phone'],
    );
    await problemIn(await remove(second), 404);
  });
});
