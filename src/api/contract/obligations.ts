import { z } from 'zod';
import { obligationKinds, standings } from '#core/rule-pack.ts';
import { pageOf } from './page.ts';

const link = z.string().nullable();

/** Where the deadline of a step comes from. */
export const Obligation = z
  .object({
    rule: z.string(),
    pack: z.string(),
    version: z.int().meta({ description: 'Of the rule pack the plan was made with' }),
    citation: z.string(),
    link,
    standing: z.enum(standings).meta({ description: 'Where the rule was read' }),
    uncertain: z.array(z.string()).meta({ description: 'What is doubtful about it, in words' }),
    reviewed: z
      .string()
      .nullable()
      .meta({ description: 'When counsel looked at it, and who; null: not, or too long ago' }),
  })
  .meta({ id: 'Obligation' });

const Rule = z
  .object({
    id: z.string(),
    title: z.string(),
    kind: z.enum(obligationKinds),
    what: z.string(),
    appliesWhen: z.string().nullable().meta({ description: 'In words; null: for everybody' }),
    fromHeadcount: z.int().nullable(),
    due: z.array(z.string()).meta({ description: 'What sources say; the earliest counts' }),
    notBefore: z.string().nullable(),
    owner: z.string(),
    proof: z.array(z.string()),
    onBreach: z.string().nullable(),
    doubt: z.string().nullable(),
    citation: z.string(),
    link,
    standing: z.enum(standings),
    inForceFrom: z.string().nullable(),
    inForceUntil: z.string().nullable(),
    on: z.boolean().meta({ description: 'Whether it is switched on' }),
  })
  .meta({ id: 'Rule' });

export const RulePack = z
  .object({
    id: z.string(),
    title: z.string(),
    version: z.int(),
    appliesWhen: z.string().nullable(),
    reviewEveryMonths: z.int(),
    reviewed: z
      .object({ on: z.string(), by: z.string(), isStale: z.boolean() })
      .nullable()
      .meta({ description: 'Null: counsel has not looked at it' }),
    rules: z.array(Rule),
  })
  .meta({ id: 'RulePack' });
export type RulePack = z.infer<typeof RulePack>;

export const RulePackPage = pageOf(RulePack).meta({ id: 'RulePackPage' });
