import { record } from '#ledger/record.ts';
import { countDenial, takeDenials } from '#store/access-denials.ts';
import { inTransaction } from '#store/sql.ts';
import type { App, Caller } from './app.ts';
import { Problem } from './problem.ts';

type Local = Pick<App, 'pool' | 'keys'>;

/** Counts what somebody may not do, or see; anything else that went wrong is nothing to count. */
export async function noteDenial(
  app: Local,
  caller: Caller,
  it: { readonly error: unknown; readonly action: string; readonly resource: string },
): Promise<void> {
  const { error, action, resource } = it;
  if (!(error instanceof Problem) || (error.kind !== 'not allowed' && error.hides === null)) return;
  await countDenial(app.pool, {
    userId: caller.user.id,
    auth: caller.actor.auth,
    action,
    resource: error.hides ?? resource,
    isCase: error.hides !== null,
  });
}

/** States what was refused in each quarter of an hour that is over, once for each user and kind of request. */
export async function stateDenials(app: Local): Promise<void> {
  await inTransaction(app.pool, async (tx) => {
    const denied = await takeDenials(tx);
    await record(
      tx,
      app.keys,
      denied.map(({ userId, auth, action, resource, isCase, count, windowStarts }) => ({
        type: 'access.denied',
        actor: { kind: 'person', id: userId, auth },
        ...(isCase ? { caseId: resource } : {}),
        data: { action, resource, count, window_starts: windowStarts.toISOString() },
      })),
    );
  });
}
