import { resolveAlerts } from '#store/alerts.ts';
import { endBreakGlass, noteBreakGlassTold, untoldBreakGlass } from '#store/break-glass.ts';
import { inTransaction } from '#store/sql.ts';
import { listUsers } from '#store/users.ts';
import { whenText } from './approvers.ts';
import type { Engine } from './engine.ts';
import { sendLetter } from './messages.ts';

/**
 * Writes to everybody who may set things up that somebody came in by a break-glass account. The alert of it, which web
 * raised, is over when they are out again.
 */
export async function seeToBreakGlass(engine: Engine): Promise<void> {
  for (const it of await untoldBreakGlass(engine.pool)) {
    const users = (await listUsers(engine.pool)).filter((user) => user.disabledAt === null);
    const who = users.find((user) => user.id === it.userId)?.name ?? 'somebody';
    const told = users.filter(
      ({ roles }) => roles.includes('it-admin') || roles.includes('security'),
    );
    for (const [i, { name, email }] of told.entries()) {
      const sent = await sendLetter(engine, {
        to: email,
        subject: 'Gatehouse: a break-glass account was used to sign in',
        text:
          `${name},\n\n${who} signed in by a break-glass account on ${whenText(it.at)}.\n` +
          'If nobody among you did that: gatehouse user disable, on the server.\n' +
          `${engine.publicUrl}\n`,
        id: `break-glass-${it.sessionId}-${i}`,
      });
      if (sent.kind === 'failed') {
        engine.log.warn(
          { kind: sent.failure.kind },
          'somebody was not mailed about a break-glass account',
        );
      }
    }
    await noteBreakGlassTold(engine.pool, it.sessionId);
  }
  await inTransaction(engine.pool, async (tx) => {
    for (const id of await endBreakGlass(tx)) await resolveAlerts(tx, `break-glass:${id}`);
  });
}
