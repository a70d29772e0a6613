import type { AnyConnector } from '#connector-kit/contract.ts';
import type { Actor } from '#core/event.ts';
import { usualRechecksMs } from '#core/recheck.ts';
import type { RulePack } from '#core/rule-pack.ts';
import type { SubjectKeys } from '#ledger/record.ts';
import type { ConnectionRow } from '#store/connections.ts';
import type { Db, Pool } from '#store/sql.ts';
import type { CallsUnderWay } from './calls-under-way.ts';
import type { Clients } from './clients.ts';
import type { Clock } from './clock.ts';
import type { Groups } from './groups.ts';
import type { Measures } from './measures.ts';

/** What every part of the engine works with; put together by `main.ts`. */
export interface Engine {
  readonly pool: Pool;
  /** For short reads, of which planning needs many: those of all departures go out together. */
  readonly reads: Db;
  /** What every step reads and writes, for many steps at once. */
  readonly groups: Groups;
  /** What this process is changing outside right now. */
  readonly calls: CallsUnderWay;
  readonly keys: SubjectKeys;
  readonly connectors: ReadonlyMap<string, AnyConnector>;
  /** What laws ask for; read when a plan needs it. */
  readonly rulePacks: () => readonly RulePack[];
  readonly clients: Clients;
  /** Takes newly entered credentials of a connection out of the worker's inbox. */
  readonly takeInSecrets: (connection: ConnectionRow) => Promise<void>;
  /** Names this process in leases; unique per start. */
  readonly worker: string;
  readonly timing: Timing;
  /** Whether the moments in the database can be trusted. */
  readonly clock: Clock;
  readonly measures: Measures;
  readonly log: Log;
  /** Links in mail lead here. */
  readonly publicUrl: string;
  /** Called at the named points of a pass, so that tests can end the process there. */
  readonly failpoint: (point: Failpoint) => void;
}

/** The subset of a pino logger that we use. Fields pass an allow-list before they are written. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** How long things take, in milliseconds. Tests with real processes hand in short ones. */
export interface Timing {
  /** A claim on a step; prolonged every third of it. */
  readonly leaseMs: number;
  /** One outside call. */
  readonly callMs: number;
  /** For a transition that names none: how long its effect may take to show. */
  readonly settleMs: number;
  /** After a call of unknown outcome that must not happen twice. */
  readonly windowMs: number;
  readonly firstRetryMs: number;
  readonly longestRetryMs: number;
  /** How often a connection that is down is tried. */
  readonly probeMs: number;
  readonly sweepMs: number;
  /** A runner that has not looked into the queue for so long, though the database answers, is replaced. */
  readonly standstillMs: number;
  /** How often Gatehouse looks whether it is well itself. */
  readonly selfWatchMs: number;
  /** How often a trial goes the way of an alert. */
  readonly alertPathMs: number;
  /** How often the dead man's switch outside is told that all is well. */
  readonly deadManMs: number;
  /** How often each connection is looked at by itself, though nobody leaves. */
  readonly canaryMs: number;
  /** How often a system is read while a person has something to do that it will show. */
  readonly watchMs: number;
  /** How long planning waits for a system to say whether it knows the person. */
  readonly lookUpMs: number;
  /** When the second, third, … contact is told, counted from the first message. */
  readonly escalateAfterMs: readonly number[];
  /** After the last contact: how often they are told again while nobody sees to it. */
  readonly repeatAlertMs: number;
  readonly alertRetryMs: number;
  /** How long after its grade what ended access is looked at again; empty: never. */
  readonly rechecksMs: readonly number[];
  /** After a look that could not be made for a reason that a person has to mend. */
  readonly recheckRetryMs: number;
}

export const usualTiming: Timing = {
  leaseMs: 30_000,
  callMs: 30_000,
  settleMs: 60_000,
  windowMs: 10 * 60_000,
  firstRetryMs: 2_000,
  longestRetryMs: 15 * 60_000,
  probeMs: 60_000,
  sweepMs: 5_000,
  standstillMs: 10_000,
  selfWatchMs: 15_000,
  alertPathMs: 10 * 60_000,
  deadManMs: 60_000,
  canaryMs: 24 * 60 * 60_000,
  watchMs: 60 * 60_000,
  lookUpMs: 2_000,
  escalateAfterMs: [15 * 60_000, 60 * 60_000],
  repeatAlertMs: 4 * 60 * 60_000,
  alertRetryMs: 30_000,
  rechecksMs: usualRechecksMs,
  recheckRetryMs: 60 * 60_000,
};

/** The twelve points of a pass at which a crash must do no harm, in their order. */
export const failpoints = [
  'before the read',
  'after the read',
  'before the intent commits',
  'after the intent, before the call',
  'during the call',
  'after the call, before the read-back',
  'during the read-back',
  'before the answer commits',
  'between two read-backs',
  'before the settlement commits',
  'after the settlement',
  'before the release',
] as const;
export type Failpoint = (typeof failpoints)[number];

/** Who states a fact when no person does. */
export const engineActor: Actor = { kind: 'system', id: 'worker', auth: 'none' };
