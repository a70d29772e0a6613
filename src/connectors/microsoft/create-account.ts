import { transition } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import { accountOpening, localPart, namesIn, type Opening } from '#connector-kit/new-account.ts';
import { randomPassword } from '#connector-kit/random-password.ts';
import type { NewAccount } from '#core/account.ts';
import type { Microsoft } from './api.ts';
import { usersOf } from './find-accounts.ts';
import { scopes } from './scopes.ts';

/**
 * Makes a user, or opens the one that the person had before. Nobody knows its password: whoever lets the
 * person in gives them a Temporary Access Pass. A licence comes with a group.
 */
export const createAccount = transition({
  ...accountOpening,
  summary: 'Creates the user, or allows sign-in for the one that is there.',
  scopes: [scopes.manageUsers],
  settlesWithinMs: 5 * 60_000,

  async read(microsoft: Microsoft, email) {
    const users = await usersOf(microsoft, { email, employeeNumber: null });
    return {
      accounts: users.map(({ id, accountEnabled }) => ({ id, active: accountEnabled !== false })),
    };
  },

  async apply(microsoft, _email, step: Opening) {
    switch (step.do) {
      case 'create':
        await microsoft.createUser(newUser(step.person));
        return;
      case 'delete':
        await unlessMissing(microsoft.deleteUser(step.id));
        return;
      default:
        await microsoft.setEnabled(step.id, step.do === 'open');
    }
  },
});

const newUser = ({ name, email, employeeNumber, department, title }: NewAccount) => {
  const { given, family } = namesIn(name);
  return {
    accountEnabled: true,
    displayName: name,
    ...(given === null ? {} : { givenName: given }),
    surname: family,
    userPrincipalName: email,
    // Letters that a nickname may have; no more than 64.
    mailNickname: localPart(email)
      .replaceAll(/[^A-Za-z0-9._-]/g, '')
      .slice(0, 64),
    // Entra ID takes 16 letters; a part of a number would be somebody else's.
    ...(employeeNumber.length > 16 ? {} : { employeeId: employeeNumber }),
    ...(department === null ? {} : { department }),
    ...(title === null ? {} : { jobTitle: title }),
    passwordProfile: { password: randomPassword(), forceChangePasswordNextSignIn: true },
  };
};
