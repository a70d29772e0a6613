import type { Owned, OwnedByAccount } from './ownership.ts';
import type { PlanInput, PlannedStep } from './plan.ts';
import { accountsIn, ownStep } from './plan-accounts.ts';
import type { Assignee } from './playbook.ts';
import { nameSomebody, type Receivers } from './successor.ts';

/** What hangs on the person who leaves, beside their own access. */
export interface Continuity {
  readonly receivers: Receivers;
  /** By connection; `unknown`: nobody could say yet. Connections that cannot be asked are left out. */
  readonly owned: ReadonlyMap<string, OwnedByAccount | 'unknown'>;
  /** Connections of Gatehouse itself that hang on the person. */
  readonly connections: readonly DependentConnection[];
  /** People whose record names the leaver as their manager. */
  readonly reports: readonly { readonly name: string }[];
  /** What the person is in Gatehouse itself. */
  readonly isUser: boolean;
  readonly isAlertContact: boolean;
}

export interface DependentConnection {
  readonly id: string;
  readonly name: string;
  /** The person is named as its owner, or Gatehouse signs in there with their own account. */
  readonly because: 'owner' | 'credential';
}

/** Name of the steps that planning adds for role continuity. */
export const continuityStep = 'continuity';

/**
 * What has to be handed over before the cut and what no step of the playbook hands over: a task
 * each, for a person, in the operations layer. Nothing waits for them, the cut least of all.
 */
export function continuitySteps(
  input: PlanInput,
  planned: readonly PlannedStep[],
): readonly PlannedStep[] {
  const { continuity: it, person } = input;
  if (!it) return [];
  const nameOf = (id: string) => input.connections.find((one) => one.id === id)?.name ?? id;
  const task = (key: string, title: string, instructions: string, assignTo: Assignee) =>
    taskStep(input, { key, title, instructions, assignTo });
  const steps: PlannedStep[] = [];

  for (const { connection, account, login, things } of uncovered(input, planned)) {
    steps.push(
      task(
        `sole-owner:${connection}:${account}`,
        `Give what ${login} alone owns in ${nameOf(connection)} another owner`,
        `Nobody but ${login} owns these in ${nameOf(connection)}, so that they belong to no one after ` +
          `the departure: ${listed(things)}. Add another owner first, then take the old one out.` +
          forWhom(it.receivers),
        { systemOwner: connection },
      ),
    );
  }
  for (const { id, name, because } of it.connections) {
    const owner = because === 'owner';
    steps.push(
      task(
        `connection-${because}:${id}`,
        `Give the connection ${name} another ${owner ? 'owner' : 'credential'}`,
        owner
          ? `${person.name} is the owner of the connection ${name} and would be told when it fails. ` +
              `Name another owner (gatehouse connection add, with the same id).`
          : `Gatehouse signs in to ${name} with an account of ${person.name}. Give the connection another ` +
              'credential before access ends, or Gatehouse loses its access with this departure.',
        { role: 'it-admin' },
      ),
    );
  }
  if (it.isUser || it.isAlertContact) steps.push(gatehouseTask(input, it, task));
  if (it.reports.length > 0) {
    const many = it.reports.length === 1 ? '1 person' : `${it.reports.length} people`;
    steps.push(
      task(
        'direct-reports',
        `Name a new manager for ${many}`,
        `${person.name} is the manager of ${listed(it.reports)}. Enter their new manager in the HR ` +
          `system.${forWhom(it.receivers)}`,
        { role: 'hr' },
      ),
    );
  }
  return steps;
}

type MakeTask = (key: string, title: string, text: string, assignTo: Assignee) => PlannedStep;

function gatehouseTask({ person }: PlanInput, it: Continuity, task: MakeTask): PlannedStep {
  const parts = [
    it.isUser &&
      `${person.name} is a user of Gatehouse: end that, and with it their keys ` +
        '(gatehouse user disable, on the server).',
    it.isAlertContact &&
      `${person.name} is told of alerts: put somebody else in their place ` +
        '(gatehouse settings set alerts).',
  ];
  const title = it.isAlertContact
    ? `Put somebody in the place of ${person.name} in Gatehouse`
    : `End the use of Gatehouse by ${person.name}`;
  return task('gatehouse', title, parts.filter(Boolean).join(' '), { role: 'it-admin' });
}

