import type { Capability } from './capability.ts';
import { awaited, layerIn, waitsOf } from './coverage.ts';
import { knotsIn } from './cycle.ts';
import type { PlannedStep } from './plan.ts';
import { createdKey } from './plan-accounts.ts';
import type { Expansion } from './plan-steps.ts';
import { awaitedBy } from './plan-tickets.ts';
import type { ConnectionOffer, PlaybookProblem, PlaybookStep } from './playbook.ts';

interface ToOrder {
  readonly expansions: readonly Expansion[];
  readonly lookups: readonly PlannedStep[];
  readonly gaps: readonly PlannedStep[];
  /** What role continuity adds; nothing waits for it. */
  readonly handOver: readonly PlannedStep[];
  readonly connections: readonly ConnectionOffer[];
}

/** Keys of the steps that each step waits for. */
type Waits = Map<string, Set<string>>;

/**
 * Says what each step waits for: the playbook's `after`, the connectors' own rules, and last
 * what holds everywhere unless one of them says otherwise. Returns the steps in that order.
 */
export function orderOf(it: ToOrder): {
  readonly steps: readonly PlannedStep[];
  readonly problems: readonly PlaybookProblem[];
} {
  const planned = it.expansions.flatMap((expansion) => expansion.planned);
  const steps = [...it.lookups, ...planned, ...it.gaps, ...it.handOver];
  const waits: Waits = new Map(steps.map(({ key }) => [key, new Set()]));
  for (const expansion of it.expansions) addPlaybookWaits(waits, expansion, it);

  const rules = [
    ...connectorRules(steps, it.connections),
    ...lookedForOnceMade(steps),
    ...surveyRules(steps),
  ];
  for (const [first, second] of rules) waits.get(second)?.add(first);
  const usual = usualOrder(steps).filter(([first, second]) => !waits.get(second)?.has(first));
  for (const [first, second] of usual) waits.get(second)?.add(first);

  // Last, and only deliveries of the record wait for them: so they are in no circle, and no step is held up by a ticket's end.
  const updates = it.expansions.flatMap(({ updates = [] }) => updates);
  for (const update of updates) waits.set(update.key, new Set(awaitedBy(update, steps)));

  addDeliveries(waits, [...steps, ...updates]);

  const problems = breakKnots(waits, steps, { rules, usual });
  return { steps: inOrder([...steps, ...updates], waits), problems };
}

function addPlaybookWaits(waits: Waits, { step, planned, lookups }: Expansion, all: ToOrder): void {
  const itself = new Set(planned.map(({ key }) => key));
  const before = waitsOf(step).flatMap((word) => keysBehind(word, step, all, new Set([step.id])));
  for (const { key, account } of planned) {
    const own = waits.get(key)!;
    for (const earlier of before) if (!itself.has(earlier)) own.add(earlier);
    // Whether there is no such account is known when everybody has answered.
    if (step.kind === 'action' && account === null) for (const lookup of lookups) own.add(lookup);
  }
}

/** What is delivered is the whole record, so a delivery comes after all that is none. */
function addDeliveries(waits: Waits, steps: readonly PlannedStep[]): void {
  const others = steps.filter(({ kind }) => kind !== 'record');
  for (const { key, kind } of steps) {
    if (kind !== 'record') continue;
    for (const other of others) waits.get(key)!.add(other.key);
  }
}

/** Everything that one word of `after` stands for in this plan. */
function keysBehind(
  word: string,
  waiting: PlaybookStep,
  all: ToOrder,
  asked: Set<string>,
): readonly string[] {
  const steps = all.expansions.map(({ step }) => step);
  const behind = new Set(awaited(word, waiting, steps));
  const keys = all.expansions
    .filter(({ step }) => behind.has(step))
    .flatMap(({ step, leftOut, planned, lookups }) => {
      if (!leftOut) return [...planned.map(({ key }) => key), ...lookups];
      if (asked.has(step.id)) return [];
      asked.add(step.id);
      return waitsOf(step).flatMap((earlier) => keysBehind(earlier, step, all, asked));
    });
  const layer = layerIn(word);
  if (layer === null) return keys;

  // The layer is complete when every account is known and answered for. Work on accounts that are
  // known does not wait for the second look-up: a system that is down must not hold up the others.
  const counts = (it: PlannedStep) =>
    it.layer === layer &&
    it.playbookStep !== 'lookup-created' &&
    (waiting.kind !== 'action' || it.playbookStep !== 'lookup-at-cut');
  const added = [...all.lookups, ...all.gaps].filter(counts);
  return [...keys, ...added.map(({ key }) => key)];
}

type Pair = readonly [first: string, second: string];

const accountOf = ({ connectionId, account }: PlannedStep): string =>
  JSON.stringify([connectionId, account?.id]);

function actionsByAccount(steps: readonly PlannedStep[]): Iterable<readonly PlannedStep[]> {
  const actions = steps.filter((it) => it.kind === 'action' && it.account !== null);
  return Map.groupBy(actions, accountOf).values();
}

function pairs(
  actions: readonly PlannedStep[],
  first: Capability,
  seconds: readonly Capability[],
): Pair[] {
  const later = actions.filter(
    ({ capability }) => capability && capability !== first && seconds.includes(capability),
  );
  return actions
    .filter(({ capability }) => capability === first)
    .flatMap(({ key }) => later.map((it): Pair => [key, it.key]));
}

/** What the connectors say must come first on the same account. */
function connectorRules(
  steps: readonly PlannedStep[],
  connections: readonly ConnectionOffer[],
): readonly Pair[] {
  const offers = new Map(connections.map((it) => [it.id, it]));
  return [...actionsByAccount(steps)].flatMap((actions) => {
    const offered = offers.get(actions[0]?.connectionId ?? '')?.actions ?? [];
    return offered.flatMap((it) => pairs(actions, it.capability, it.mustPrecede));
  });
}

