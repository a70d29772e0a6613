import { z } from 'zod';
import { secret, url } from '#connector-kit/fields.ts';
import { checkDescription, type Refuse } from './checks.ts';
import { Description } from './description.ts';

const shape = z.strictObject({
  address: url('Address', 'What every path is added to, for example https://badge.example/api/v2'),
  user: z
    .string()
    .regex(/^[^:\p{Cc}]+$/u, 'A user name has no ":" and stands on one line.')
    .optional()
    .meta({ title: 'User', description: 'Only for sign-in with user and password' }),
  secret: secret('Secret', 'The token, key or password').optional(),
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

function checkSignIn({ address, user, secret, description }: Settings, refuse: Refuse): void {
  const { kind } = description.signIn;
  if (kind === 'none' && secret !== undefined) {
    refuse(['secret'], 'The description signs in with `none`: leave out the secret.');
  }
  if (kind !== 'none' && secret === undefined) {
    refuse(['secret'], `Signing in with \`${kind}\` needs the secret.`);
  }
  if ((kind === 'basic') !== (user !== undefined)) {
    refuse(['user'], 'The user belongs to sign-in with `basic`, and only there.');
  }
  // Checked here and not by `fetch`, whose error would show it.
  if (secret !== undefined && !/^[\x21-\x7e]+( [\x21-\x7e]+)*$/.test(secret) && kind !== 'basic') {
    refuse(
      ['secret'],
      'The secret has characters that no header can hold; was a line break copied?',
    );
  }
  const { username, password, search, hash } = new URL(address);
  if (username + password + search + hash !== '') {
    refuse(['address'], 'The address has no user, no "?" and no "#".');
  }
}
