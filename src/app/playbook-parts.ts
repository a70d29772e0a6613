import { z } from 'zod';
import { type AnyAction, type AnyConnector, actionsOf } from '#connector-kit/contract.ts';
import type { Capability } from '#core/capability.ts';
import type { ConnectionOffer } from '#core/playbook.ts';
import { offersFrom, settingsOf } from '#engine/offers.ts';
import { type ConnectionRow, listConnections } from '#store/connections.ts';
import type { App, Caller } from './app.ts';
import { authorize } from './authorize.ts';
import { rulePacks } from './rule-packs.ts';
import { surveyNames } from './surveys.ts';

/** What an action of a connected system does, and what a step may tell it. */
export interface ActionPart {
  readonly capability: Capability;
  readonly kind: AnyAction['kind'];
  readonly summary: string;
  readonly canBeUndone: boolean;
  /** JSON Schema of `with`. */
  readonly params: unknown;
}

export interface SystemPart
  extends Pick<ConnectionOffer, 'id' | 'name' | 'category' | 'holdsAccounts'> {
  readonly takesTickets: boolean;
  readonly keepsRecords: boolean;
  readonly carriesNotices: boolean;
  readonly actions: readonly ActionPart[];
}

export interface PlaybookParts {
  readonly systems: readonly SystemPart[];
  /** Names of surveys. */
  readonly surveys: readonly string[];
  /** Names of rule packs. */
  readonly rulePacks: readonly string[];
}

/** What the steps of playbooks can be made of here: what connected systems can do, and whom surveys and duties come from. */
export async function playbookParts(app: App, caller: Caller): Promise<PlaybookParts> {
  authorize(caller, 'playbook.write');
  const connections = await listConnections(app.pool);
  const rows = new Map(connections.map((it) => [it.id, it]));
  const systems = offersFrom(app.connectors, connections).map((offer) => ({
    ...offer,
    takesTickets: offer.takesTickets ?? false,
    keepsRecords: offer.keepsRecords ?? false,
    carriesNotices: offer.carriesNotices ?? false,
    actions: actionParts(app.connectors, rows.get(offer.id)!),
  }));
  return {
    systems,
    surveys: await surveyNames(app.pool),
    rulePacks: rulePacks().map(({ pack }) => pack),
  };
}

function actionParts(
  connectors: ReadonlyMap<string, AnyConnector>,
  connection: ConnectionRow,
): readonly ActionPart[] {
  const connector = connectors.get(connection.connector);
  const settings = connector && settingsOf(connector, connection);
  if (!connector || (typeof connector.actions === 'function' && !settings?.success)) return [];
  return actionsOf(connector, settings?.data).map((it) => ({
    capability: it.capability,
    kind: it.kind,
    summary: it.summary,
    canBeUndone: 'restore' in it && it.restore !== undefined,
    params: z.toJSONSchema(it.params, { io: 'input', unrepresentable: 'any' }),
  }));
}
