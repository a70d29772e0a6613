import type { Account } from './account.ts';
import { type Capability, capabilities } from './capability.ts';
import type { PlanInput, PlannedStep } from './plan.ts';
import { asSoonAsPossible, priorityOf, timingOf } from './plan-steps.ts';
import type { ConnectionOffer } from './playbook.ts';
import type { Layer } from './step.ts';

export const lookupKey = (connection: string): string => `lookup:${connection}`;
export const createdKey = (connection: string): string => `lookup-created:${connection}`;

/** What is known of one connection: each account once, privileged ones first. */
export function accountsIn(input: PlanInput, connection: string): readonly Account[] | 'unknown' {
  const known = input.accounts.get(connection) ?? 'unknown';
  if (known === 'unknown') return known;
  const each = new Map(known.map((account) => [account.id, account]));
  return [...each.values()].sort(
    (a, b) => Number(b.privileged) - Number(a.privileged) || (a.id < b.id ? -1 : 1),
  );
}

/**
 * Look-ups: at once where nobody could answer yet, and again everywhere when access ends, so
 * that accounts made in between are found. Whether access ends later is judged at confirmation,
 * so that planning again on the day itself does not lose them.
 */
export function lookupSteps(input: PlanInput): readonly PlannedStep[] {
  const { dates, connections } = input;
  const holders = connections.filter((it) => it.holdsAccounts);
  const unknown = holders.filter(({ id }) => accountsIn(input, id) === 'unknown');
  const lookNow = ({ id, name, areAccess }: ConnectionOffer): PlannedStep => ({
    ...ownStep(input, layerOf(areAccess), id),
    key: lookupKey(id),
    playbookStep: 'lookup',
    title: `Look up accounts in ${name}`,
    why: 'It could not be asked yet; what is found there goes into the plan.',
    kind: 'lookup',
  });
  const endsLater = 'accessEnds' in dates && dates.accessEnds.at > dates.confirmedAt;
  if (!endsLater) return unknown.map(lookNow);
  const atCut = timingOf({ anchor: 'access ends', offset: null, time: null }, input);

  const later = holders.map(
    ({ id, name, areAccess }): PlannedStep => ({
      ...ownStep(input, layerOf(areAccess), id),
      key: `lookup-at-cut:${id}`,
      playbookStep: 'lookup-at-cut',
      title: `Look up accounts in ${name} again`,
      why: 'Accounts may have been made since this was planned.',
      kind: 'lookup',
      at: atCut,
    }),
  );
  return [...unknown.map(lookNow), ...later];
}

/** Looks for accounts that were just made, so that what is to happen with them can be planned. */
export const createdLookups = (
  input: PlanInput,
  creating: ReadonlySet<string>,
): readonly PlannedStep[] =>
  input.connections
    .filter(({ id }) => creating.has(id))
    .map(({ id, name }) => ({
      ...ownStep(input, 'security', id),
      key: createdKey(id),
      playbookStep: 'lookup-created',
      title: `Find the new account in ${name}`,
      why: 'What comes after, such as groups, needs to know which account it is.',
      layer: 'operations',
      kind: 'lookup',
    }));

/** Where work on what a connection holds belongs that planning adds by itself. */
const layerOf = (areAccess: false | undefined): Layer =>
  areAccess === false ? 'operations' : 'security';

/** Every active account that no action covers, and where it is access none of the security layer: a person decides. */
export function gapSteps(
  input: PlanInput,
  planned: readonly PlannedStep[],
): readonly PlannedStep[] {
  const acting = planned.filter((it) => it.account);
  const touched = new Set(acting.map(placeOf));
  const cut = new Set(acting.filter((it) => it.layer === 'security').map(placeOf));
  return [...input.accounts.keys()].sort().flatMap((connection) => {
    const known = accountsIn(input, connection);
    if (known === 'unknown') return [];
    const offer = input.connections.find(({ id }) => id === connection);
    const name = offer?.name ?? connection;
    const layer = layerOf(offer?.areAccess);
    const areAccess = layer === 'security';
    const covered = areAccess ? cut : touched;
    return known
      .filter(({ id, status }) => status === 'active' && !covered.has(placed(connection, id)))
      .map(
        ({ id, login, privileged }): PlannedStep => ({
          ...ownStep(input, layer, connection),
          key: `gap:${connection}:${id}`,
          playbookStep: 'gap',
          title: areAccess
            ? `No step ends this access in ${name}`
            : `No step deals with this in ${name}`,
          why: areAccess
            ? 'An account was found that the playbook does not cover.'
            : 'It was found, and the playbook does not cover it.',
          kind: 'gap',
          account: { id, login, privileged },
        }),
      );
  });
}

const ends: readonly Capability[] = ['account.suspend', 'account.delete'];

/** Accounts that are touched, but could still be signed in to although that could be blocked. */
export function uncutNotes(input: PlanInput, planned: readonly PlannedStep[]): readonly string[] {
  const touched = new Map<string, PlannedStep>();
  for (const step of planned) if (step.account) touched.set(placeOf(step), step);
  const cut = new Set(
    planned.filter((it) => it.capability && ends.includes(it.capability)).map(placeOf),
  );
  return [...touched].flatMap(([place, { connectionId, account }]) => {
    const connection = input.connections.find(({ id }) => id === connectionId);
    const offered = connection?.actions.some((it) => it.capability === 'account.suspend');
    if (cut.has(place) || !connection || !offered) return [];
    return [
      `${account?.login} in ${connection.name} can still sign in afterwards: no step asks for ` +
        `“${capabilities['account.suspend'].title}” there.`,
    ];
  });
}

const placed = (connection: string, account: string): string =>
  JSON.stringify([connection, account]);
const placeOf = ({ connectionId, account }: PlannedStep): string =>
  placed(connectionId ?? '', account?.id ?? '');

/** What a step that planning adds looks like. */
export function ownStep(
  input: PlanInput,
  layer: Layer,
  connectionId: string | null = null,
): PlannedStep {
  return {
    key: '',
    playbookStep: '',
    title: '',
    why: null,
    layer,
    kind: 'lookup',
    connectionId,
    account: null,
    capability: null,
    params: {},
    at: asSoonAsPossible,
    after: [],
    task: null,
    notice: null,
    approval: false,
    priority: priorityOf(input, layer, layer === 'security' ? 'first' : 'third'),
  };
}
