import { z } from 'zod';
import { emailAddress } from './assignee.ts';

// How people are found in a system that knows nothing of addresses, only login names.

/** Whose login names do not follow from the address. */
export const listedLogins = (login: z.ZodType<string>) =>
  z.array(z.strictObject({ login, email: emailAddress })).meta({
    title: 'Whose accounts these are',
    description:
      'Login names that do not follow from the address. Who stands here is known by these alone',
  });

export const loginDomain = z
  .string()
  .trim()
  .regex(/^[^@\s]+\.[^@\s]+$/, 'A domain such as acme.com.')
  .meta({
    title: 'Login names come from addresses of this domain',
    description: 'Fill in acme.com only if ada@acme.com always has the login name ada',
  });

interface LoginNames {
  readonly accounts: readonly { readonly login: string; readonly email: string }[];
  readonly loginDomain?: string | undefined;
}

/** The login names of a person. Where they are listed, nothing is derived: that name may be somebody else's. */
export function loginsOf(settings: LoginNames, email: string): readonly string[] {
  const address = email.toLowerCase();
  const listed = settings.accounts.filter((it) => it.email.toLowerCase() === address);
  if (listed.length > 0) return [...new Set(listed.map((it) => it.login))];
  const [login = '', domain = ''] = address.split('@');
  return login !== '' && domain === settings.loginDomain?.toLowerCase() ? [login] : [];
}
