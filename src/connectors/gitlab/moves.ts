import { blocked, change, done, type Plan } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import type { GitLab } from './api.ts';
import type { Membership } from './memberships.ts';

export type Move =
  | {
      readonly do: 'leave';
      readonly places: readonly Membership['id'][];
      readonly unassign: boolean;
    }
  | { readonly do: 'join'; readonly places: readonly Membership[] };

/** Leaves all of these; null: there is none. A group is never left without an owner, and the rest is all the same. */
export function leaving(
  places: readonly Membership[],
  { ours, unassign }: { ours: boolean; unassign: boolean },
): Plan<Move> | null {
  if (places.length === 0) return null;
  if (ours)
    return blocked('Gatehouse itself signs in by this account. Give it another token first.');
  const free = places.filter(({ isSoleOwner }) => !isSoleOwner);
  if (free.length === 0)
    return blocked(`The only owner of ${names(places)}: make somebody else an owner first.`);
  const ids = free.map(({ id }) => id);
  return change(`Remove from ${names(free)}.`, { do: 'leave', places: ids, unassign });
}

export function comingBack(now: readonly Membership[], before: readonly Membership[]): Plan<Move> {
  const left = before.filter((it) => !now.some(({ id }) => id === it.id));
  if (left.length === 0) return done('In every group and project from before.');
  return change(`Put back into ${names(left)}, as before.`, { do: 'join', places: left });
}

export async function carryOut(client: GitLab, accountId: string, move: Move): Promise<void> {
  if (move.do === 'join') {
    for (const { id, ...role } of move.places) {
      // A second call finds what the first one did.
      const isIn = await unlessMissing(client.member(id, accountId));
      await (isIn ? client.setRole(id, accountId, role) : client.add(id, accountId, role));
    }
    return;
  }
  // A group that is gone has no members either.
  for (const place of move.places)
    await unlessMissing(client.remove(place, accountId, { unassign: move.unassign }));
}

const names = (places: readonly Membership[]) => places.map(({ name }) => name).join(', ');
