import type { Io } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import { ConnectorError } from '#core/failure.ts';
import { openDevices } from './devices.ts';
import { openDirectory, type User } from './directory.ts';
import { openLicences } from './licences.ts';
import { openMailbox } from './mailbox.ts';
import { type Scope, scopes } from './scopes.ts';
import { openSecurity } from './security.ts';
import type { Settings } from './settings.ts';
import { signIn } from './sign-in.ts';
import { openTransfers } from './transfers.ts';
import { openVault } from './vault.ts';
import { speaker } from './web.ts';

/** Google's interfaces in our words, one function per call. */
export function openGoogle(settings: Settings, io: Io) {
  const speak = speaker(settings, io);
  const directory = openDirectory(speak);
  return {
    settings,
    /** Which scopes domain-wide delegation allows us, each asked for by itself. */
    async granted(): Promise<Scope[]> {
      const found: Scope[] = [];
      for (const scope of Object.values(scopes)) {
        try {
          await signIn(settings, io, settings.admin, scope).header();
          found.push(scope);
        } catch (error) {
          if (!(error instanceof ConnectorError) || error.failure.kind !== 'forbidden') throw error;
        }
      }
      return found;
    },
    ...directory,
    ...openSecurity(speak),
    ...openTransfers(speak),
    ...openDevices(speak),
    ...openLicences(speak),
    ...openVault(speak),
    /** The mailbox of whoever has this first address. */
    mailbox: (primaryEmail: string) => openMailbox(speak, primaryEmail),

    /** Whoever has this address, as the first one or as an alias. */
    async userWith(email: string): Promise<User | null> {
      try {
        return await directory.user(email);
      } catch (error) {
        if (!(error instanceof ConnectorError)) throw error;
        if (!['not-found', 'forbidden'].includes(error.failure.kind)) throw error;
        // Of addresses in domains of other companies Google says 403. A search tells nobody there from no right to
        // look: it fails where we may not read users at all. By itself it would not do, since it finds what is
        // new only after a day.
        const found = await directory.usersWhere(`email="${email.replaceAll('"', '')}"`);
        return found.find((it) => addressesOf(it).has(email.toLowerCase())) ?? null;
      }
    },

    /** Null: deleted. That we may still read users is seen by the one in whose name we ask. */
    async userUnlessGone(id: string): Promise<User | null> {
      const found = await unlessMissing(directory.user(id));
      if (!found) await directory.user(settings.admin);
      return found;
    },
  };
}
export type Google = ReturnType<typeof openGoogle>;

export const addressesOf = ({ primaryEmail, aliases, nonEditableAliases }: User) =>
  new Set([primaryEmail, ...aliases, ...nonEditableAliases].map((it) => it.toLowerCase()));
