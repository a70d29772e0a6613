import {
  type AnyAction,
  type AnyConnector,
  actionsOf,
  chatOf,
  recordsOf,
  ticketsOf,
} from '#connector-kit/contract.ts';
import { personParams, standInSecret } from '#connector-kit/fields.ts';
import type { ConnectionOffer } from '#core/playbook.ts';
import type { ConnectionRow } from '#store/connections.ts';

type Connectors = ReadonlyMap<string, AnyConnector>;

/** What each connection can do, as planning sees it. Disabled ones offer nothing. */
export const offersFrom = (
  connectors: Connectors,
  connections: readonly ConnectionRow[],
): readonly ConnectionOffer[] =>
  connections
    .filter((it) => it.state !== 'disabled')
    .map((connection) => {
      const connector = connectors.get(connection.connector);
      const kept = made.get(connection.uuid);
      if (kept?.version === connection.version && kept.connector === connector) return kept.offer;
      const offer = offerOf(connector, connection);
      made.set(connection.uuid, { version: connection.version, connector, offer });
      return offer;
    });

/** Every plan asks what each connection offers, which stays the same until its settings change. */
const made = new Map<
  string,
  { version: number; connector: AnyConnector | undefined; offer: ConnectionOffer }
>();

function offerOf(connector: AnyConnector | undefined, connection: ConnectionRow): ConnectionOffer {
  const { actions, areAccess, ...can } = offered(connector, connection);
  return {
    id: connection.id,
    name: connection.name,
    category: connection.category,
    holdsAccounts: connector?.accounts != null,
    ...can,
    ...(!areAccess && { areAccess: false as const }),
    actions: actions.map((it) => ({
      capability: it.capability,
      kind: it.kind,
      mustPrecede: it.mustPrecede ?? [],
      requiredParams: askedFor(it.params).required.filter((name) => !isFilledIn(it, name)),
      personParams: askedFor(it.params).persons,
    })),
  };
}

interface Offered {
  readonly actions: readonly AnyAction[];
  readonly takesTickets: boolean;
  readonly readsOwned: boolean;
  readonly keepsRecords: boolean;
  readonly carriesNotices: boolean;
  readonly areAccess: boolean;
}

const nothing: Offered = {
  actions: [],
  takesTickets: false,
  readsOwned: false,
  keepsRecords: false,
  carriesNotices: false,
  areAccess: true,
};

/** What a connection offers; needs no secrets and calls nobody. */
function offered(connector: AnyConnector | undefined, connection: ConnectionRow): Offered {
  if (!connector) return nothing;
  const { actions, tickets, owns, records, chat } = connector;
  const areAccess = connector.accounts?.areAccess ?? true;
  // Where nobody can tell, it counts as access.
  const unread = { ...nothing, areAccess: areAccess !== false };
  const isFixed = ![actions, tickets, owns, records, chat, areAccess].some(
    (it) => typeof it === 'function',
  );
  if (isFixed && typeof actions !== 'function') {
    return {
      ...unread,
      actions,
      takesTickets: tickets !== undefined,
      keepsRecords: records !== undefined,
      carriesNotices: chat !== undefined,
    };
  }
  const settings = settingsOf(connector, connection);
  if (!settings.success) {
    return typeof actions === 'function' ? unread : { ...unread, actions };
  }
  return {
    actions: actionsOf(connector, settings.data),
    takesTickets: ticketsOf(connector, settings.data) !== null,
    readsOwned: owns?.(settings.data) != null,
    keepsRecords: recordsOf(connector, settings.data) !== null,
    carriesNotices: chatOf(connector, settings.data) !== null,
    areAccess: typeof areAccess === 'function' ? areAccess(settings.data) : areAccess,
  };
}

/** Secrets decide nothing about what a system can do; stand-ins let the settings parse. */
export function settingsOf(connector: AnyConnector, connection: ConnectionRow) {
  const { settings, secretFields, inboundFields } = connection;
  const standIns = [...secretFields, ...inboundFields].map((field) => [field, standInSecret]);
  return connector.settings.safeParse({ ...settings, ...Object.fromEntries(standIns) });
}

/** Whom a new account is for is no choice of the playbook. */
const isFilledIn = ({ capability }: AnyAction, name: string): boolean =>
  capability === 'account.create' && name === 'person';

interface AskedFor {
  readonly required: readonly string[];
  readonly persons: readonly string[];
}

/** A plan asks for all of them each time, and most stay the same for as long as the program runs. */
const known = new WeakMap<AnyAction['params'], AskedFor>();

function askedFor(shape: AnyAction['params']): AskedFor {
  const found = known.get(shape) ?? {
    required: requiredParams(shape),
    persons: personParams(shape),
  };
  known.set(shape, found);
  return found;
}

/** The names a playbook must give: those that a step without parameters is refused for. */
function requiredParams(shape: AnyAction['params']): string[] {
  const { error } = shape.safeParse({});
  return error ? error.issues.map((it) => it.path.map(String).join('.')) : [];
}
