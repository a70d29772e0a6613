import { statfs } from 'node:fs/promises';
import { hostname } from 'node:os';
import { every } from '#core/every.ts';
import { settingsFrom } from '#core/settings.ts';
import { foundFork } from '#ledger/fork-guard.ts';
import { longestWaitMs, waitingMs } from '#ledger/waiting.ts';
import { type NewAlert, openConditions, raiseAlert, resolveAlerts } from '#store/alerts.ts';
import { backupAgeMs, backupLateMs } from '#store/backups.ts';
import { databaseNow } from '#store/clock.ts';
import { listPulses } from '#store/liveness.ts';
import { loadSettings } from '#store/settings.ts';
import { overdueSources } from '#store/sources.ts';
import { askForTrial, isPathSilent, pathCondition } from './alert-path.ts';
import { type DeadMan, openDeadMan } from './dead-man.ts';
import type { Engine } from './engine.ts';
import { queueCondition } from './standstill.ts';

/** What is the matter with Gatehouse itself. */
type Finding = Pick<NewAlert, 'condition' | 'kind' | 'title' | 'body' | 'connectionId'>;

/** Gives a finding its shape, and the list of kinds in the documents something to be compared with. */
const finding = (it: Omit<Finding, 'connectionId'> & { connectionId?: string }): Finding => ({
  connectionId: null,
  ...it,
});

const prefix = 'self';
/** What only one machine can see of itself; its name follows. */
const ofOneMachine = /^self:(clock|disk|dead-man):/;
const leastFreeShare = 0.1;
/** The sweep of some worker should have ended within this. */
const longestSweepMs = 60_000;

export interface SelfWatchOptions {
  /** The disk that holds what must not be lost; left out: none does here. */
  readonly disk?: Disk;
  /** Calls an address outside, through the guard. */
  readonly callOutside: (url: URL) => Promise<{ readonly status: number }>;
}

export interface Disk {
  readonly folder: string;
  /** From 0 to 1; null: nobody knows. */
  freeShare(): Promise<number | null>;
}

export const diskOf = (folder: string): Disk => ({
  folder,
  async freeShare() {
    const found = await statfs(folder).catch(() => null);
    return found && found.blocks > 0 ? found.bavail / found.blocks : null;
  },
});

/**
 * Looks now and again whether everything moves that a departure needs: intake, the scribe, the clocks, the disk and
 * the way by which people are told. What is amiss in two looks in a row is an alert, which ends by itself. While nothing
 * is, the dead man's switch outside is told so.
 */
export function watchItself(engine: Engine, options: SelfWatchOptions): { stop(): Promise<void> } {
  const deadMan = openDeadMan(engine, options.callOutside);
  const state: State = { before: new Set(), isFirst: true, said: '' };
  return every(engine.timing.selfWatchMs, () =>
    look(engine, options, deadMan, state).catch((error: Error) => {
      engine.log.error({ error: error.message }, 'Gatehouse could not look after itself');
    }),
  );
}

interface State {
  /** What the last look found. */
  before: ReadonlySet<string>;
  isFirst: boolean;
  /** What was logged last. */
  said: string;
}

async function look(
  engine: Engine,
  options: SelfWatchOptions,
  deadMan: DeadMan,
  state: State,
): Promise<void> {
  const { pool } = engine;
  await askTheTime(engine);
  const ages = new Map((await listPulses(pool)).map(({ name, ageMs }) => [name, ageMs]));
  await askForTrial(engine, ages);
  const found = await findings(engine, options, ages);
  const open = await openConditions(pool, [prefix, queueCondition, pathCondition]);

  const blocked = found.map(({ title }) => title);
  if (open.has(pathCondition)) blocked.push('Gatehouse cannot send mail');
  if ([...open].some((it) => it.startsWith(queueCondition))) blocked.push('Work is not taken up');
  if (await foundFork(pool)) blocked.push('The record is not the one that was signed');
  sayOnce(engine, state, blocked);

  const unreached = await deadMan.tellThatAllIsWell(blocked);
  await tell(engine, state, open, unreached === null ? found : [...found, reached(unreached)]);
}

async function askTheTime({ pool, clock }: Engine): Promise<void> {
  const asked = Date.now();
  const said = await databaseNow(pool);
  clock.noteDatabase({ said: said.getTime(), asked, answered: Date.now() });
}

