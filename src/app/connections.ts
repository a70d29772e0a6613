import { z } from 'zod';
import { type AnyConnector, allowedOf } from '#connector-kit/contract.ts';
import { standInSecret } from '#connector-kit/fields.ts';
import { type Category, categories } from '#core/connection.ts';
import { record } from '#ledger/record.ts';
import { resolveAlerts, resolveConnectionAlerts } from '#store/alerts.ts';
import { databaseNow } from '#store/clock.ts';
import {
  type ConnectionRow,
  listConnections as listStored,
  loadConnection,
  moveConnection,
  saveConnection,
} from '#store/connections.ts';
import { secretCondition } from '#store/secret-days.ts';
import { inTransaction } from '#store/sql.ts';
import { refuseWhereAlertsFail, refuseWhileAlertsUse } from './alert-ways.ts';
import type { App, Caller } from './app.ts';
import { authorize, demandStepUp } from './authorize.ts';
import { order } from './orders.ts';
import { changedMeanwhile, notFound, Problem } from './problem.ts';
import { rehearsalOf } from './rehearsals.ts';
import { expiriesOf } from './secret-days.ts';

export type { ConnectionRow };

/** What an administrator gives; secrets stand among the settings and go no further than the vault. */
export const ConnectionInput = z.strictObject({
  id: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9-]{0,62}$/,
      'lower-case letters, digits and hyphens, such as okta-prod',
    ),
  connector: z.string().min(1),
  name: z.string().min(1).optional(),
  category: z.enum(categories).optional(),
  settings: z.record(z.string(), z.unknown()),
  ca: z.string().nullable().optional(),
  owner: z
    .strictObject({ name: z.string().min(1), email: z.email() })
    .nullable()
    .optional(),
  concurrency: z.int().min(1).max(100).optional(),
  ratePerSecond: z.number().positive().nullable().optional(),
  expires: z.record(z.string(), z.iso.date().nullable()).optional(),
  /** Whether a new one only says what it would do at first; left out: as `rehearsalOf` says. */
  rehearse: z.boolean().optional(),
});
export type ConnectionInput = z.infer<typeof ConnectionInput>;

/** How a connection is shown: everything but its secrets. */
export interface ConnectorForm {
  readonly id: string;
  readonly name: string;
  readonly category: Category;
  /** JSON Schema of the settings, with `title`, `description`, `secret`. */
  readonly settings: unknown;
}

export async function listConnections(app: App, caller: Caller): Promise<readonly ConnectionRow[]> {
  authorize(caller, 'connection.read');
  return listStored(app.pool);
}

export function listConnectors(app: App, caller: Caller): readonly ConnectorForm[] {
  authorize(caller, 'connection.read');
  return [...app.connectors.values()].map((it) => ({
    id: it.id,
    name: it.name,
    category: it.category,
    settings: formOf(it),
  }));
}

const formOf = (it: AnyConnector) =>
  z.toJSONSchema(it.settings, { io: 'input', unrepresentable: 'any' });

interface Field {
  readonly secret?: boolean;
  readonly inbound?: boolean;
}

/** The settings that go to the vault: for the worker, or for whoever checks what comes in. */
function secretFields(connector: AnyConnector): { outbound: string[]; inbound: string[] } {
  const schema = formOf(connector) as { properties?: Record<string, Field> };
  const fields = Object.entries(schema.properties ?? {}).filter(([, it]) => it.secret);
  return {
    outbound: fields.filter(([, it]) => !it.inbound).map(([name]) => name),
    inbound: fields.filter(([, it]) => it.inbound).map(([name]) => name),
  };
}

/**
 * Adds a connection or changes one, then tries it. Secrets that are left out stay as they
 * are, unless the hosts change: a secret is bound to its hosts and has to be entered anew. Null ends one that
 * checks what comes in.
 */
