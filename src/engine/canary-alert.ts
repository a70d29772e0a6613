import type { AnyAction } from '#connector-kit/contract.ts';
import { type Capability, capabilities } from '#core/capability.ts';
import { offeredFor } from '#core/coverage.ts';
import type { Failure } from '#core/failure.ts';
import { type ConnectionOffer, type Playbook, readPlaybook } from '#core/playbook.ts';
import { isAlertOpen, raiseAlert, resolveAlerts, rewordAlert } from '#store/alerts.ts';
import { publishedPlaybooks } from '#store/playbooks.ts';
import type { Db } from '#store/sql.ts';
import type { Opened } from './clients.ts';
import type { Engine } from './engine.ts';
import { offersFrom } from './offers.ts';

const conditionOf = (connectionId: string) => `connection:${connectionId}:unready`;

/** What a departure would need there and our key may not do; the alert about it ends when there is nothing. */
export async function settleRights(
  tx: Db,
  { connectors }: Pick<Engine, 'connectors'>,
  { connection, actions }: Pick<Opened, 'connection' | 'actions'>,
  held: readonly string[] | null,
): Promise<void> {
  const condition = conditionOf(connection.id);
  const [offer] = offersFrom(connectors, [connection]);
  // Reading every playbook is for those that say what they may do.
  const playbooks = held && offer ? await publishedPlaybooks(tx) : [];
  const read = playbooks.flatMap(({ text }) => {
    const it = readPlaybook(text);
    return 'playbook' in it ? [it.playbook] : [];
  });
  const missing = held && offer ? rightsMissing(held, actions, offer, read) : [];
  if (missing.length === 0) return resolveAlerts(tx, condition);
  const needs = missing.map(
    ({ capability, scopes }) => `${capabilities[capability].title}: ${scopes.join(', ')}.`,
  );
  await tell(
    tx,
    connection.id,
    `${connection.name} (${connection.id}) answers, but our key may not do there what published playbooks ask for. ` +
      `Missing:\n${needs.join('\n')}\nGive the key these rights before somebody leaves.`,
  );
}

/** The connection did not stand its daily look. */
export const tellOfFailure = (
  db: Db,
  { id, name }: { readonly id: string; readonly name: string },
  failure: Failure,
): Promise<void> =>
  tell(
    db,
    id,
    `${name} (${id}) was asked by its one harmless call, as every day, and it failed: ${failure.detail} ` +
      'Whoever leaves now would keep their access there until it is mended. Enter a new key (gatehouse connection add) or mend ' +
      'the system. It is asked again every quarter of an hour, and this is over when it works.',
  );

async function tell(db: Db, connectionId: string, body: string): Promise<void> {
  const condition = conditionOf(connectionId);
  if (await isAlertOpen(db, condition)) return rewordAlert(db, { condition, body });
  await raiseAlert(db, {
    condition,
    kind: 'connection.unready',
    title: `${connectionId} is not ready for the next departure`,
    body,
    caseId: null,
    stepId: null,
    connectionId,
    confidential: false,
  });
}

/** By capability that a playbook asks for there: the rights that are needed and not among those held. */
export function rightsMissing(
  held: readonly string[],
  actions: readonly AnyAction[],
  offer: ConnectionOffer,
  playbooks: readonly Playbook[],
): readonly { readonly capability: Capability; readonly scopes: readonly string[] }[] {
  const asked = new Set(
    playbooks
      .flatMap(({ steps }) => steps)
      .flatMap((step) =>
        step.kind === 'action' ? [offeredFor(step, offer, null)?.capability] : [],
      ),
  );
  return actions.flatMap((it) => {
    if (!asked.has(it.capability)) return [];
    const scopes = it.scopes.filter((scope) => !held.includes(scope));
    return scopes.length > 0 ? [{ capability: it.capability, scopes }] : [];
  });
}
