import { DN } from 'ldapts';
import { byId } from '#connector-kit/by-id.ts';
import { transition } from '#connector-kit/contract.ts';
import { resultCode } from '#connector-kit/ldap-failure.ts';
import {
  localPart,
  namesIn,
  newAccountParams,
  type Opening,
  openedState,
  planClosing,
  planOpening,
} from '#connector-kit/new-account.ts';
import type { NewAccount } from '#core/account.ts';
import type { Directory } from './api.ts';
import { onceEverywhere, readWithReplicas, replicas, replicasSettleWithinMs } from './replicas.ts';
import type { Lock } from './settings.ts';

/**
 * Makes an entry without a password, so that nobody can sign in before somebody gives one, or takes
 * the lock off the entry that the person had before.
 */
export const createAccount = (parent: string, lock: Lock) =>
  transition({
    capability: 'account.create',
    summary: 'Creates the entry of the account, or unlocks the one that is there.',
    scopes: ['add entries', `write ${lock.attribute}`],
    params: newAccountParams,
    state: openedState.extend({ replicas }),
    settlesWithinMs: replicasSettleWithinMs,

    read: (directory: Directory, email) =>
      readWithReplicas(directory, async (server) => {
        const found = await directory.accountsOf({ email, employeeNumber: null, name: '' }, server);
        const accounts = found.map(({ id, status }) => ({ id, active: status === 'active' }));
        return { accounts: accounts.sort(byId) };
      }),

    plan: (now, params) => onceEverywhere(planOpening(now, params), now.replicas),

    async apply(directory, _email, step: Opening) {
      const { first, settings } = directory;
      if (step.do === 'create') {
        const { dn, attributes } = entryFor(step.person, parent, settings);
        await first.add(dn, attributes);
        return;
      }
      if (step.do === 'delete' && !(await directory.exists(first, step.id))) return;
      const { dn } = await directory.entry(first, step.id, ['1.1']);
      if (step.do === 'delete') {
        await first.delete(dn, [resultCode.noSuchObject]);
        return;
      }
      const values = step.do === 'close' ? [lock.value] : [];
      await first.modify(dn, [{ operation: 'replace', attribute: lock.attribute, values }]);
    },

    restore: (now, before) => onceEverywhere(planClosing(now, before), now.replicas),
  });

interface Naming {
  readonly loginAttribute: string;
  readonly newAccountClasses: readonly string[];
  readonly emailAttributes: readonly string[];
  readonly employeeNumberAttributes: readonly string[];
}

function entryFor(
  { name, email, employeeNumber, title }: NewAccount,
  parent: string,
  settings: Naming,
) {
  const login = localPart(email).toLowerCase();
  const { given, family } = namesIn(name);
  const [mail = 'mail'] = settings.emailAttributes;
  const [number] = settings.employeeNumberAttributes;
  const attributes = {
    objectClass: settings.newAccountClasses,
    [settings.loginAttribute]: login,
    cn: name,
    sn: family,
    ...(given === null ? {} : { givenName: given }),
    [mail]: email,
    ...(number === undefined ? {} : { [number]: employeeNumber }),
    ...(title === null ? {} : { title }),
  };
  const rdn = new DN().addPairRDN(settings.loginAttribute, login).toString();
  return { dn: `${rdn},${parent}`, attributes };
}
