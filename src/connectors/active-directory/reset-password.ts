import { z } from 'zod';
import { command } from '#connector-kit/contract.ts';
import { textOf } from '#connector-kit/ldap-entry.ts';
import { randomPassword } from '#connector-kit/random-password.ts';
import { ConnectorError } from '#core/failure.ts';
import type { Domain } from './api.ts';

/**
 * Replaces the password by one that nobody knows, twice: for an hour, network sign-in still takes
 * the last password but one (`OldPasswordAllowedPeriod`).
 *
 * A command, because no directory can be asked whose password it holds. That `pwdLastSet` moved
 * is checked here and told in the receipt; it does not prove that nobody changed it since.
 */
export const resetPassword = command({
  capability: 'password.reset',
  summary: 'Replaces the password by a random one that nobody knows.',
  scopes: ['reset password'],
  params: z.strictObject({}),

  send: (domain: Domain, accountId) =>
    domain.onFirst(async (controller) => {
      const setAt = async () =>
        textOf(await domain.entry(controller, accountId, ['pwdLastSet']), 'pwdLastSet');
      const before = await setAt();
      const { dn } = await domain.entry(controller, accountId, ['1.1']);
      for (let round = 1; round <= 2; round += 1) {
        await controller.modify(dn, [
          {
            operation: 'replace',
            attribute: 'unicodePwd',
            values: [quotedPassword(randomPassword())],
          },
        ]);
      }

      const after = await setAt();
      if (after === before && after !== null) {
        throw new ConnectorError({
          kind: 'unexpected',
          detail: `${controller.name} took the new password, but pwdLastSet did not move.`,
        });
      }
      const moved =
        after === null ? '' : ` On ${controller.name} pwdLastSet moved from ${before} to ${after}.`;
      return { summary: `The password is a random one that nobody knows.${moved}` };
    }),
});

/** How Active Directory wants a password: in quotes, in UTF-16 ([MS-ADTS] 3.1.1.3.1.5.1). */
export const quotedPassword = (password: string): Buffer => Buffer.from(`"${password}"`, 'utf16le');
