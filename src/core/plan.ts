import type { Account } from './account.ts';
import { isArrival, type Occasion } from './arrival.ts';
import type { Capability } from './capability.ts';
import type { ConditionFacts, Field } from './condition.ts';
import { type Continuity, continuityNotes, continuitySteps, ownedLookups } from './continuity.ts';
import type { Json } from './document.ts';
import type { Language } from './language.ts';
import type { Law, Obligation } from './obligation.ts';
import type { PersonFacts } from './person.ts';
import { createdLookups, gapSteps, lookupSteps, uncutNotes } from './plan-accounts.ts';
import { withNewAccounts } from './plan-actions.ts';
import { orderOf } from './plan-order.ts';
import { type Expansion, expand } from './plan-steps.ts';
import type {
  Assignee,
  ConnectionOffer,
  Playbook,
  PlaybookProblem,
  Recipient,
} from './playbook.ts';
import { checkPlaybook } from './playbook-check.ts';
import type { Layer, StepKind } from './step.ts';
import { type OccasionDates, placeholderValues } from './template.ts';

export { planText } from './plan-text.ts';
export type { ConnectionOffer } from './playbook.ts';
export { routePlaybook } from './routing.ts';

export interface PlanInput {
  readonly playbook: Playbook;
  readonly person: PersonFacts;
  readonly departure: Occasion;
  readonly dates: OccasionDates;
  /** IANA name, the person's. */
  readonly zone: string;
  /** Decides only what is marked late; everything else is the same whenever it is planned. */
  readonly now: Date;
  readonly connections: readonly ConnectionOffer[];
  /** By connection; `unknown`, like none at all: it could not be asked yet. */
  readonly accounts: ReadonlyMap<string, readonly Account[] | 'unknown'>;
  /** The connection it was heard from, or csv, api or form. */
  readonly source: string;
  /** Left out or null where nobody told. */
  readonly isManager?: boolean | null;
  /** Left out: no rule packs are known. */
  readonly law?: Law;
  /** What hangs on the person beside their access. Left out: nobody looked. */
  readonly continuity?: Continuity;
  /** The company's; left out: English. */
  readonly language?: Language;
}

/** A step for one person: concrete, and plain JSON once `due` is written as text. */
export interface PlannedStep {
  /** Stable within the case: the playbook's step, with `@connection:account` when it acts on one. */
  readonly key: string;
  /** Id in the playbook, or for steps that planning adds `lookup`, `lookup-at-cut`, `lookup-owned`, `gap`, `continuity`. */
  readonly playbookStep: string;
  readonly title: string;
  readonly why: string | null;
  readonly layer: Layer;
  readonly kind: StepKind;
  readonly connectionId: string | null;
  /** Null for an action: there is no such account, in any connection that `params.searched` names. */
  readonly account: PlannedAccount | null;
  readonly capability: Capability | null;
  readonly params: { readonly [name: string]: Json };
  readonly at: Timing;
  /** Keys of the steps that must have settled first. */
  readonly after: readonly string[];
  readonly task: TaskPlan | null;
  readonly notice: NoticePlan | null;
  readonly approval: boolean;
  /** Smaller goes first: urgent before planned, security first, privileged accounts first in it. */
  readonly priority: number;
}

export interface PlannedAccount {
  readonly id: string;
  readonly login: string;
  readonly privileged: boolean;
}

export interface Timing {
  /** The playbook's words, such as “access ends - 14 days 09:00”. */
  readonly rule: string;
  /** Not before. Null: as soon as what it comes after has settled. */
  readonly due: Date | null;
  /** The moment had passed, by more than a minute, when this was planned; it is done at once. */
  readonly late: boolean;
}

export interface TaskPlan {
  readonly title: string;
  readonly instructions: string | null;
  readonly assignTo: Assignee;
  /** ISO moment. */
  readonly deadline: string;
  readonly proof: readonly string[];
  /** Who has to accept it when it is done, where somebody has to. */
  readonly acceptedBy?: Assignee;
  /** The legal duty that it meets, where it does. */
  readonly obligation?: Obligation;
}

export interface NoticePlan {
  readonly to: readonly Recipient[];
  /** Id of the connection of a chat that carries it; left out: it goes by mail. */
  readonly by?: string;
  /** In the language of the company. */
  readonly subject: string;
  readonly text: string;
  /** In other languages, where the playbook has it. */
  readonly others?: {
    readonly [In in Language]?: { readonly subject: string; readonly text: string };
  };
  /** Placeholders that nobody filled; left out: none. */
  readonly blanks?: { readonly subject: readonly string[]; readonly text: readonly string[] };
}

export interface Plan {
  /** Name of the playbook. */
  readonly playbook: string;
  readonly title: string;
  readonly zone: string;
  /** In the order in which they are carried out, as far as that can be foretold. */
  readonly steps: readonly PlannedStep[];
  /** Keys of the gaps: accounts that no step of the security layer covers. */
  readonly gaps: readonly string[];
  /** What whoever reads the plan should know, in plain words. */
  readonly notes: readonly string[];
  /** Fields that conditions asked for and that nobody filled. */
  readonly missing: readonly Field[];
  /** What is wrong with the playbook, given these connections. */
  readonly problems: readonly PlaybookProblem[];
  readonly connectionNames: Readonly<Record<string, string>>;
}

/**
 * Applies a playbook to one person. Pure, and the same for the same input: planning again
 * after more is known changes only what that touches.
 *
 * There is always a plan: an order that cannot be kept loses a wait and is reported among the
 * problems, because steps in a doubtful order are better than access that nobody takes away.
 */
export function makePlan(given: PlanInput): Plan {
  const connections = [...given.connections].sort((a, b) => (a.id < b.id ? -1 : 1));
  const input = { ...given, connections };
  const { playbook, person, departure, dates, zone } = input;
  const facts: ConditionFacts = {
    person,
    departure: isArrival(departure) ? null : departure,
    arrival: isArrival(departure) ? departure : null,
    source: input.source,
    isManager: input.isManager ?? null,
  };
  const values = placeholderValues(person, departure, dates, zone);
  const notes: string[] = [...dates.notes];
  const missing = new Set<Field>();
  const creating = withNewAccounts(input, facts);
  const expansions: Expansion[] = playbook.steps.map((step) =>
    expand(step, { input, facts, values, notes, missing, creating }),
  );

  const lookups = [...lookupSteps(input), ...createdLookups(input, creating)];
  const planned = expansions.flatMap((it) => it.planned);
  const gaps = isArrival(departure) ? [] : gapSteps(input, planned);
  const handOver = [...ownedLookups(input), ...continuitySteps(input, planned)];
  const { steps, problems } = orderOf({ expansions, lookups, gaps, handOver, connections });

  if (!isArrival(departure)) notes.push(...uncutNotes(input, planned));
  notes.push(...continuityNotes(input, planned));
  const found = [...checkPlaybook(playbook, connections), ...problems];
  const errors = found.filter((it) => it.severity === 'error');
  notes.push(...errors.map((it) => `${it.problem} ${it.mend}`));
  return {
    playbook: playbook.playbook,
    title: playbook.title,
    zone,
    steps,
    gaps: gaps.map(({ key }) => key),
    notes: [...new Set(notes)],
    missing: [...missing],
    problems: found,
    connectionNames: Object.fromEntries(connections.map(({ id, name }) => [id, name])),
  };
}
