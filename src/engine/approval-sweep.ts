import { needlessApprovals, untoldApprovals } from '#store/approvals.ts';
import { loadCase } from '#store/cases.ts';
import { notePasskeyTold, untoldPasskeys } from '#store/passkeys.ts';
import { listUsers } from '#store/users.ts';
import { end } from './approval-facts.ts';
import { tellApprovers, whenText } from './approvers.ts';
import type { Engine } from './engine.ts';
import { sendLetter } from './messages.ts';
import { Stale } from './settle.ts';

/** Voids approvals of what will not be done any more, and tells of those that nobody was told of. */
export async function seeToApprovals(engine: Engine): Promise<void> {
  for (const it of await needlessApprovals(engine.pool)) {
    const found = await loadCase(engine.pool, it.caseId);
    const how = {
      type: 'approval.voided',
      code: 'not-needed',
      because: 'It is not needed any more.',
    } as const;
    await end(engine, it, found!.ref, how).catch((error: unknown) => {
      if (!(error instanceof Stale)) throw error;
    });
  }
  for (const { id } of await untoldApprovals(engine.pool)) await tellApprovers(engine, id);
}

/**
 * Writes to the owner of a passkey that came or went, and to all who approve: whoever did not do
 * that themselves has a day to say so before the passkey decides anything.
 */
export async function tellOfPasskeys(engine: Engine): Promise<void> {
  for (const it of await untoldPasskeys(engine.pool)) {
    const users = (await listUsers(engine.pool)).filter((user) => user.disabledAt === null);
    const owner = users.find((user) => user.id === it.userId);
    const told = users.filter(
      ({ id, roles }) =>
        id === it.userId || roles.includes('it-admin') || roles.includes('security'),
    );
    const happened = it.removedAt
      ? `was removed on ${whenText(it.removedAt)}`
      : `was registered on ${whenText(it.registeredAt)}; from 24 hours later on it can approve what cannot be undone`;
    for (const [i, { name, email }] of told.entries()) {
      const sent = await sendLetter(engine, {
        to: email,
        subject: `Gatehouse: a passkey was ${it.removedAt ? 'removed' : 'registered'}`,
        text:
          `${name},\n\nA passkey of ${owner?.name ?? 'somebody'} (“${it.name}”) ${happened}.\n` +
          'If that was not them: gatehouse user disable, on the server, and look at who has their keys.\n' +
          `${engine.publicUrl}\n`,
        id: `passkey-${it.id}-${it.version}-${i}`,
      });
      if (sent.kind === 'failed') {
        engine.log.warn({ kind: sent.failure.kind }, 'somebody was not mailed about a passkey');
      }
    }
    await notePasskeyTold(engine.pool, it);
  }
}
