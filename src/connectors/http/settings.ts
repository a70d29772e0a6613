import { z } from 'zod';
import { secret, text, url } from '#connector-kit/fields.ts';
import { checkDescription, type Refuse } from './checks.ts';
import { Description } from './description.ts';

const shape = z.strictObject({
  address: url('Address', 'What every path is added to, for example https://badge.example/api/v2'),
  user: z
    .string()
    .regex(/^[^:\p{Cc}]+$/u, 'A user name has no ":" and stands on one line.')
    .optional()
    .meta({ title: 'User', description: 'Only for sign-in with user and password' }),
  /** OAuth 2.0: where access tokens are given. */
  tokenAddress: url(
    'Token address',
    'Only for sign-in with OAuth 2.0, for example https://badge.example/oauth/token',
  ).optional(),
  clientId: text('Client id', 'Only for sign-in with OAuth 2.0').optional(),
  secret: secret('Secret', 'The token, key or password, or the client secret').optional(),
  refreshToken: secret('Refresh token', 'Only for sign-in with `refresh-token`').optional(),
  /** Gatehouse keeps it here itself, with the refresh token that came along. */
  accessToken: secret('Access token', 'Can be left out: it is exchanged at first').optional(),
  /** Proves that an empty answer is empty, and not a permission that we lack. */
  knownAccount: z
    .strictObject({
      id: z.string().min(1),
      email: z.string().min(3),
      employeeNumber: z.string().min(1).optional(),
      /** Needed for `account.create` where it is not the id. */
      login: z.string().min(1).optional(),
    })
    .optional()
    .meta({
      title: 'Known account',
      description: 'An account that always exists there, such as the one we sign in with',
    }),
  description: Description,
});
export type Settings = z.infer<typeof shape>;

/** Settings that can be carried out; everything else is refused with the place and the mend. */
export const settings = shape.superRefine((it, ctx) => {
  const refuse: Refuse = (path, message) => ctx.addIssue({ code: 'custom', path, message });
  checkSignIn(it, refuse);
  checkDescription(it.description, it.knownAccount, refuse);
});

function checkSignIn(it: Settings, refuse: Refuse): void {
  const { address, user, secret, refreshToken, description } = it;
  const { signIn } = description;
  const { kind } = signIn;
  const byToken = kind === 'client-credentials' || kind === 'refresh-token';
  if (kind === 'none' && secret !== undefined) {
    refuse(['secret'], 'The description signs in with `none`: leave out the secret.');
  }
  if (kind !== 'none' && secret === undefined) {
    refuse(['secret'], `Signing in with \`${kind}\` needs the secret.`);
  }
  const hasUser = kind === 'basic' || (kind === 'header' && signIn.userIn !== undefined);
  if (hasUser !== (user !== undefined)) {
    refuse(['user'], 'The user belongs to sign-in with `basic`, or `userIn`, and only there.');
  }
  if (description.check.actingAs === undefined && !hasUser && !byToken) {
    const says = `Signing in with \`${kind}\` names nobody: say where the answer does.`;
    refuse(['description', 'check', 'actingAs'], says);
  }
  for (const name of ['tokenAddress', 'clientId'] as const) {
    if (byToken === (it[name] !== undefined)) continue;
    const says = byToken ? `needs the ${name}` : `has no ${name}: leave it out`;
    refuse([name], `Signing in with \`${kind}\` ${says}.`);
  }
  if (kind === 'refresh-token' && refreshToken === undefined) {
    refuse(['refreshToken'], 'Signing in with `refresh-token` needs the refresh token.');
  }
  const inHeader = kind !== 'basic' && !byToken;
  // Checked here and not by `fetch`, whose error would show it.
  if (secret !== undefined && !isHeaderText(secret) && inHeader) {
    refuse(
      ['secret'],
      'The secret has characters that no header can hold; was a line break copied?',
    );
  }
  for (const name of kind === 'client-credentials' ? Object.keys(signIn.fields ?? {}) : []) {
    if (!forbiddenField.test(name)) continue;
    const says = 'This field is not for descriptions: it is sent anyway, or it is a secret.';
    refuse(['description', 'signIn', 'fields', name], says);
  }
  for (const name of ['address', 'tokenAddress'] as const) {
    const { username, password, search, hash } = new URL(it[name] ?? address);
    if (username + password + search + hash !== '') {
      refuse([name], 'The address has no user, no "?" and no "#".');
    }
  }
}

/** What a request for a token has from us, or what would be a secret inside of a description. */
const forbiddenField = /^(grant_type|client_id|scope)$|secret|password|token|assertion|key/i;

const isHeaderText = (it: string): boolean => /^[\x21-\x7e]+( [\x21-\x7e]+)*$/.test(it);
