import { z } from 'zod';
import { categories, connectionStates } from '#core/connection.ts';
import { Day, Moment, orNull, pageOf } from './page.ts';
import { capabilityNames, Failure } from './steps.ts';

const Owner = z.object({ name: z.string(), email: z.string() });

/** One configured system. Its secrets are named and never shown. */
export const Connection = z
  .object({
    id: z.string(),
    connector: z.string(),
    name: z.string(),
    category: z.enum(categories),
    settings: z.record(z.string(), z.unknown()),
    secrets: z.array(z.string()).meta({ description: 'Names of the settings kept in the vault' }),
    expires: z.record(z.string(), Day).meta({
      description: 'The day on which a secret runs out, by its name, where somebody has said so',
    }),
    hosts: z
      .array(z.string())
      .meta({ description: 'The secrets may go to these, and nowhere else' }),
    ca: z.string().nullable().meta({ description: 'Certificates of a private authority, PEM' }),
    owner: Owner.nullable(),
    concurrency: z.int(),
    ratePerSecond: z.number().nullable().meta({
      description: 'Requests in a second, as somebody has set it; null: what the vendor documents',
    }),
    rateInForce: z.number().nullable().meta({
      description: 'Requests in a second at most; null: there is no limit of ours',
    }),
    state: z.enum(connectionStates),
    because: z.string().nullable(),
    downSince: Moment.nullable(),
    checkedAt: Moment.nullable(),
    actingAs: z.string().nullable(),
    scopes: z.array(z.string()).nullable(),
    checkFailure: orNull(Failure),
    rehearsesUntil: Moment.nullable().meta({
      description: 'It is new, and until then only says what it would do; null: it acts',
    }),
  })
  .meta({ id: 'Connection' });
export type Connection = z.infer<typeof Connection>;

export const ConnectionPage = pageOf(Connection).meta({ id: 'ConnectionPage' });
export type ConnectionPage = z.infer<typeof ConnectionPage>;

/** What an administrator gives. Secrets that are left out stay as they are. */
export const ConnectionInput = z
  .strictObject({
    connector: z.string().min(1),
    name: z.string().min(1).max(200).optional(),
    category: z.enum(categories).optional(),
    settings: z.record(z.string(), z.unknown()).meta({
      description: 'As the connector’s form says, secrets among them',
    }),
    ca: z.string().nullable().optional(),
    owner: z
      .strictObject({ name: z.string().min(1), email: z.email() })
      .nullable()
      .optional(),
    concurrency: z.int().min(1).max(100).optional(),
    ratePerSecond: z.number().positive().nullable().optional(),
    expires: z.record(z.string(), z.iso.date().nullable()).optional().meta({
      description: 'The days on which secrets run out, by their names; null: nobody knows any more',
    }),
    rehearse: z
      .boolean()
      .optional()
      .meta({
        description:
          'Whether a new connection only says what it would do for the first days; left out: yes, but on the first ' +
          'day of the installation',
      }),
  })
  .meta({ id: 'ConnectionInput' });
export type ConnectionInput = z.input<typeof ConnectionInput>;

/** When a secret runs out that is in use already. */
export const SecretDayInput = z
  .strictObject({ day: z.iso.date().nullable().meta({ description: 'Null: nobody knows' }) })
  .meta({ id: 'SecretDayInput' });

/** What one harmless call found: who we are there, and what we may do. */
export const CheckResult = z
  .discriminatedUnion('works', [
    z.object({
      works: z.literal(true),
      actingAs: z.string(),
      scopes: z.array(z.string()).nullable(),
    }),
    z.object({ works: z.literal(false), failure: Failure }),
  ])
  .meta({ id: 'CheckResult' });
export type CheckResult = z.infer<typeof CheckResult>;

export const ConnectionSaved = z
  .object({ connection: Connection, check: CheckResult })
  .meta({ id: 'ConnectionSaved' });
export type ConnectionSaved = z.infer<typeof ConnectionSaved>;

export const Discovered = z
  .object({ accounts: z.int().meta({ description: 'How many were listed' }) })
  .meta({ id: 'Discovered' });

/** A kind of system, with the form of its settings. */
export const Connector = z
  .object({
    id: z.string(),
    name: z.string(),
    category: z.enum(categories),
    settings: z.record(z.string(), z.unknown()).meta({
      description: 'JSON Schema; `secret` marks what goes to the vault',
    }),
  })
  .meta({ id: 'Connector' });
export type Connector = z.infer<typeof Connector>;

/** A kind of system, with what its makers wrote on how it is connected. */
export const ConnectorGuide = Connector.extend({
  setup: z.string().meta({ description: 'Markdown; empty: nobody wrote any' }),
  rehearsal: orNull(
    z.object({ days: z.int(), byDefault: z.boolean() }).meta({
      description:
        'For how many days a new connection may only say what it would do, and whether it does where nobody says',
    }),
  ),
}).meta({ id: 'ConnectorGuide' });
export type ConnectorGuide = z.infer<typeof ConnectorGuide>;

/** What a system can be asked, and what its answer proves. */
const Ability = z
  .object({
    capability: z.enum(capabilityNames),
    kind: z.enum(['transition', 'command', 'by-hand']).meta({
      description:
        'A transition is read back; a command is only accepted; by hand a person does it',
    }),
    summary: z.string(),
    scopes: z.array(z.string()).meta({ description: 'What the connection must be allowed to do' }),
    missing: z.array(z.string()).nullable().meta({
      description:
        'Of these, what the system did not name when it was checked; null: it does not tell',
    }),
    canBeUndone: z.boolean(),
  })
  .meta({ id: 'Ability' });
export type Ability = z.infer<typeof Ability>;

export const ConnectionDetail = Connection.extend({
  abilities: z.array(Ability),
  holdsAccounts: z.boolean(),
  otherUses: z.array(z.enum(['people', 'tickets', 'records', 'chat', 'mail', 'messages'])),
  unnamedScopes: z.array(z.string()).nullable().meta({
    description: 'Permissions held that no ability names; null: the system does not tell',
  }),
  playbooks: z
    .array(z.object({ id: z.string(), name: z.string(), title: z.string(), number: z.int() }))
    .meta({ description: 'Published ones with a step that would go there' }),
  steps: z.object({
    open: z.int().meta({ description: 'Steps there that have begun or may begin' }),
    held: z.int().meta({ description: 'Those of them that wait for a person' }),
  }),
}).meta({ id: 'ConnectionDetail' });
export type ConnectionDetail = z.infer<typeof ConnectionDetail>;

export const ConnectorPage = pageOf(Connector).meta({ id: 'ConnectorPage' });
export type ConnectorPage = z.infer<typeof ConnectorPage>;
