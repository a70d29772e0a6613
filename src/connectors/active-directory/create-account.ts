import { DN } from 'ldapts';
import { z } from 'zod';
import { byId } from '#connector-kit/by-id.ts';
import { type Plan, transition, underway } from '#connector-kit/contract.ts';
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
import { randomPassword } from '#connector-kit/random-password.ts';
import type { NewAccount } from '#core/account.ts';
import type { Domain } from './api.ts';
import { changeOn, controllersSettleWithinMs, readControllers } from './controllers.ts';
import { quotedPassword } from './reset-password.ts';
import { setDisabled } from './suspend-account.ts';

const state = z.strictObject({
  controllers: z.array(
    z.strictObject({
      controller: z.string(),
      /** Null: it could not be read. */
      accounts: openedState.shape.accounts.nullable(),
    }),
  ),
});
type State = z.infer<typeof state>;

/** Of `userAccountControl`: an ordinary account ([MS-ADTS] 2.2.16). */
const normalAccount = 0x200;

/**
 * Makes an account with a password that nobody knows, or enables the one that the person had before.
 * Whoever welcomes the person gives them a password of their own.
 */
export const createAccount = (parent: string) =>
  transition({
    capability: 'account.create',
    summary: 'Creates the account, or enables the one that is there.',
    scopes: ['create accounts', 'write userAccountControl'],
    params: newAccountParams,
    state,
    settlesWithinMs: controllersSettleWithinMs,

    async read(domain: Domain, email) {
      const readings = await readControllers(domain, async (controller) => {
        const keys = { email, employeeNumber: null, name: '' };
        const found = await domain.accountsOn(controller, keys);
        const accounts = found.map(({ id, status }) => ({ id, active: status === 'active' }));
        return accounts.sort(byId);
      });
      return {
        controllers: readings.map(({ controller, value }) => ({ controller, accounts: value })),
      };
    },

    plan: (now, params) => onceEverywhere(now, planOpening(shownIn(now), params)),

    async apply(domain, _email, step: Opening) {
      if (step.do === 'create') {
        const { dn, attributes } = entryFor(step.person, parent);
        await domain.onFirst((controller) => controller.add(dn, attributes));
        return;
      }
      if (step.do === 'delete') {
        await domain.onFirst(async (controller) => {
          if (!(await domain.exists(controller, step.id))) return;
          const { dn } = await domain.entry(controller, step.id, ['1.1']);
          await controller.delete(dn, [resultCode.noSuchObject]);
        });
        return;
      }
      const names = domain.controllers.map(({ name }) => name);
      await changeOn(domain, names, (controller) =>
        setDisabled(domain, controller, step.id, step.do === 'close'),
      );
    },

    restore: (now, before) => onceEverywhere(now, planClosing(shownIn(now), shownIn(before))),
  });

/** Every account that some controller shows; open where every controller that shows it says so. */
function shownIn({ controllers }: State) {
  const shown = controllers.flatMap(({ accounts }) => accounts ?? []);
  const ids = [...new Set(shown.map(({ id }) => id))].sort();
  const isOpen = (id: string) => shown.every((it) => it.id !== id || it.active);
  return { accounts: ids.map((id) => ({ id, active: isOpen(id) })) };
}

/** Done means that every controller shows the same. */
function onceEverywhere(now: State, planned: Plan<Opening>): Plan<Opening> {
  const { accounts } = shownIn(now);
  const behind = now.controllers.filter((it) => it.accounts?.length !== accounts.length);
  if (planned.kind !== 'done' || behind.length === 0) return planned;
  const names = behind.map(({ controller }) => controller).join(', ');
  return underway(`Done; ${names} does not show it yet.`);
}

/** Login names from before Windows 2000, which every account still has, are short and plain. */
const shortName = (email: string): string =>
  localPart(email)
    .replaceAll(/["/\\[\]:;|=,+*?<>@\s]/g, '')
    .slice(0, 20)
    .replace(/\.+$/, ''); // the server refuses one that ends with a dot

function entryFor(person: NewAccount, parent: string) {
  const { name, email, employeeNumber, department, title } = person;
  const { given, family } = namesIn(name);
  const attributes = {
    objectClass: ['top', 'person', 'organizationalPerson', 'user'],
    sAMAccountName: shortName(email),
    userPrincipalName: email,
    displayName: name,
    sn: family,
    ...(given === null ? {} : { givenName: given }),
    mail: email,
    employeeID: employeeNumber,
    ...(department === null ? {} : { department }),
    ...(title === null ? {} : { title }),
    unicodePwd: quotedPassword(randomPassword()),
    userAccountControl: String(normalAccount),
  };
  return { dn: `${new DN().addPairRDN('CN', name).toString()},${parent}`, attributes };
}
