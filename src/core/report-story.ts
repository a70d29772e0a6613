import { type Capability, isCapability } from './capability.ts';
import type { CaseSummary, StepSummary } from './case-summary.ts';
import { type RecordedEvent, textAt } from './event-rows.ts';
import { bracketText } from './outside-time.ts';
import type { Grade } from './step.ts';

/** All that a report says comes from here, so the same case gives the same report. */
export interface ReportCase {
  /** What the facts come to, as `case.json` has it. */
  readonly summary: CaseSummary;
  /** Up to the last seal, in their order. */
  readonly facts: readonly RecordedEvent[];
  /** Whether the reader may see personal values. */
  readonly personal: boolean;
  readonly company: string;
  readonly record: {
    readonly origin: string;
    readonly size: number;
    /** Base64, as it stands in the checkpoint. */
    readonly root: string;
    /** Of the keys that signed, as `log.vkey` has them. */
    readonly vkeys: readonly string[];
  };
  /** Names of connections by their id. */
  readonly systems: ReadonlyMap<string, string>;
  /** Names of users by their id; empty where the reader may not see them. */
  readonly people: ReadonlyMap<string, string>;
  /** What the plan calls each step. */
  readonly titles: ReadonlyMap<string, string>;
}

/** One fact with its personal values by name. */
export interface Told {
  readonly event: RecordedEvent;
  readonly values: ReadonlyMap<string, unknown>;
}

/** What became of one step, and on the way to it. */
export interface StepStory {
  readonly id: string;
  readonly title: string | null;
  readonly capability: Capability | null;
  readonly system: string | null;
  readonly login: string | null;
  readonly grade: Grade | null;
  /** When it got its grade; without one, when the newest fact about it was stated. */
  readonly at: Date;
  /** When it was seen to be so last, after that; null: nobody has looked again. */
  readonly seenAt: Date | null;
  /** What the system showed before; undefined: not told. */
  readonly before: unknown;
  /** What it showed when it was read back. */
  readonly after: unknown;
  /** What was to be changed, in the connector's words. */
  readonly summary: string | null;
  /** How many calls were announced. */
  readonly calls: number;
  /** The fact that gave the grade. */
  readonly settled: Told | null;
  readonly approvals: readonly string[];
  /** Between which moments it happened, as others than us attest; set where the summary has it. */
  readonly between: string | null;
}

export interface ApprovalStory {
  readonly id: string;
  readonly requested: Told | null;
  /** In their order: each who granted it, and whatever ended it. */
  readonly decisions: readonly Told[];
  readonly used: Told | null;
}

export interface Story extends ReportCase {
  readonly told: readonly Told[];
  readonly steps: readonly StepStory[];
  readonly approvals: readonly ApprovalStory[];
  readonly opened: Told;
  readonly seal: Told;
}

/** Reads the facts of a case as a story: what was, what was done, what is. */
export function storyOf(it: ReportCase): Story {
  const told = it.facts.map((event) => ({ event, values: valuesOf(event) }));
  const ofStep = Map.groupBy(told, ({ event }) => textAt(JSON.parse(event.leaf), 'step', 'id'));
  const steps = it.summary.steps.map((step) => {
    const own = ofStep.get(step.step) ?? [];
    const settled = own.findLast(({ event }) => event.grade !== null) ?? null;
    const newest = (name: string) =>
      own.findLast(({ values }) => values.has(name))?.values.get(name);
    const isOfCall = ({ event }: Told) => event.type === 'step.intended';
    // Before the first call: later ones begin with what the one before left.
    const first = own.find((one) => isOfCall(one) && one.values.has('step.before')) ?? settled;
    return {
      id: step.step,
      title: it.titles.get(step.step) ?? null,
      capability:
        step.capability !== null && isCapability(step.capability) ? step.capability : null,
      system: step.system,
      login: textOf(newest('account.login')),
      grade: step.grade,
      at: step.grade !== null && settled ? settled.event.at : new Date(step.at),
      seenAt: lookAfter(settled, own),
      before: first?.values.get('step.before'),
      after: settled?.values.get('step.after'),
      summary: textOf(own.findLast(isOfCall)?.values.get('step.summary')),
      calls: step.calls,
      settled,
      approvals: step.approvals,
      between: betweenOf(step),
    };
  });
  return {
    ...it,
    told,
    steps: steps.toSorted((a, b) => a.at.getTime() - b.at.getTime()),
    approvals: approvalsIn(told),
    opened: told[0]!,
    seal: told.at(-1)!,
  };
}

/** A look before the grade was one at an earlier grade. */
function lookAfter(settled: Told | null, own: readonly Told[]): Date | null {
  const last = own.findLast((it) => it.event.type === 'step.rechecked' || it === settled);
  return last && last !== settled ? last.event.at : null;
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

const valuesOf = ({ disclosures }: RecordedEvent): ReadonlyMap<string, unknown> =>
  new Map(disclosures.flatMap((it) => (it.state === 'open' ? [[it.name, it.value]] : [])));

const decisions: readonly string[] = [
  'approval.granted',
  'approval.denied',
  'approval.expired',
  'approval.voided',
];

function approvalsIn(told: readonly Told[]): readonly ApprovalStory[] {
  const ofOne = Map.groupBy(
    told.filter(({ event }) => event.type.startsWith('approval.')),
    ({ event }) => textAt(JSON.parse(event.leaf), 'data', 'approval') ?? '',
  );
  return [...ofOne].map(([id, facts]) => {
    const last = (...types: readonly string[]) =>
      facts.findLast(({ event }) => types.includes(event.type)) ?? null;
    return {
      id,
      requested: last('approval.requested'),
      decisions: facts.filter(({ event }) => decisions.includes(event.type)),
      used: last('approval.consumed'),
    };
  });
}

/** The bracket of time stamps around a step's grade, where there is one. */
function betweenOf({ graded }: StepSummary): string | null {
  const { after, before } = graded ? bracketText(graded) : { after: null, before: null };
  return after || before ? `${after ?? '…'} – ${before ?? '…'}` : null;
}

/** What a leaf states openly, under `data`. */
export const dataOf = ({ event }: Told, name: string): unknown =>
  Reflect.get(Object(Reflect.get(Object(JSON.parse(event.leaf)), 'data')), name);

/** A text among the personal values of a fact. */
export const valueText = (it: Told | null, name: string): string | null =>
  textOf(it?.values.get(name));

/** Capabilities after which somebody can no longer get in. */
const ofAccess: readonly Capability[] = [
  'account.suspend',
  'account.delete',
  'password.reset',
  'sessions.revoke',
  'mfa.remove',
  'tokens.revoke',
  'groups.leave',
];
export const endsAccess = ({ capability }: StepStory): boolean =>
  capability !== null && ofAccess.includes(capability);
