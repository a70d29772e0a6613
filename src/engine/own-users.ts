import type { Actor } from '#core/event.ts';
import { type Fact, record, type SubjectKeys } from '#ledger/record.ts';
import { departingUsers, takeDepartingUser } from '#store/departing-users.ts';
import { endSessions } from '#store/sessions.ts';
import { dropSignInLinks } from '#store/sign-in-links.ts';
import { type Db, inTransaction } from '#store/sql.ts';
import { revokeTokensOf } from '#store/tokens.ts';
import { dropPassword } from '#store/user-passwords.ts';
import { changeUser, loadUser, type UserRow } from '#store/users.ts';
import { type Engine, engineActor } from './engine.ts';

/**
 * Whoever leaves and is a user of ours loses that first: sessions, keys and links, in one transaction. `caseId`: of this
 * departure, whose first access is about to be touched; null: of all whose access ends by now.
 */
export async function endDepartingUsers(engine: Engine, caseId: string | null): Promise<void> {
  for (const it of await departingUsers(engine.pool, caseId)) {
    await inTransaction(engine.pool, async (tx) => {
      const user = await loadUser(tx, it.userId);
      if (!user || user.disabledAt !== null || !(await takeDepartingUser(tx, it))) return;
      await disable(tx, engine.keys, user, engineActor);
    });
  }
}

/** Disables a user and ends everything that they are let in by, with its facts. False: somebody else changed them. */
export async function disable(
  tx: Db,
  keys: SubjectKeys,
  user: UserRow,
  actor: Actor,
): Promise<boolean> {
  const { id } = user;
  await dropSignInLinks(tx, id);
  await dropPassword(tx, id);
  const ended = await endSessions(tx, { userId: id });
  const tokens = await revokeTokensOf(tx, id);
  const version = await changeUser(tx, { ...user, disabled: true });
  if (version === null) return false;
  await record(tx, keys, [
    ...sessionsEnded(actor, ended),
    ...tokens.map((token) => ({
      type: 'token.revoked' as const,
      actor,
      data: { token, owner: id, reason: 'user-disabled' },
    })),
    {
      type: 'user.changed',
      actor,
      row: { table: 'users', id, version },
      data: { user: id, change: 'disabled' },
    },
  ]);
  return true;
}

/** What the record says of sessions that ended, once for each user. */
export function sessionsEnded(
  actor: Actor,
  ended: readonly { readonly userId: string }[],
): readonly Fact[] {
  return [...Map.groupBy(ended, (it) => it.userId)].map(([user, those]) => ({
    type: 'session.revoked',
    actor,
    data: { user, sessions: those.length },
  }));
}