const isCreation = ({ capability }: PlannedStep): boolean => capability === 'account.create';

/** A new account is looked for when it has been made. */
const lookedForOnceMade = (steps: readonly PlannedStep[]): readonly Pair[] =>
  steps
    .filter(isCreation)
    .flatMap(({ key, connectionId }) =>
      connectionId ? [[key, createdKey(connectionId)] as const] : [],
    );

/** Whatever an account that may be there already gets, it is opened first. */
const afterCreation = (steps: readonly PlannedStep[]): readonly Pair[] =>
  steps.filter(isCreation).flatMap(({ key, connectionId }) =>
    steps
      .filter((it) => it.connectionId === connectionId && it.kind === 'action' && it.account)
      .filter((it) => !isCreation(it))
      .map((it): Pair => [key, it.key]),
  );

/** A survey goes out when nothing is left to close: no step of the security layer comes after it. */
function surveyRules(steps: readonly PlannedStep[]): readonly Pair[] {
  // The record is delivered when everything else is done, a survey included.
  const security = steps.filter((it) => it.layer === 'security' && it.kind !== 'record');
  return steps
    .filter(({ kind }) => kind === 'survey')
    .flatMap((survey) => security.map(({ key }): Pair => [key, survey.key]));
}

const afterTheBlock: readonly Capability[] = [
  'sessions.revoke',
  'tokens.revoke',
  'mfa.remove',
  'roles.remove',
  'groups.leave',
];

/** Whoever can still sign in makes a new session or key, so blocking comes first on every account. */
const usualOrder = (steps: readonly PlannedStep[]): readonly Pair[] => [
  ...[...actionsByAccount(steps)].flatMap((actions) =>
    pairs(actions, 'account.suspend', afterTheBlock),
  ),
  ...afterCreation(steps),
];

const edge = (waiting: string, earlier: string): string => JSON.stringify([waiting, earlier]);

/**
 * Takes out waits where steps wait for each other: what is only usual before what the playbook
 * says, and what a connector says, or a survey needs, last. The first is as it should be; the others happen only
 * when a connection changed after the playbook was published.
 */
function breakKnots(
  waits: Waits,
  steps: readonly PlannedStep[],
  { rules, usual }: { rules: readonly Pair[]; usual: readonly Pair[] },
): PlaybookProblem[] {
  const stepOf = new Map(steps.map(({ key, playbookStep }) => [key, playbookStep]));
  const [isRule, isUsual] = [rules, usual].map(
    (pairs) => new Set(pairs.map(([first, second]) => edge(second, first))),
  );
  const problems = new Map<string, PlaybookProblem>();
  for (const kind of ['usual', 'playbook', 'rule'] as const) {
    const knots = knotsIn(waits);
    for (const [key, knot] of knots) {
      for (const earlier of waits.get(key)!) {
        if (knots.get(earlier) !== knot) continue;
        const name = edge(key, earlier);
        if (kind === 'usual' && !isUsual!.has(name)) continue;
        if (kind === 'playbook' && isRule!.has(name)) continue;
        waits.get(key)!.delete(earlier);
        if (kind === 'usual') continue;
        const [waiting, before] = [stepOf.get(key)!, stepOf.get(earlier)!];
        problems.set(edge(waiting, before), {
          severity: 'error',
          step: waiting,
          line: null,
          problem: `“${waiting}” does not wait for “${before}” here, because “${before}” has to wait for it.`,
          mend: 'Mend the order in the playbook and publish it again.',
        });
      }
    }
  }
  return [...problems.values()];
}

/** Each step after those it waits for; among those that may come next, the one whose time is first. */
function inOrder(steps: readonly PlannedStep[], waits: Waits): readonly PlannedStep[] {
  const followers = new Map<string, string[]>(steps.map(({ key }) => [key, []]));
  const open = new Map<string, number>();
  for (const [key, own] of waits) {
    open.set(key, own.size);
    for (const earlier of own) followers.get(earlier)!.push(key);
  }
  const place = new Map(steps.map((step, i) => [step.key, { step, i, fromMs: 0 }]));
  for (const it of place.values()) it.fromMs = it.step.at.due?.getTime() ?? 0;

  type Placed = { step: PlannedStep; i: number; fromMs: number };
  const sooner = (a: Placed, b: Placed) =>
    a.fromMs - b.fromMs || a.step.priority - b.step.priority || a.i - b.i;
  const next: Placed[] = [...place.values()].filter(({ step }) => open.get(step.key) === 0);
  next.sort(sooner);

  // Sorted by number, since some steps wait for a thousand others.
  const keys = steps.map(({ key }) => key).sort();
  const rank = new Map(keys.map((key, i) => [key, i]));
  const sorted = (own: ReadonlySet<string>): string[] =>
    Array.from(Uint32Array.from(own, (key) => rank.get(key)!).sort(), (i) => keys[i]!);

  const ordered: PlannedStep[] = [];
  for (let it = next.shift(); it; it = next.shift()) {
    ordered.push({ ...it.step, after: sorted(waits.get(it.step.key)!) });
    for (const key of followers.get(it.step.key)!) {
      const follower = place.get(key)!;
      follower.fromMs = Math.max(follower.fromMs, it.fromMs);
      const left = open.get(key)! - 1;
      open.set(key, left);
      if (left > 0) continue;
      const at = next.findIndex((other) => sooner(follower, other) < 0);
      next.splice(at < 0 ? next.length : at, 0, follower);
    }
  }
  // Losing a step in silence is the one thing that must not happen.
  if (ordered.length < steps.length) throw new Error('a plan has steps that wait in a circle');
  return ordered;
}
