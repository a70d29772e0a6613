import { z } from 'zod';
import { caseKinds } from '#core/arrival.ts';
import { Moment, pageOf } from './page.ts';

/** One version of a playbook. */
export const PlaybookSummary = z
  .object({
    id: z.string(),
    name: z.string(),
    number: z.int().meta({ description: 'The version: 1, 2, 3 …' }),
    title: z.string(),
    status: z.enum(['draft', 'published', 'retired']),
    position: z.int().meta({ description: 'Routing tries smaller ones first' }),
    author: z.string(),
    publishedBy: z.string().nullable(),
    createdAt: Moment,
    about: z
      .object({
        for: z.enum(caseKinds),
        appliesWhen: z
          .unknown()
          .meta({ description: 'The condition as it was read; null: always' }),
        steps: z.int(),
      })
      .nullable()
      .meta({ description: 'Null: a retired version, or one that cannot be read any more' }),
  })
  .meta({ id: 'PlaybookSummary' });
export type PlaybookSummary = z.infer<typeof PlaybookSummary>;

export const PlaybookPage = pageOf(PlaybookSummary).meta({ id: 'PlaybookPage' });
export type PlaybookPage = z.infer<typeof PlaybookPage>;

export const Playbook = PlaybookSummary.extend({
  text: z.string().meta({ description: 'The document, YAML' }),
  document: z.record(z.string(), z.unknown()).nullable().meta({
    description: 'The same as it was read; null: it cannot be read any more',
  }),
}).meta({ id: 'Playbook' });
export type Playbook = z.infer<typeof Playbook>;

const Finding = z
  .object({
    severity: z.enum(['error', 'warning']),
    step: z.string().nullable(),
    line: z.int().nullable().meta({ description: 'Counts from 1' }),
    problem: z.string(),
    mend: z.string(),
  })
  .meta({ id: 'PlaybookFinding' });
export type Finding = z.infer<typeof Finding>;

/** A text that was looked at and not kept. */
export const PlaybookFindings = z
  .object({ findings: z.array(Finding) })
  .meta({ id: 'PlaybookFindings' });
export type PlaybookFindings = z.infer<typeof PlaybookFindings>;

/** A playbook that comes with the program, to begin from. */
export const Starter = z
  .object({ name: z.string(), title: z.string(), for: z.enum(caseKinds), text: z.string() })
  .meta({ id: 'Starter' });
export const StarterPage = pageOf(Starter).meta({ id: 'StarterPage' });
export type StarterPage = z.infer<typeof StarterPage>;

/** A playbook that was taken in, and what to expect of it. */
export const PlaybookChecked = z
  .object({
    playbook: Playbook,
    problems: z.array(Finding),
  })
  .meta({ id: 'PlaybookChecked' });
export type PlaybookChecked = z.infer<typeof PlaybookChecked>;