export async function saveConnectionInput(
  app: App,
  caller: Caller,
  input: ConnectionInput,
): Promise<{ connection: ConnectionRow; check: unknown }> {
  authorize(caller, 'connection.write');
  demandStepUp(caller);
  const connector = app.connectors.get(input.connector);
  if (!connector) {
    throw new Problem(
      'not readable',
      `There is no connector ${input.connector}. There are: ${[...app.connectors.keys()].join(', ')}.`,
    );
  }
  const known = await loadConnection(app.pool, input.id);
  if (known && known.connector !== input.connector) {
    throw new Problem(
      'not possible',
      `${input.id} is a ${known.connector} connection. Use another id for a ${input.connector} one.`,
    );
  }

  const { outbound, inbound } = secretFields(connector);
  // Null ends a secret that checks what comes in, such as the one before the last; one that is needed stays.
  const ended = inbound.filter((field) => input.settings[field] === null);
  const kept = known
    ? [...known.secretFields, ...known.inboundFields].filter((it) => !ended.includes(it))
    : [];
  const standIns = kept
    .filter((field) => input.settings[field] === undefined)
    .map((field) => [field, standInSecret]);
  const parsed = connector.settings.safeParse({
    ...Object.fromEntries(standIns),
    ...Object.fromEntries(Object.entries(input.settings).filter(([it]) => !ended.includes(it))),
  });
  if (!parsed.success) {
    throw new Problem(
      'not readable',
      `The settings of ${input.id} do not fit the connector ${connector.name}.`,
      parsed.error.issues.map((it) => ({
        at: it.path.join('.') || 'settings',
        problem: it.message,
      })),
    );
  }
  const hosts = connector.hosts(parsed.data);
  const given = (names: readonly string[]) =>
    names.filter((name) => typeof input.settings[name] === 'string');
  const moved = known && known.allowedHosts.join() !== [...hosts].join();
  const missing = moved ? known.secretFields.filter((it) => !given(outbound).includes(it)) : [];
  if (missing.length > 0) {
    throw new Problem(
      'not possible',
      `The hosts change, and a secret is bound to its hosts: enter ${missing.join(', ')} again.`,
    );
  }

  const secret = new Set([...outbound, ...inbound]);
  const open = Object.entries(input.settings).filter(([name]) => !secret.has(name));
  const union = (names: readonly string[], before: readonly string[]) => [
    ...new Set([...before, ...given(names)]),
  ];
  const secretFieldsNow = union(outbound, known?.secretFields ?? []);
  const inboundFieldsNow = union(inbound, known?.inboundFields ?? []).filter(
    (it) => !ended.includes(it),
  );
  const rehearsal = await rehearsalOf(app.pool, connector, parsed.data);
  const rehearses = input.rehearse ?? rehearsal?.byDefault ?? false;
  const now = await databaseNow(app.pool);
  const secretsExpire = expiriesOf({
    input,
    known: known?.secretsExpire ?? {},
    secrets: [...secretFieldsNow, ...inboundFieldsNow],
    replaced: given([...secret]),
    today: now.toISOString().slice(0, 10),
  });
  await inTransaction(app.pool, async (tx) => {
    const saved = await saveConnection(tx, {
      id: input.id,
      connector: connector.id,
      name: input.name ?? known?.name ?? connector.name,
      category: input.category ?? known?.category ?? connector.category,
      settings: Object.fromEntries(open),
      secretFields: secretFieldsNow,
      inboundFields: inboundFieldsNow,
      secretsExpire,
      allowedHosts: [...hosts],
      ca: input.ca === undefined ? (known?.ca ?? null) : input.ca,
      owner: input.owner === undefined ? (known?.owner ?? null) : input.owner,
      concurrency: input.concurrency ?? known?.concurrency ?? 4,
      ratePerSecond:
        input.ratePerSecond === undefined ? (known?.ratePerSecond ?? null) : input.ratePerSecond,
      version: known?.version ?? null,
      allowed: allowedOf(connector, parsed.data),
      rehearsalDays: rehearses ? (rehearsal?.days ?? 0) : 0,
    });
    if (!saved) throw changedMeanwhile(`The connection ${input.id}`);
    await refuseWhereAlertsFail(tx, app.connectors, input.id);
    for (const [name, day] of Object.entries(known?.secretsExpire ?? {})) {
      if (secretsExpire[name] !== day) await resolveAlerts(tx, secretCondition(input.id, name));
    }
    await record(tx, app.keys, [
      {
        type: 'connection.changed',
        actor: caller.actor,
        row: { table: 'connections', id: input.id, version: saved.version },
        data: {
          connection: input.id,
          connector: connector.id,
          change: known ? 'changed' : 'added',
          state: 'active',
          hosts: [...hosts],
          ...(saved.rehearsesUntil && { rehearses_until: saved.rehearsesUntil.toISOString() }),
        },
      },
    ]);
  });

  const connection = (await loadConnection(app.pool, input.id))!;
  for (const field of given(outbound)) {
    await app.secrets.handOver({
      connectionUuid: connection.uuid,
      field,
      version: connection.version,
      value: String(input.settings[field]),
      hosts,
      enteredBy: caller.user.id,
    });
  }
  for (const field of given(inbound)) {
    const value = String(input.settings[field]);
    await app.secrets.storeInbound({ connectionUuid: connection.uuid, field, value });
  }
  for (const field of ended) {
    await app.secrets.removeInbound({ connectionUuid: connection.uuid, field });
  }
  const check = await order(app, caller, { kind: 'check', input: { connectionId: input.id } });
  return { connection: (await loadConnection(app.pool, input.id))!, check };
}

/** One harmless call: who are we there, and what may we do? */
export async function testConnection(app: App, caller: Caller, id: string): Promise<unknown> {
  authorize(caller, 'connection.test');
  if (!(await loadConnection(app.pool, id))) throw notFound(`connection ${id}`);
  return order(app, caller, { kind: 'check', input: { connectionId: id } });
}

/** Lists every account of one connection into the discovery map. */
export async function discover(app: App, caller: Caller, id: string): Promise<unknown> {
  authorize(caller, 'connection.test');
  if (!(await loadConnection(app.pool, id))) throw notFound(`connection ${id}`);
  return order(app, caller, {
    kind: 'discover',
    input: { connectionId: id },
    patienceMs: 10 * 60_000,
  });
}

/** Ends a connection by which nobody is told of alerts. Its history stays; open steps in it wait for a person. */
export async function removeConnection(app: App, caller: Caller, id: string): Promise<void> {
  authorize(caller, 'connection.write');
  demandStepUp(caller);
  await inTransaction(app.pool, async (tx) => {
    const version = await moveConnection(tx, {
      connectionId: id,
      state: 'disabled',
      because: `Removed by ${caller.user.name}.`,
    });
    if (version === null) throw notFound(`connection ${id}`);
    await refuseWhileAlertsUse(tx, id);
    await resolveConnectionAlerts(tx, id);
    await record(tx, app.keys, [
      {
        type: 'connection.changed',
        actor: caller.actor,
        row: { table: 'connections', id, version },
        data: { connection: id, change: 'removed', state: 'disabled' },
      },
    ]);
  });
}
