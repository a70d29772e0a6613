import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { connector, type Delivery, type Verdict } from '#connector-kit/contract.ts';
import { inboundSecret } from '#connector-kit/fields.ts';
import { ConnectorError } from '#core/failure.ts';
import { ProvisionedAccount, personIdAttributes } from '#core/provisioned.ts';

const token = (title: string, description: string) =>
  inboundSecret(title, description).regex(/^[A-Za-z0-9._~+/-]{32,500}=*$/, {
    error: 'A bearer token is at least 32 random characters, such as openssl rand -hex 32 makes.',
  });

const settings = z.strictObject({
  token: token(
    'Bearer token',
    'The provider sends it with every request; good for this connection only',
  ),
  previousToken: token(
    'Previous bearer token',
    'Only while you change the token: either one is taken until you set this to null',
  ).optional(),
  personId: z.enum(personIdAttributes).default('employeeNumber').meta({
    title: 'Person id',
    description: 'The attribute of a user that carries the person id of your HR system',
  }),
});

/**
 * Identity providers that provision into Gatehouse (SCIM 2.0, RFC 7643 and 7644).
 *
 * They tell of people; that an account ends is a hint, never a confirmed departure. There is nothing to
 * call and nothing to read again: what the provider wrote last is kept, and is what `hear` finds in a delivery.
 */
export const scimInbound = connector({
  id: 'scim-inbound',
  name: 'SCIM inbound',
  category: 'identity',
  settings,
  hosts: () => [],
  open: () => ({}),
  check: async () => ({ actingAs: 'nobody: this source only writes to us', scopes: null }),
  accounts: null,
  actions: [],
  people: {
    verify: verifyBearer,
    hear: (body) => [{ kind: 'account', account: readAccount(body) }],
    provisions: ({ personId }) => ({ personId }),
  },
});

/** The token may be good for this connection only: another one has other secrets. */
function verifyBearer({ headers }: Delivery, secrets: readonly string[]): Verdict {
  const given = /^bearer +(\S+) *$/i.exec(headers['authorization'] ?? '')?.[1];
  if (given === undefined) return { kind: 'refused', because: 'There is no bearer token.' };
  // Hashes are of one length, and every secret is compared: the time tells nothing.
  const digest = (it: string) => createHash('sha256').update(it).digest();
  const offered = digest(given);
  let fits = false;
  for (const secret of secrets) fits = timingSafeEqual(offered, digest(secret)) || fits;
  return fits
    ? { kind: 'genuine', id: '' }
    : { kind: 'refused', because: 'The bearer token fits none of the secrets.' };
}

/** What we wrote down ourselves when the provider changed an account. */
function readAccount(body: Uint8Array): ProvisionedAccount {
  const parsed = ProvisionedAccount.safeParse(JSON.parse(Buffer.from(body).toString('utf8')));
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  throw new ConnectorError({ kind: 'rejected', detail: `${path.join('.')}: ${message}` });
}
