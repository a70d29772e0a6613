import { z } from 'zod';
import type { AnyConnector, ReadyDescription } from '#connector-kit/contract.ts';
import { type ConnectionRow, loadConnection } from '#store/connections.ts';
import type { App, Caller } from './app.ts';
import { authorize } from './authorize.ts';
import { saveConnectionInput } from './connections.ts';
import { notFound, Problem } from './problem.ts';

/** A description that comes along, and the connector that it is for. */
export interface Ready extends ReadyDescription {
  readonly connector: string;
}

export function listDescriptions(app: App, caller: Caller): readonly Ready[] {
  authorize(caller, 'connection.read');
  return [...app.connectors.values()].flatMap((connector) =>
    (connector.descriptions?.ready() ?? []).map((it) => ({ ...it, connector: connector.id })),
  );
}

export function readyDescription(app: App, caller: Caller, id: string): Ready {
  const found = listDescriptions(app, caller).find((it) => it.id === id);
  if (!found) throw notFound(`description ${id}`);
  return found;
}

/** The description of one connection, as a file holds it: with neither secret nor address. */
export async function exportDescription(
  app: App,
  caller: Caller,
  connectionId: string,
): Promise<{ readonly description: unknown }> {
  authorize(caller, 'connection.read');
  const { connection } = await describedConnection(app, connectionId);
  return { description: connection.settings['description'] };
}

/** Puts another description in the place of the one that a connection has, and tries the connection. */
export async function importDescription(
  app: App,
  caller: Caller,
  connectionId: string,
  file: unknown,
): Promise<{ connection: ConnectionRow; check: unknown }> {
  authorize(caller, 'connection.write');
  const { connection, descriptions } = await describedConnection(app, connectionId);
  const read = descriptions.file.safeParse(file);
  if (!read.success) {
    throw new Problem(
      'not readable',
      'This is not a description as a file holds it.',
      read.error.issues.map((it) => ({ at: it.path.join('.') || 'file', problem: it.message })),
    );
  }
  const { description } = z.object({ description: z.unknown() }).parse(file);
  return saveConnectionInput(app, caller, {
    id: connection.id,
    connector: connection.connector,
    settings: { ...connection.settings, description },
  });
}

async function describedConnection(
  app: App,
  id: string,
): Promise<{
  connection: ConnectionRow;
  descriptions: NonNullable<AnyConnector['descriptions']>;
}> {
  const connection = await loadConnection(app.pool, id);
  if (!connection || connection.state === 'disabled') throw notFound(`connection ${id}`);
  const descriptions = app.connectors.get(connection.connector)?.descriptions;
  if (descriptions) return { connection, descriptions };
  throw new Problem(
    'not possible',
    `${id} is a ${connection.connector} connection, which is not described as data.`,
  );
}
