import { byId } from '#connector-kit/by-id.ts';
import { transition } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import { accountOpening, namesIn, type Opening } from '#connector-kit/new-account.ts';
import type { NewAccount } from '#core/account.ts';
import type { Keycloak, UserWanted } from './api.ts';
import { scopes } from './scopes.ts';
import type { Settings } from './settings.ts';

/** Makes a user without a password, so that nobody can sign in before one is given or another provider vouches. */
export const createAccount = transition({
  ...accountOpening,
  summary: 'Creates the user without a password, or enables the one that is there.',
  scopes: [scopes.manageUsers],

  async read(keycloak: Keycloak, email) {
    const [byEmail, byUsername] = await Promise.all([
      keycloak.usersWith({ email }),
      keycloak.usersWith({ username: email }),
    ]);
    const found = new Map([...byEmail, ...byUsername].map((it) => [it.id, it.enabled]));
    const accounts = [...found].map(([id, active]) => ({ id, active }));
    return { accounts: accounts.sort(byId) };
  },

  async apply(keycloak, _email, step: Opening) {
    switch (step.do) {
      case 'create':
        return keycloak.createUser(wanted(step.person, keycloak.settings));
      case 'delete':
        await unlessMissing(keycloak.deleteUser(step.id));
        return;
      default:
        return keycloak.setEnabled(step.id, step.do === 'open');
    }
  },
});

function wanted({ name, email, employeeNumber }: NewAccount, settings: Settings): UserWanted {
  const { given, family } = namesIn(name);
  const byNumber = settings.findBy.includes('employeeNumber');
  return {
    username: email.toLowerCase(),
    email: email.toLowerCase(),
    firstName: given ?? '',
    lastName: family,
    // Sent only where the realm is said to have such an attribute: others it would refuse or drop.
    ...(byNumber ? { attributes: { [settings.numberAttribute]: [employeeNumber] } } : {}),
  };
}
