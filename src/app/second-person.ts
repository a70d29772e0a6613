import { type Right, rights } from '#core/user.ts';
import type { Db } from '#store/sql.ts';
import { othersWithRole } from '#store/users.ts';
import type { Caller } from './app.ts';

/** Who decided, as the fact says it. */
export type Deciders = { readonly second?: string } | { readonly alone: true };

/**
 * For what takes two people as soon as there are two who may. `first`: who has said so already. Null: the caller is
 * the first, whose word is to be noted; another person has to say so as well.
 */
export async function deciders(
  tx: Db,
  caller: Caller,
  { right, first }: { readonly right: Right; readonly first: string | null },
): Promise<Deciders | null> {
  const by = caller.user.id;
  if (first !== null && first !== by) return { second: first };
  const others = await othersWithRole(tx, { userId: by, roles: rights[right] });
  return others ? null : { alone: true };
}

export const noted = 'Noted. A second person has to say so as well.';
