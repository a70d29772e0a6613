import { z } from 'zod';
import { Condition } from './condition.ts';
import { asksForAccount } from './condition-document.ts';
import {
  choosing,
  line,
  oneOf,
  optional,
  paragraphs,
  problemsIn,
  report,
  words,
  yesOrNo,
} from './document.ts';
import { type Moment, momentText } from './moment.ts';
import { moment, name } from './playbook-parts.ts';
import { readYaml } from './playbook-yaml.ts';
import { type Role, roles } from './user.ts';

/** What the law wants done. */
export const obligationKinds = ['pay', 'notice', 'filing', 'document'] as const;
export type ObligationKind = (typeof obligationKinds)[number];

/** Where a rule was read: with the regulator, in a copy, in commentary only, or nowhere yet. */
export const standings = ['official', 'copy', 'second', 'none'] as const;
export type Standing = (typeof standings)[number];

/** The same in a sentence. */
export const standingText: Readonly<Record<Standing, string>> = {
  official: 'Read in the official text.',
  copy: 'Read in a copy of the official text only.',
  second: 'Read in commentary only, not in the official text.',
  none: 'No text was opened for it.',
};

/** One legal duty towards or about somebody who leaves. Data, checked by counsel before it is relied on. */
export interface Rule {
  /** Stable, such as `us-ca-final-pay-dismissed`. */
  readonly id: string;
  readonly title: string;
  readonly kind: ObligationKind;
  /** What to do, in plain words. */
  readonly what: string;
  /** Null: for everybody in the pack. */
  readonly appliesWhen: Condition | null;
  /** Applies to employers of at least so many people. */
  readonly fromHeadcount: number | null;
  /** What sources claim about the deadline. They agree where there is one; else the earliest counts. */
  readonly due: readonly Claim[];
  /** The deadline is never before this. */
  readonly notBefore: Moment | null;
  /** Who must see to it. */
  readonly owner: Role;
  /** What proves it. */
  readonly proof: readonly string[];
  readonly onBreach: string | null;
  /** What is not certain about it, beside the deadline. */
  readonly doubt: string | null;
  readonly citation: string;
  /** Where the text is found. */
  readonly link: string | null;
  readonly standing: Standing;
  /** Days on which the rule holds; null: without end. */
  readonly inForceFrom: string | null;
  readonly inForceUntil: string | null;
  /** Off until somebody switches it on: it is for roles that only the company knows. */
  readonly startsOff: boolean;
}

export interface Claim {
  readonly at: Moment;
  /** Who says so; null where nobody disagrees. */
  readonly says: string | null;
}

/** The rules of one place or one profession. */
export interface RulePack {
  /** Its name, such as `us-ca`. */
  readonly pack: string;
  readonly title: string;
  /** A case keeps the version it was planned with. */
  readonly version: number;
  /** Whom it is for; what is not filled in there is named as missing. */
  readonly appliesWhen: Condition | null;
  /** Months after which counsel should look at it again. */
  readonly reviewEveryMonths: number;
  readonly rules: readonly Rule[];
}

export interface RulePackProblem {
  readonly line: number | null;
  readonly problem: string;
  readonly mend: string;
}

const day = z.iso.date({ error: 'a day such as 2026-12-31' });
const personCondition = Condition.superRefine((condition, context) => {
  if (!asksForAccount(condition)) return;
  const problem = 'It asks for an account, but laws know none.';
  report(context, { problem, mend: 'Use departure and person fields only.' });
});

const claim = words({ due: moment, says: line() }, 'What a source says').transform(
  ({ due, says }): Claim => ({ at: due, says }),
);
const due = choosing<readonly Claim[]>((value) =>
  Array.isArray(value)
    ? z.array(claim).min(2).max(10)
    : moment.transform((at): readonly Claim[] => [{ at, says: null }]),
);

const rule = words(
  {
    id: name,
    title: line(),
    kind: oneOf(obligationKinds),
    what: paragraphs(2_000),
    'applies when': optional(personCondition),
    'from headcount': optional(z.int().min(1)),
    due,
    'not before': optional(moment),
    owner: oneOf(roles),
    proof: z.array(line()).min(1).max(10),
    'on breach': optional(line(500)),
    doubt: optional(line(500)),
    citation: line(300),
    link: optional(z.url({ protocol: /^https$/ })),
    standing: oneOf(standings),
    'in force from': optional(day),
    'in force until': optional(day),
    'starts off': optional(yesOrNo),
  },
  'A rule',
).transform(
  ({
    'applies when': appliesWhen,
    'from headcount': fromHeadcount,
    'not before': notBefore,
    'on breach': onBreach,
    'in force from': inForceFrom,
    'in force until': inForceUntil,
    'starts off': startsOff,
    ...it
  }): Rule => ({
    ...it,
    appliesWhen,
    fromHeadcount,
    notBefore,
    onBreach,
    inForceFrom,
    inForceUntil,
    startsOff: startsOff ?? false,
  }),
);

const RulePackDocument: z.ZodType<RulePack> = words(
  {
    pack: name,
    title: line(),
    version: z.int().min(1),
    'applies when': optional(personCondition),
    'review every months': z.int().min(1).max(60),
    rules: z.array(rule).min(1).max(200),
  },
  'A rule pack',
).transform(
  ({ 'applies when': appliesWhen, 'review every months': reviewEveryMonths, ...it }): RulePack => ({
    ...it,
    appliesWhen,
    reviewEveryMonths,
  }),
);

/** Reads a rule pack from YAML; all problems at once, each with its line and what to do. */
export function readRulePack(
  text: string,
): { readonly pack: RulePack } | { readonly problems: readonly RulePackProblem[] } {
  const yaml = readYaml(text);
  if ('problems' in yaml) return yaml;
  const result = RulePackDocument.safeParse(yaml.value);
  if (result.success) return { pack: result.data };
  const problems = problemsIn(result.error, yaml.value).map(({ path, problem, mend }) => ({
    line: yaml.lineOf(path),
    problem,
    mend,
  }));
  return { problems };
}

/** What a source says, such as “access ends + 3 days (Jones, 2025)”. */
export const claimText = ({ at, says }: Claim): string =>
  says === null ? momentText(at) : `${momentText(at)} (${says})`;
