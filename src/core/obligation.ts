import { Temporal } from 'temporal-polyfill';
import { type Condition, type ConditionFacts, holds, holdsPerhaps } from './condition.ts';
import { type CaseDates, wallClock } from './dates.ts';
import { momentOf, momentText } from './moment.ts';
import {
  type Claim,
  claimText,
  type Rule,
  type RulePack,
  type Standing,
  standingText,
} from './rule-pack.ts';

/** The rules an installation goes by, and what it decided about them. */
export interface Law {
  /** Read when a plan asks for them: there are many. */
  readonly packs: () => readonly RulePack[];
  /** Ids of rules that start off and were switched on. */
  readonly switchedOn: readonly string[];
  /** By pack: when counsel looked at it last, and who that was. */
  readonly reviews: Readonly<Record<string, { readonly on: string; readonly by: string }>>;
  /** Null: nobody told; then every rule for employers from some size on is shown. */
  readonly headcount: number | null;
}

/** Where a legal deadline comes from; kept with the step that must meet it. */
export interface Obligation {
  readonly rule: string;
  readonly pack: string;
  /** Version of the pack. */
  readonly version: number;
  readonly citation: string;
  readonly link: string | null;
  readonly standing: Standing;
  /** What makes it uncertain, in plain words. Empty: nothing that we know of. */
  readonly uncertain: readonly string[];
  /** When counsel looked at the pack last, and who; null: nobody has, or too long ago. */
  readonly reviewed: string | null;
}

export interface DueObligation {
  readonly rule: Rule;
  readonly obligation: Obligation;
  readonly deadline: Date;
}

export interface Obligations {
  readonly due: readonly DueObligation[];
  /** What could not be decided, in plain words. */
  readonly notes: readonly string[];
}

interface Facts extends ConditionFacts {
  readonly dates: CaseDates;
  readonly zone: string;
  readonly now: Date;
}

/**
 * The legal duties of one departure and their deadlines. Where sources disagree the earliest
 * deadline counts, and that they do is said. What is past its review still counts, and says so.
 * `only`: names of packs; null: all.
 */
export function obligationsFor(
  law: Law,
  facts: Facts,
  only: readonly string[] | null,
): Obligations {
  const open: Undecided = new Map();
  const known = law.packs();
  const packs = known.filter(({ pack }) => only === null || only.includes(pack));
  const due = packs.flatMap((pack) => {
    if (!applies(pack.appliesWhen, facts, pack.title, open)) return [];
    return pack.rules.flatMap((rule) => {
      if (rule.startsOff && !law.switchedOn.includes(rule.id)) return [];
      const headcount = law.headcount ?? Number.POSITIVE_INFINITY;
      if (rule.fromHeadcount !== null && headcount < rule.fromHeadcount) return [];
      if (!isInForce(rule, facts)) return [];
      if (!applies(rule.appliesWhen, facts, rule.title, open)) return [];
      return [
        {
          rule,
          deadline: deadlineOf(rule, facts),
          obligation: obligationOf(law, pack, rule, facts),
        },
      ];
    });
  });
  const unknown = (only ?? [])
    .filter((name) => !known.some(({ pack }) => pack === name))
    .map((name) => `There is no rule pack “${name}”, so none of its duties are in the plan.`);
  const undecided = [...open].map(
    ([missing, titles]) =>
      `Not filled in: ${missing}. So it is not known which of these laws apply: ${[...titles].join('; ')}.`,
  );
  return { due, notes: [...unknown, ...undecided] };
}

/** Titles of packs and rules, by the fields that nobody filled. */
type Undecided = Map<string, Set<string>>;

/** False too where a fact is missing, but never in silence. */
function applies(
  condition: Condition | null,
  facts: Facts,
  title: string,
  open: Undecided,
): boolean {
  if (condition === null) return true;
  const perhaps = holdsPerhaps(condition, facts);
  if (perhaps === null) {
    const missing = holds(condition, facts).missing.join(', ');
    open.set(missing, (open.get(missing) ?? new Set()).add(title));
  }
  return perhaps === true;
}

const isInForce = ({ inForceFrom, inForceUntil }: Rule, { dates }: Facts): boolean =>
  (inForceFrom === null || dates.employmentEnds >= inForceFrom) &&
  (inForceUntil === null || dates.employmentEnds <= inForceUntil);

function deadlineOf({ due, notBefore }: Rule, { dates, zone }: Facts): Date {
  const at = ({ at }: Claim) => momentOf(at, dates, zone, 'due').getTime();
  const earliest = Math.min(...due.map(at));
  const floor = notBefore ? momentOf(notBefore, dates, zone, 'due').getTime() : earliest;
  return new Date(Math.max(earliest, floor));
}

function obligationOf(law: Law, pack: RulePack, rule: Rule, facts: Facts): Obligation {
  const uncertain: string[] = [];
  if (rule.due.length > 1) {
    const claims = rule.due.map(claimText).join('; ');
    uncertain.push(`Sources disagree: ${claims}. The earliest is shown.`);
  }
  if (rule.doubt !== null) uncertain.push(rule.doubt);
  if (rule.fromHeadcount !== null && law.headcount === null) {
    const size = `Applies to employers of ${rule.fromHeadcount} people or more`;
    uncertain.push(`${size}; how many you are is not set.`);
  }
  const review = law.reviews[pack.pack];
  const isFresh = review !== undefined && !isStale(pack, review.on, facts);
  return {
    rule: rule.id,
    pack: pack.pack,
    version: pack.version,
    citation: rule.citation,
    link: rule.link,
    standing: rule.standing,
    uncertain,
    reviewed: isFresh ? `${review.on}, ${review.by}` : null,
  };
}

/** Whether the review of a pack on that day was too long ago. */
export function isStale(
  pack: RulePack,
  reviewedOn: string,
  { now, zone }: { readonly now: Date; readonly zone: string },
): boolean {
  const until = Temporal.PlainDate.from(reviewedOn).add({ months: pack.reviewEveryMonths });
  return Temporal.PlainDate.compare(wallClock(now, zone).toPlainDate(), until) > 0;
}

/** What whoever must meet an obligation is told. */
export function obligationText({ rule, obligation }: DueObligation): string {
  const { citation, link, standing, uncertain, reviewed } = obligation;
  const [claim] = rule.due;
  const clock =
    rule.due.length === 1 && claim
      ? [`Deadline: ${momentText(claim.at)}${notBeforeText(rule)}.`]
      : [];
  const lines = [
    rule.what,
    '',
    ...clock,
    ...uncertain,
    `Source: ${citation}${link ? ` (${link})` : ''}. ${standingText[standing]}`,
    reviewed === null
      ? 'Not reviewed by counsel, or too long ago: verify with counsel.'
      : `Reviewed: ${reviewed}. Verify with counsel.`,
  ];
  if (rule.onBreach) lines.push(`If it is missed: ${rule.onBreach}`);
  return lines.join('\n');
}

const notBeforeText = ({ notBefore }: Rule): string =>
  notBefore ? `, and not before: ${momentText(notBefore)}` : '';