/** What whoever reads the plan should know before anything is asked of anybody. */
export function continuityNotes(
  input: PlanInput,
  planned: readonly PlannedStep[],
): readonly string[] {
  const { continuity: it } = input;
  if (!it) return [];
  const notes: string[] = [];
  for (const { name, because } of it.connections) {
    if (because !== 'credential') continue;
    notes.push(
      `Gatehouse signs in to ${name} with an account of ${input.person.name}: it loses its access there ` +
        'with this departure, unless the connection gets another credential.',
    );
  }
  for (const step of planned) {
    const { capability, account, connectionId, at } = step;
    if (capability !== 'ownership.transfer' || !account || !connectionId) continue;
    const owned = thingsOf(it, connectionId, account.id).filter(({ soleOwner }) => soleOwner);
    const { dates } = input;
    const late = at.due !== null && 'accessEnds' in dates && at.due > dates.accessEnds.at;
    if (owned.length === 0 || !late) continue;
    notes.push(
      `“${step.playbookStep}” hands over what ${account.login} alone owns only after access has ended: ` +
        `${listed(owned)}.`,
    );
  }
  const hangs =
    it.reports.length > 0 || [...it.owned.values()].some((one) => one !== 'unknown' && hasAny(one));
  if (hangs && !it.receivers.successor)
    notes.push(`Nobody is known who takes over. ${nameSomebody}`);
  return notes;
}

const hasAny = (owned: OwnedByAccount): boolean =>
  [...owned.values()].some((things) => things.length > 0);

export const ownedLookupKey = (connection: string, account: string): string =>
  `lookup-owned:${connection}:${account}`;

/** Asks what an account owns, where that could not be asked yet. Nothing waits for the answer. */
export function ownedLookups(input: PlanInput): readonly PlannedStep[] {
  const owned = input.continuity?.owned ?? new Map<string, OwnedByAccount | 'unknown'>();
  return input.connections.flatMap(({ id, name }) => {
    const known = owned.get(id);
    const accounts = accountsIn(input, id);
    if (known === undefined || accounts === 'unknown') return [];
    return accounts
      .filter((it) => it.status !== 'deleted' && (known === 'unknown' || !known.has(it.id)))
      .map(
        (account): PlannedStep => ({
          ...ownStep(input, 'operations', id),
          key: ownedLookupKey(id, account.id),
          playbookStep: 'lookup-owned',
          title: `Look up what ${account.login} owns in ${name}`,
          why: 'What nobody else owns has to be handed over.',
          account: { id: account.id, login: account.login, privileged: account.privileged },
        }),
      );
  });
}

/** What an account alone owns and no step of the plan hands over. */
function uncovered(input: PlanInput, planned: readonly PlannedStep[]) {
  const handsOver = (connection: string, account: string, thing: Owned) =>
    planned.some(
      (it) =>
        it.connectionId === connection &&
        it.account?.id === account &&
        ((it.capability === 'ownership.transfer' && thing.kind !== 'direct report') ||
          (it.capability === 'reports.move' && thing.kind === 'direct report') ||
          (it.capability === 'data.transfer' && isData(thing))),
    );
  return input.connections.flatMap(({ id: connection }) => {
    const accounts = accountsIn(input, connection);
    if (!input.continuity || accounts === 'unknown') return [];
    const { continuity } = input;
    return accounts.flatMap(({ id: account, login }) => {
      const things = thingsOf(continuity, connection, account).filter(
        (it) =>
          it.soleOwner &&
          !handsOver(connection, account, it) &&
          // The HR system knows whose manager somebody is, and has a task of its own.
          (it.kind !== 'direct report' || continuity.reports.length === 0),
      );
      return things.length === 0 ? [] : [{ connection, account, login, things }];
    });
  });
}

const isData = ({ kind }: Owned): boolean => ['file', 'mailbox', 'calendar'].includes(kind);

/** What one account owns, as far as it is known. */
export function thingsOf(it: Continuity, connection: string, account: string): readonly Owned[] {
  const owned = it.owned.get(connection);
  return owned === undefined || owned === 'unknown' ? [] : (owned.get(account) ?? []);
}

const mostListed = 20;

/** Names, with what they are where that is known; the rest is counted. */
export function listed(things: readonly { readonly name: string; readonly kind?: string }[]) {
  const names = things
    .slice(0, mostListed)
    .map(({ name, kind }) => (kind === undefined || kind === 'other' ? name : `${name} (${kind})`));
  const rest = things.length - names.length;
  return `${names.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

const forWhom = ({ successor }: Receivers): string =>
  successor ? ` Who takes over is ${successor.name} (${successor.email}).` : ` ${nameSomebody}`;

interface OwnTask {
  readonly key: string;
  readonly title: string;
  readonly instructions: string;
  readonly assignTo: Assignee;
}

function taskStep(input: PlanInput, { key, ...task }: OwnTask): PlannedStep {
  return {
    ...ownStep(input, 'operations'),
    key,
    playbookStep: continuityStep,
    title: task.title,
    why: 'Work has to go on when this person is gone.',
    kind: 'task',
    task: { ...task, deadline: deadlineOf(input).toISOString(), proof: [] },
  };
}

const dayMs = 24 * 60 * 60_000;

/** Before access ends; where it ends at once, within a day. */
function deadlineOf({ dates }: PlanInput): Date {
  const { confirmedAt } = dates;
  if ('accessEnds' in dates && dates.accessEnds.at > confirmedAt) return dates.accessEnds.at;
  return new Date(confirmedAt.getTime() + dayMs);
}
