import assert from 'node:assert/strict';
import type { z } from 'zod';
import { makePasskey, type Page, type SoftwarePasskey } from '#app/testing/passkey.ts';
import { authenticate, createToken, createUser } from '#app/users.ts';
import type { Role } from '#core/user.ts';
import type { ApprovalOptions } from '../../src/api/contract/approvals.ts';
import { createApi } from '../../src/api/server.ts';
import type { TestGatehouse } from './gatehouse.ts';

/** Somebody who talks to the API with a key of theirs, and a passkey once they have registered one. */
export interface Colleague {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  /** Asks for JSON; fails when the status is another. */
  ask<Body>(method: string, path: string, body?: unknown, status?: number): Promise<Body>;
}

/** The page on which passkeys are used: that of the test's Gatehouse. */
export const ourPage: Page = { origin: 'http://localhost:8080', rpId: 'localhost' };

/** The HTTP API of a Gatehouse, asked without a network in between. */
export function apiOf({ app }: TestGatehouse) {
  let nowMs = 0;
  const api = createApi(app, {
    log: { info() {}, warn() {}, error: (fields) => console.error(fields) },
    publicUrl: app.publicUrl,
    version: '0.0.0',
    health: async () => ({ ready: true, checks: [] }),
    nowMs: () => (nowMs += 60_000), // tests ask often
  });

  return {
    /** Adds somebody with these roles. */
    async hire(name: string, roles: readonly Role[]): Promise<Colleague> {
      const email = `${name.split(' ')[0]!.toLowerCase()}@meadow.example`;
      const { id } = await createUser(app, { name, email, roles });
      const { token } = await createToken(app, {
        userId: id,
        name: 'a test',
        days: 1,
        now: new Date(),
      });
      assert.ok(await authenticate(app, token));
      return {
        id,
        name,
        email,
        async ask<Body>(method: string, path: string, body?: unknown, status = 200) {
          const response = await api.request(`/api/v1${path}`, {
            method,
            headers: {
              authorization: `Bearer ${token}`,
              ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            },
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          });
          const text = await response.text();
          assert.equal(response.status, status, text);
          return (text === '' ? null : JSON.parse(text)) as Body;
        },
      };
    },
  };
}

interface Options {
  readonly creation: { readonly challenge: string };
  readonly confirmation: { readonly challenge: string } | null;
}

/** Registers a passkey as a browser would; `confirmedBy` is one that they have already. */
export async function registerPasskey(
  who: Colleague,
  confirmedBy?: SoftwarePasskey,
): Promise<SoftwarePasskey> {
  const passkey = makePasskey();
  const { creation } = await who.ask<Options>('POST', '/users/me/passkeys/options');
  await who.ask('POST', '/users/me/passkeys', {
    name: 'key ring',
    attestation: passkey.attest(creation.challenge, ourPage),
    ...(confirmedBy ? { confirmation: confirmedBy.sign(creation.challenge, ourPage) } : {}),
  });
  return passkey;
}

/** Decides about an approval as a browser would: looks, signs, sends. */
export async function decideWith(
  who: Colleague,
  passkey: SoftwarePasskey,
  id: string,
): Promise<void> {
  const path = `/approvals/${id}`;
  const { digest, granted } = await who.ask<z.output<typeof ApprovalOptions>>(
    'GET',
    `${path}/challenge`,
  );
  const assertion = passkey.sign(granted.challenge, ourPage);
  await who.ask('POST', `${path}/decide`, { decision: 'granted', digest, assertion });
}
