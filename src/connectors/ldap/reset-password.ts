import { BerWriter } from 'ldapts';
import { z } from 'zod';
import { command } from '#connector-kit/contract.ts';
import { textOf, textsOf } from '#connector-kit/ldap-entry.ts';
import { randomPassword } from '#connector-kit/random-password.ts';
import { ConnectorError } from '#core/failure.ts';
import type { Directory } from './api.ts';
import type { Lock } from './settings.ts';

/** The Password Modify operation (RFC 3062): the server hashes the password as it likes. */
const passwordModify = '1.3.6.1.4.1.4203.1.11.1';

/**
 * Replaces the password by one that nobody knows.
 *
 * A command, because no directory can be asked whose password it holds: that the password
 * changed at some time can be read, but not that it was us who changed it last. So the step ends
 * as acknowledged, never as verified.
 *
 * OpenLDAP lifts a lock whenever the password changes, even in one and the same request. The
 * lock is therefore read first and set again at once.
 */
export const resetPassword = (lock: Lock) =>
  command({
    capability: 'password.reset',
    summary: 'Replaces the password by a random one that nobody knows.',
    scopes: ['write userPassword', `write ${lock.attribute}`],
    params: z.strictObject({}),

    async send(directory: Directory, accountId) {
      const { first } = directory;
      const attributes = [lock.attribute, 'pwdChangedTime'];
      const before = await directory.entry(first, accountId, attributes);
      await first.extended(
        `replacing the password of ${before.dn}`,
        passwordModify,
        requestFor(before.dn, randomPassword()),
      );

      const locks = textsOf(before, lock.attribute);
      const after = await directory.entry(first, accountId, attributes);
      if (locks.join('\n') !== textsOf(after, lock.attribute).join('\n')) {
        await setLockAgain(directory, accountId, lock, locks);
      }
      const changedAt = textOf(after, 'pwdChangedTime');
      const shown = changedAt === null ? '' : ` ${first.name} shows pwdChangedTime ${changedAt}.`;
      return { summary: `The password is a random one that nobody knows.${shown}` };
    },
  });

async function setLockAgain(
  directory: Directory,
  accountId: string,
  lock: Lock,
  values: readonly string[],
): Promise<void> {
  const { first } = directory;
  try {
    const { dn } = await directory.entry(first, accountId, ['1.1']);
    await first.modify(dn, [{ operation: 'replace', attribute: lock.attribute, values }]);
  } catch (cause) {
    // Sent again, the command would find no lock to keep. So a person has to hear of it.
    const why = cause instanceof ConnectorError ? cause.failure.detail : String(cause);
    throw new ConnectorError(
      {
        kind: 'unexpected',
        detail:
          `${first.name} took the new password, lifted the lock of the account, and did not let ` +
          `us set it again. Block the sign-in again. ${why}`,
      },
      { cause },
    );
  }
}

function requestFor(dn: string, password: string): Buffer {
  const writer = new BerWriter();
  writer.startSequence();
  writer.writeString(dn, 0x80);
  writer.writeString(password, 0x82);
  writer.endSequence();
  return writer.buffer;
}
