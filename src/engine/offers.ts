import { type AnyAction, type AnyConnector, actionsOf } from '#connector-kit/contract.ts';
import { standInSecret } from '#connector-kit/fields.ts';
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
      return {
        id: connection.id,
        name: connection.name,
        category: connection.category,
        holdsAccounts: connector?.accounts != null,
        actions: offeredActions(connector, connection).map((it) => ({
          capability: it.capability,
          kind: it.kind,
          mustPrecede: it.mustPrecede ?? [],
          requiredParams: requiredParams(it.params),
        })),
      };
    });

/** The actions a connection offers; needs no secrets and calls nobody. */
function offeredActions(
  connector: AnyConnector | undefined,
  connection: ConnectionRow,
): readonly AnyAction[] {
  if (!connector) return [];
  if (typeof connector.actions !== 'function') return connector.actions;
  // Secrets decide nothing about what a system can do; stand-ins let the settings parse.
  const standIns = [...connection.secretFields, ...connection.inboundFields].map((field) => [
    field,
    standInSecret,
  ]);
  const settings = connector.settings.safeParse({
    ...connection.settings,
    ...Object.fromEntries(standIns),
  });
  return settings.success ? actionsOf(connector, settings.data) : [];
}

/** The names a playbook must give: those that a step without parameters is refused for. */
function requiredParams(shape: AnyAction['params']): string[] {
  const { error } = shape.safeParse({});
  return error ? error.issues.map((it) => it.path.map(String).join('.')) : [];
}
