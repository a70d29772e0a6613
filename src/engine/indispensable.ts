import type { Account } from '#core/account.ts';
import type { Capability } from '#core/capability.ts';
import { settingsFrom } from '#core/settings.ts';
import {
  isUsable,
  lockAdministrator,
  otherAdministrator,
  wasLookedThrough,
} from '#store/administrators.ts';
import { raiseAlert } from '#store/alerts.ts';
import { loadSettings } from '#store/settings.ts';
import type { Db } from '#store/sql.ts';
import type { Work } from '#store/steps.ts';
import type { Opened } from './clients.ts';
import { deadline } from './deadline.ts';
import type { Engine } from './engine.ts';
import { Stale } from './settle.ts';

/*
 * Two accounts of a system lose nothing unseen: the one that its connection signs in with, since nothing could be ended
 * or read there after that, and the last that administers it, since nobody could mend anything. A person is told, and
 * only an approval, or a system in which it is so no longer, lets the step go on.
 */

/** After which an account administers nothing any more. */
const endsAdministering: readonly Capability[] = [
  'account.suspend',
  'account.delete',
  'password.reset',
  'roles.remove',
  'groups.leave',
];

/** After which Gatehouse, if it was its own account, might be out. */
const shutsUsOut: readonly Capability[] = [
  ...endsAdministering,
  'sessions.revoke',
  'mfa.remove',
  'tokens.revoke',
];

/** What to see to before an account may lose something. */
export type Standing =
  /** Nobody is missed. */
  | { readonly kind: 'dispensable' }
  /** Somebody else administers the system as well: their id there. */
  | { readonly kind: 'one-of-several'; readonly other: string }
  | { readonly kind: 'indispensable'; readonly because: string };

const dispensable: Standing = { kind: 'dispensable' };

/** How an account that a step is about stands in its system. May ask the system. */
export async function standingOf(
  engine: Engine,
  work: Work,
  opened: Opened | null,
): Promise<Standing> {
  const { account, capability, connectionId, undoOf } = work;
  if (!opened || !account || !capability || connectionId === null || undoOf !== null)
    return dispensable;
  if (shutsUsOut.includes(capability) && isSame(await opened.ownAccount(), account)) {
    return {
      kind: 'indispensable',
      because:
        `${account.login} is the account by which Gatehouse itself signs in to ${connectionId}: without it nothing ` +
        'can be ended or read back there. Let the connection sign in by another account, which is best one of nobody, ' +
        'and it goes on by itself.',
    };
  }
  if (!account.privileged || !endsAdministering.includes(capability)) return dispensable;
  const where = { connectionId, accountId: account.id };
  if (!(await isUsable(engine.pool, where))) return dispensable;
  const other =
    (await otherAdministrator(engine.pool, { ...where, ending: endsAdministering })) ??
    (await lookForAnother(engine, opened, where));
  if (other !== null) return { kind: 'one-of-several', other };
  return {
    kind: 'indispensable',
    because:
      `${account.login} is the last account known to administer ${connectionId}: after this nobody could mend anything ` +
      'there. Make somebody else an administrator of it, and it goes on by itself.',
  };
}

/** In the transaction that begins the call: throws `Stale` where the other administrator is being ended as well. */
export async function demandOther(tx: Db, work: Work, standing: Standing): Promise<void> {
  if (standing.kind !== 'one-of-several') return;
  const { other: accountId } = standing;
  const { connectionId } = work;
  const stays = await lockAdministrator(tx, {
    ...{ connectionId: connectionId!, accountId, ending: endsAdministering },
  });
  if (!stays) throw new Stale(work.id);
}

export async function tellOfIndispensable(
  engine: Engine,
  work: Work,
  because: string,
): Promise<void> {
  await raiseAlert(engine.pool, {
    condition: `step:${work.id}:indispensable`,
    kind: 'account.indispensable',
    title: `Nobody should be without this account in ${work.connectionId}`,
    body:
      `“${work.title}” waits: ${because} To do it all the same, another person approves it (gatehouse approvals). ` +
      'Or end it by hand and say so (gatehouse step attest), or skip it with a reason (gatehouse step waive).',
    caseId: work.caseId,
    stepId: work.id,
    connectionId: work.connectionId,
    confidential: work.departure.confidential,
  });
}

/** Where every account was looked at lately, what is known is all; else the system is asked now. */
async function lookForAnother(
  engine: Engine,
  { connector, client }: Opened,
  it: { connectionId: string; accountId: string },
): Promise<string | null> {
  const { sweepHours } = settingsFrom(await loadSettings(engine.pool)).guardrails;
  const { connectionId } = it;
  if (await wasLookedThrough(engine.pool, { connectionId, withinHours: sweepHours * 2 }))
    return null;
  const look = async () => {
    for await (const account of connector.accounts?.list(client) ?? []) {
      const administers = account.privileged && account.status === 'active';
      if (administers && account.id !== it.accountId) return account.id;
    }
    return null;
  };
  return deadline(engine, look());
}

const isSame = (own: string | null, { id, login }: Pick<Account, 'id' | 'login'>): boolean =>
  own !== null && (own === id || own.toLowerCase() === login.toLowerCase());
