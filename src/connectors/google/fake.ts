import { generateKeyPairSync } from 'node:crypto';
import { decodeJwt, jwtVerify } from 'jose';
import { fakeService, json } from '#connector-kit/testing/fake-service.ts';
import { directoryHandlers } from './fake-directory.ts';
import { serviceHandlers, settle } from './fake-services.ts';
import { vaultHandlers } from './fake-vault.ts';
import { type Answer, type FakeGoogleOptions, refusal, type World } from './fake-world.ts';

const made: { pair?: ReturnType<typeof keyPair> } = {};
const keyPair = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
let fakes = 0;

/** For whom each token was given out, by all fakes: those with the same key know each other's. */
const callers = new Map<string, { keyId: string; subject: string; scope: string }>();

/**
 * A small Google Workspace in memory. Each request must carry a token that the fake gave out for a statement of
 * the service account; ‘keyFile’ is the key that an administrator would paste, and `admin` in whose name.
 */
export function fakeGoogle(options: FakeGoogleOptions) {
  made.pair ??= keyPair();
  const { publicKey, privateKey } = made.pair;
  const domain = options.domain ?? 'meadow.example';
  const admin = `gatehouse@${domain}`;
  fakes += 1;
  // The kit keeps tokens by what they were asked with, so each fake has a key of its own name.
  const keyId = options.keyId ?? `fake-key-${fakes}`;
  const keyFile = JSON.stringify(
    {
      type: 'service_account',
      private_key_id: keyId,
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      client_email: `gatehouse@${domain.replace('.', '-')}.iam.gserviceaccount.com`,
      client_id: '100000000000000000000',
    },
    null,
    2,
  );
  const { users } = options;
  if (!users.some(({ primaryEmail }) => primaryEmail === admin)) {
    users.push({ id: 'admin', primaryEmail: admin, isAdmin: true });
  }
  const world: World = {
    ...options,
    ...{ groups: options.groups ?? [], roles: options.roles ?? [] },
    ...{ assignments: options.assignments ?? [], domain },
    ...{ transfers: options.transfers ?? [], deleted: [], matters: options.matters ?? [] },
    units: [{ id: 'id:top', path: '/' }, ...(options.units ?? [])],
    page(name, all, url) {
      const asked = Number(url.searchParams.get('maxResults') ?? url.searchParams.get('pageSize'));
      const size = Math.min(asked || 100, options.pageSize ?? 500);
      const from = Number(url.searchParams.get('pageToken') ?? 0);
      const items = all.slice(from, from + size);
      const more = from + size < all.length ? { nextPageToken: `${from + size}` } : {};
      // Google leaves an empty list out.
      return json(200, { ...(items.length > 0 ? { [name]: items } : {}), ...more });
    },
  };

  const guarded = (answer: Answer): Parameters<typeof fakeService>[0][string] => {
    return (params, { url, body, headers }) => {
      const known = callers.get(headers.get('authorization')?.replace('Bearer ', '') ?? '');
      const subject = users.find(({ primaryEmail }) => primaryEmail === known?.subject);
      if (known?.keyId !== keyId || !subject)
        return refusal(401, 'Invalid Credentials', 'authError');
      const decoded = Object.fromEntries(
        Object.entries(params).map(([name, value]) => [name, decodeURIComponent(value)]),
      );
      return answer(decoded, { url, body, caller: { subject, scope: known.scope } });
    };
  };
  const handlers: Record<string, Answer> = {
    ...directoryHandlers(world),
    ...serviceHandlers(world),
    ...vaultHandlers(world),
  };
  const service = fakeService({
    'POST /token': async (_, { body }) => giveToken(new URLSearchParams(String(body))),
    ...Object.fromEntries(Object.entries(handlers).map(([route, it]) => [route, guarded(it)])),
  });

  return {
    ...service,
    ...{ users, keyFile, admin, groups: world.groups, assignments: world.assignments },
    /** All that there is, to see what changes. */
    data: {
      ...{ users, groups: world.groups, assignments: world.assignments },
      ...{ transfers: world.transfers, matters: world.matters },
    },
    ...{ transfers: world.transfers, matters: world.matters },
    /** What went on in the background is done. */
    settle: () => settle(world),
    /** The scope that this token is for. */
    scopeOf: (token: string) => callers.get(token)?.scope,
  };

  /** https://developers.google.com/identity/protocols/oauth2/service-account#error-codes */
  async function giveToken(fields: URLSearchParams): Promise<Response> {
    const assertion = fields.get('assertion') ?? '';
    const audience = 'https://oauth2.googleapis.com/token';
    const { sub = '', scope } = decodeJwt<{ scope: string }>(assertion);
    try {
      const { protectedHeader } = await jwtVerify(assertion, publicKey, { audience });
      if (protectedHeader.kid !== keyId) throw new Error('another key');
    } catch {
      return oauthError(400, 'invalid_grant', 'Invalid JWT Signature.');
    }
    const scopes = scope.split(' ');
    if (scopes.some((it) => !(options.allowed?.includes(it) ?? true))) {
      const says =
        'Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.';
      return oauthError(401, 'unauthorized_client', says);
    }
    const subject = users.find(({ primaryEmail }) => primaryEmail === sub);
    if (!subject || subject.suspended || subject.archived) {
      return oauthError(400, 'invalid_grant', 'Invalid email or User ID');
    }
    const token = `ya29.${fakes}.${callers.size}`;
    callers.set(token, { keyId, subject: sub, scope });
    return json(200, { access_token: token, token_type: 'Bearer', expires_in: 3599 });
  }
}

const oauthError = (status: number, error: string, error_description: string) =>
  json(status, { error, error_description });
