import type { Connection } from '#api/contract/connections.ts';

/** How a connection is, in one word. */
export type Health = 'works' | 'not-checked' | 'check-refused' | 'down' | 'paused' | 'disabled';

export function healthOf(it: Pick<Connection, 'state' | 'checkFailure' | 'checkedAt'>): Health {
  if (it.state !== 'active') return it.state;
  if (it.checkFailure) return 'check-refused';
  return it.checkedAt === null ? 'not-checked' : 'works';
}

/** Until when a connection that is new only says what it would do; null: it acts. */
export const rehearsesUntil = (
  it: Pick<Connection, 'rehearsesUntil' | 'state'>,
  now: Date,
): string | null =>
  it.rehearsesUntil !== null && it.state !== 'disabled' && new Date(it.rehearsesUntil) > now
    ? it.rehearsesUntil
    : null;

/** An id that is free, such as `okta`, or `okta-2` where there is one already. */
export function freeId(wanted: string, taken: readonly string[]): string {
  for (let number = 1; ; number += 1) {
    const id = number === 1 ? wanted : `${wanted}-${number}`;
    if (!taken.includes(id)) return id;
  }
}
