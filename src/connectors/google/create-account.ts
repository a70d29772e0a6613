import { transition } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import { accountOpening, namesIn, type Opening } from '#connector-kit/new-account.ts';
import { randomPassword } from '#connector-kit/random-password.ts';
import type { NewAccount } from '#core/account.ts';
import type { Google } from './api.ts';
import type { NewUser } from './directory.ts';
import { scopes } from './scopes.ts';

/**
 * Makes an account with a password that nobody knows, or lifts the suspension of the one that the person had
 * before. Whoever welcomes the person gives them a password of their own. Google writes to nobody.
 */
export const createAccount = transition({
  ...accountOpening,
  summary: 'Creates the account, or lifts the suspension of the one that is there.',
  scopes: [scopes.users],
  // Google says that a new user is not complete at once.
  settlesWithinMs: 10 * 60_000,

  async read(google: Google, email) {
    const user = await google.userWith(email);
    // An alias is somebody else's account, or another name of one: it is no account with this address.
    const isTheirs = user?.primaryEmail.toLowerCase() === email.toLowerCase();
    const active = user !== null && !user.suspended && !user.archived;
    return { accounts: user && isTheirs ? [{ id: user.id, active }] : [] };
  },

  async apply(google, email, step: Opening) {
    switch (step.do) {
      case 'create':
        return google.createUser(newUser(email, step.person, google.settings.unit));
      case 'delete':
        await unlessMissing(google.deleteUser(step.id));
        return;
      default:
        return google.change(step.id, { suspended: step.do === 'close' });
    }
  },
});

function newUser(email: string, person: NewAccount, unit: string | undefined): NewUser {
  const { name, employeeNumber, department, title } = person;
  const { given, family } = namesIn(name);
  return {
    primaryEmail: email,
    // Google wants both.
    name: { givenName: given ?? family, familyName: family },
    password: randomPassword(),
    changePasswordAtNextLogin: true,
    ...(unit === undefined ? {} : { orgUnitPath: unit }),
    externalIds: [{ type: 'organization', value: employeeNumber }],
    organizations: [
      {
        primary: true,
        ...(department === null ? {} : { department }),
        ...(title === null ? {} : { title }),
      },
    ],
  };
}