async function findings(
  engine: Engine,
  { disk }: SelfWatchOptions,
  ages: ReadonlyMap<string, number>,
): Promise<readonly Finding[]> {
  const { clock } = engine;
  const problem = clock.problem();
  const free = (await disk?.freeShare()) ?? null;
  const waits = await waitingMs(engine.pool);
  const silent = await silentSources(engine);
  const backupAge = await backupAgeMs(engine.pool);
  return [
    ...silent.map(({ id, name, polledAt }) =>
      finding({
        condition: `${prefix}:intake:${id}`,
        kind: 'intake.overdue',
        title: 'An HR system is no longer read',
        body:
          `${name} (${id}) should have been read long ago, and nobody has begun since ${polledAt.toISOString()}. A departure ` +
          'whose webhook is lost is not seen. Look into the log of the worker, and restart it.',
        connectionId: id,
      }),
    ),
    ...(waits > longestWaitMs
      ? [
          finding({
            condition: `${prefix}:record`,
            kind: 'record.waiting',
            title: 'The record is not written on',
            body:
              `What happened ${Math.round(waits / 1_000)} seconds ago is not in the signed record yet. Steps go on, and nothing ` +
              'is lost, but nothing is signed. See whether a scribe runs (gatehouse serve, or gatehouse scribe), and look into its log.',
          }),
        ]
      : []),
    ...(problem === null
      ? []
      : [
          finding({
            condition: `${prefix}:clock:${hostname()}`,
            kind: 'clock.skew',
            title: 'The clocks do not agree',
            body:
              `${problem} Seen by the worker on ${hostname()}. Until they agree, no step begins because its moment has come; what is ` +
              'to happen at once goes on. Set the clock that is wrong, by NTP.',
          }),
        ]),
    ...(free !== null && free < leastFreeShare
      ? [
          finding({
            condition: `${prefix}:disk:${hostname()}`,
            kind: 'disk.low',
            title: 'A disk is nearly full',
            body: `The disk of ${disk!.folder} on ${hostname()} has ${Math.floor(free * 100)} % left. When it is full, nothing goes on. Make room.`,
          }),
        ]
      : []),
    ...(backupAge !== null && backupAge > backupLateMs
      ? [
          finding({
            condition: `${prefix}:backup`,
            kind: 'backup.late',
            title: 'The backup is late',
            body:
              `The database was last backed up ${Math.round(backupAge / 3_600_000)} hours ago, and had been before. See why the timer ` +
              'that calls gatehouse backup fails.',
          }),
        ]
      : []),
    ...((ages.get('engine') ?? 0) > longestSweepMs
      ? [
          finding({
            condition: `${prefix}:sweep`,
            kind: 'sweep.late',
            title: 'The sweep is late',
            body:
              'What no job has woken is looked for every five seconds, and that has not come to its end for more than a minute. Steps that are ' +
              'woken go on; a timer may be missed. Look into the log of the worker, and restart it.',
          }),
        ]
      : []),
    ...(isPathSilent(engine, ages)
      ? [
          finding({
            condition: `${prefix}:alerts`,
            kind: 'alerts.silent',
            title: 'Alerts may not reach anybody',
            body:
              'Every ten minutes a trial goes the way of an alert. None has come through for long, so alerts may not ' +
              'either. Look into the log of the worker, and restart it.',
          }),
        ]
      : []),
  ];
}

const reached = (because: string): Finding =>
  finding({
    condition: `${prefix}:dead-man:${hostname()}`,
    kind: 'dead-man.unreached',
    title: 'The dead man’s switch outside cannot be told that all is well',
    body:
      `The address in alerts.deadManUrl could not be called three times in a row: ${because} ` +
      'Whoever watches there will soon believe that Gatehouse is down.',
  });

/** Alerts are raised by whoever sees first, and end when nobody sees it any more. */
async function tell(
  { pool }: Engine,
  state: State,
  open: ReadonlySet<string>,
  found: readonly Finding[],
): Promise<void> {
  const now = new Set(found.map(({ condition }) => condition));
  for (const it of found) {
    if (open.has(it.condition) || !state.before.has(it.condition)) continue;
    await raiseAlert(pool, { ...it, caseId: null, stepId: null, confidential: false });
  }
  for (const condition of open) {
    if (!condition.startsWith(`${prefix}:`) || now.has(condition)) continue;
    // What another machine sees of itself it ends itself, unless it is there no more: a restart clears all.
    const isOthers = ofOneMachine.test(condition) && !condition.endsWith(`:${hostname()}`);
    if (!isOthers || state.isFirst) await resolveAlerts(pool, condition);
  }
  state.before = now;
  state.isFirst = false;
}

/** The log says what is the matter when that changes. */
function sayOnce({ log, clock }: Engine, state: State, blocked: readonly string[]): void {
  const warning = clock.problem() ?? clock.warning();
  const said = [...blocked, ...(warning === null ? [] : [warning])].join('; ');
  if (said === state.said) return;
  if (said === '') log.info({}, 'all is well again');
  else log.warn({}, `not all is well: ${said}`);
  state.said = said;
}

async function silentSources({ pool, connectors }: Engine) {
  const { pollMinutes } = settingsFrom(await loadSettings(pool)).sources;
  const reading = [...connectors.values()].filter(({ people }) => people?.changes || people?.files);
  return overdueSources(pool, {
    connectors: reading.map(({ id }) => id),
    afterMs: (2 * pollMinutes + 5) * 60_000,
  });
}
