import { z } from 'zod';
import { unlessMissing } from '#connector-kit/http.ts';
import type { Google } from './api.ts';
import type { User } from './directory.ts';

/** Other addresses of an account, and those that it had before: who has them now. */
export const Aliases = z.array(
  z.strictObject({ address: z.string(), at: z.enum(['account', 'reader', 'nowhere']) }),
);
export type Aliases = z.infer<typeof Aliases>;

/** From one account to another, by their ids. */
export interface AliasMove {
  readonly whom: 'account' | 'reader';
  readonly addresses: readonly string[];
  readonly from: string;
  readonly to: string;
}

/** Those of their own domains only: the others Google gives by itself and takes away with the account. */
export function aliasesNow(account: User, reader: User | null, before: Aliases): Aliases {
  const had = before.filter(({ at }) => at === 'account').map(({ address }) => address);
  const at = (address: string) => {
    if (account.aliases.includes(address)) return 'account';
    return reader?.aliases.includes(address) ? 'reader' : 'nowhere';
  };
  return [...new Set([...account.aliases, ...had])]
    .sort()
    .map((address) => ({ address, at: at(address) }));
}

/** What is not yet with somebody, brought to them; null: nothing. */
export function movedTo(
  whom: 'account' | 'reader',
  aliases: Aliases,
  ids: { readonly account: string; readonly reader: string | null },
): AliasMove | null {
  const from = whom === 'reader' ? ids.account : ids.reader;
  const to = ids[whom];
  const addresses = aliases.filter(({ at }) => at !== whom).map(({ address }) => address);
  if (from === null || to === null || from === to || addresses.length === 0) return null;
  return { whom, addresses, from, to };
}

/** An address belongs to one account, so it is taken away before it is given. */
export async function moveAliases(google: Google, { addresses, from, to }: AliasMove) {
  for (const address of addresses) {
    await unlessMissing(google.removeAlias(from, address));
    const receiver = await google.user(to);
    if (!receiver.aliases.includes(address)) await google.addAlias(to, address);
  }
}
