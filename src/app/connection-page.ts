import { readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  type AnyAction,
  type AnyConnector,
  actionsOf,
  chatOf,
  recordsOf,
  ticketsOf,
} from '#connector-kit/contract.ts';
import type { Capability } from '#core/capability.ts';
import { type ConnectionOffer, type Playbook, readPlaybook } from '#core/playbook.ts';
import { offersFrom, settingsOf } from '#engine/offers.ts';
import { record } from '#ledger/record.ts';
import {
  type ConnectionRow,
  loadConnection,
  moveConnection,
  openStepsIn,
} from '#store/connections.ts';
import { type PlaybookRow, publishedPlaybooks } from '#store/playbooks.ts';
import { inTransaction } from '#store/sql.ts';
import { refuseWhileAlertsUse } from './alert-ways.ts';
import type { App, Caller } from './app.ts';
import { authorize, demandStepUp } from './authorize.ts';
import { type ConnectorForm, listConnectors } from './connections.ts';
import { notFound, Problem } from './problem.ts';
import { type Rehearsal, rehearsalOf } from './rehearsals.ts';

/** What a system can be asked, and what its answer proves. */
export interface Ability {
  readonly capability: Capability;
  /** A transition is read back; a command is only accepted; by hand a person does it. */
  readonly kind: AnyAction['kind'];
  readonly summary: string;
  readonly scopes: readonly string[];
  /** Of `scopes`, those the system did not name when it was checked; null: it does not tell. */
  readonly missing: readonly string[] | null;
  readonly canBeUndone: boolean;
}

/** What a system is good for beside accounts. */
export const otherUses = ['people', 'tickets', 'records', 'chat', 'mail', 'messages'] as const;

export interface ConnectionPage {
  readonly connection: ConnectionRow;
  readonly abilities: readonly Ability[];
  readonly holdsAccounts: boolean;
  readonly otherUses: readonly (typeof otherUses)[number][];
  /** Permissions held that no ability names; null: the system does not tell. */
  readonly unnamedScopes: readonly string[] | null;
  readonly playbooks: readonly PlaybookRow[];
  /** Steps there that have begun or may begin, and how many of them wait for a person. */
  readonly steps: { readonly open: number; readonly held: number };
}

/** One connection with what it can do and prove, and what rests on it. */
export async function showConnection(
  app: App,
  caller: Caller,
  id: string,
): Promise<ConnectionPage> {
  authorize(caller, 'connection.read');
  const connection = await loadConnection(app.pool, id);
  if (!connection) throw notFound(`connection ${id}`);
  const connector = app.connectors.get(connection.connector);
  const abilities = connector ? abilitiesOf(connector, connection) : [];
  const named = new Set(abilities.flatMap((it) => it.scopes));
  const [offer] = offersFrom(app.connectors, [connection]);
  const playbooks = offer
    ? (await publishedPlaybooks(app.pool)).filter(({ text }) => {
        const read = readPlaybook(text);
        return 'playbook' in read && uses(read.playbook, offer);
      })
    : [];
  return {
    connection,
    abilities,
    holdsAccounts: connector?.accounts != null,
    otherUses: connector ? usesOf(connector, connection) : [],
    unnamedScopes: connection.scopes?.filter((it) => !named.has(it)) ?? null,
    playbooks,
    steps: await openStepsIn(app.pool, id),
  };
}

function abilitiesOf(connector: AnyConnector, connection: ConnectionRow): readonly Ability[] {
  const settings = settingsOf(connector, connection);
  if (typeof connector.actions === 'function' && !settings.success) return [];
  const { scopes: held } = connection;
  return actionsOf(connector, settings.data).map((it) => {
    const scopes = 'scopes' in it ? it.scopes : [];
    return {
      capability: it.capability,
      kind: it.kind,
      summary: it.summary,
      scopes,
      missing: held && scopes.filter((scope) => !held.includes(scope)),
      canBeUndone: 'restore' in it && it.restore !== undefined,
    };
  });
}

function usesOf(connector: AnyConnector, connection: ConnectionRow): ConnectionPage['otherUses'] {
  const settings = settingsOf(connector, connection);
  const reads = <Use>(of: (it: AnyConnector, settings: unknown) => Use | null) =>
    settings.success && of(connector, settings.data) !== null;
  const has = {
    people: connector.people !== undefined,
    tickets: reads(ticketsOf),
    records: reads(recordsOf),
    chat: reads(chatOf),
    mail: connector.mail !== undefined,
    messages: connector.messages !== undefined,
  };
  return otherUses.filter((it) => has[it]);
}

/** Whether a step of the playbook would go to this connection. */
export function uses({ steps }: Playbook, offer: ConnectionOffer): boolean {
  const chosen = (on: { connection: string | null; category: string | null }) =>
    (on.connection === null || on.connection === offer.id) &&
    (on.category === null || on.category === offer.category);
  return steps.some((it) => {
    switch (it.kind) {
      case 'action':
        return chosen(it.on) && offer.actions.some(({ capability }) => capability === it.do);
      case 'ticket':
        return offer.takesTickets === true && chosen(it.ticket.on);
      case 'record':
        return offer.keepsRecords === true && chosen(it.record.on);
      case 'notice':
        return it.notice.by === offer.id;
      default:
        return false;
    }
  });
}

/** A kind of system, with what its makers wrote on how it is connected. */
export async function showConnector(
  app: App,
  caller: Caller,
  id: string,
): Promise<ConnectorForm & { readonly setup: string; readonly rehearsal: Rehearsal | null }> {
  const form = listConnectors(app, caller).find((it) => it.id === id);
  const connector = app.connectors.get(id);
  if (!form || !connector) throw notFound(`connector ${id}`);
  const page = path.join(import.meta.dirname, '..', 'connectors', form.id, 'setup.md');
  // Only those that come along have a page.
  const setup = await readFile(page, 'utf8').catch(() => '');
  return { ...form, setup, rehearsal: await rehearsalOf(app.pool, connector, null) };
}

/**
 * Nothing more goes to this system until somebody tests it; its steps wait. Not one by which people are told of
 * alerts: they would hear of nothing.
 */
export async function pauseConnection(
  app: App,
  caller: Caller,
  id: string,
  reason: string,
): Promise<void> {
  authorize(caller, 'connection.write');
  demandStepUp(caller);
  await inTransaction(app.pool, async (tx) => {
    if (!(await loadConnection(tx, id))) throw notFound(`connection ${id}`);
    const version = await moveConnection(tx, {
      connectionId: id,
      state: 'paused',
      because: `Paused by ${caller.user.name}: ${reason}`,
    });
    if (version === null) throw new Problem('not possible', `${id} is not in use now.`);
    await refuseWhileAlertsUse(tx, id, 'pause');
    await record(tx, app.keys, [
      {
        type: 'connection.changed',
        actor: caller.actor,
        row: { table: 'connections', id, version },
        data: { connection: id, change: 'state', state: 'paused' },
      },
    ]);
  });
}
