import { z } from 'zod';
import { change, done, type Plan, transition, underway } from '#connector-kit/contract.ts';
import type { LdapServer } from '#connector-kit/ldap.ts';
import { accountDisabled, controlOf, type Domain } from './api.ts';
import {
  changeOn,
  controllersSettleWithinMs,
  readControllers,
  unreadSentence,
} from './controllers.ts';

const state = z.strictObject({
  controllers: z.array(
    z.strictObject({
      controller: z.string(),
      /** Null: it could not be read. */
      disabled: z.boolean().nullable(),
    }),
  ),
});
type State = z.infer<typeof state>;

interface Step {
  readonly disabled: boolean;
  /** The controllers that show it otherwise. */
  readonly on: readonly string[];
}

/**
 * Disables the account on every domain controller, and touches nothing but that one flag.
 *
 * Kerberos does not ask again for tickets that are out already: they live on for up to ten hours.
 */
export const suspendAccount = transition({
  capability: 'account.suspend',
  summary: 'Disables the account on every domain controller.',
  scopes: ['write userAccountControl'],
  mustPrecede: ['account.delete'],
  params: z.strictObject({}),
  state,
  settlesWithinMs: controllersSettleWithinMs,
  repeatable: true,

  async read(domain: Domain, accountId) {
    const readings = await readControllers(domain, async (controller) => {
      const entry = await domain.entry(controller, accountId, ['userAccountControl']);
      return (controlOf(entry) & accountDisabled) !== 0;
    });
    return {
      controllers: readings.map(({ controller, value }) => ({ controller, disabled: value })),
    };
  },

  plan: (now) => towards(now, true),

  async apply(domain, accountId, { disabled, on }: Step) {
    await changeOn(domain, on, async (controller) => {
      await setDisabled(domain, controller, accountId, disabled);
    });
  },

  /** Somebody who was disabled before us stays so. */
  restore: (now, before) =>
    towards(
      now,
      before.controllers.every(({ disabled }) => disabled !== false),
    ),
});

/** Sets the one flag on one controller, if it is not so already. */
export async function setDisabled(
  domain: Domain,
  controller: LdapServer,
  accountId: string,
  disabled: boolean,
): Promise<void> {
  const entry = await domain.entry(controller, accountId, ['userAccountControl']);
  const control = controlOf(entry);
  const wanted = disabled ? control | accountDisabled : control & ~accountDisabled;
  if (wanted === control) return;
  const attribute = 'userAccountControl';
  // Taking out the old value as well makes the change fail if somebody else was faster.
  await controller.modify(entry.dn, [
    { operation: 'delete', attribute, values: [String(control)] },
    { operation: 'add', attribute, values: [String(wanted)] },
  ]);
}

function towards({ controllers }: State, disabled: boolean): Plan<Step> {
  const word = disabled ? 'disabled' : 'enabled';
  const on = controllers.filter((it) => it.disabled === !disabled).map((it) => it.controller);
  if (on.length > 0) {
    const verb = disabled ? 'Disable' : 'Enable';
    return change(`${verb} the account on ${on.join(', ')}.`, { disabled, on });
  }
  const unread = controllers.filter((it) => it.disabled === null).map((it) => it.controller);
  const waiting = unreadSentence(unread);
  if (waiting !== null) return underway(waiting);
  return done(`The account is ${word} on every domain controller.`);
}
