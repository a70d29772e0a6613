import { z } from 'zod';
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
  })
  .meta({ id: 'PlaybookSummary' });
export type PlaybookSummary = z.infer<typeof PlaybookSummary>;

export const PlaybookPage = pageOf(PlaybookSummary).meta({ id: 'PlaybookPage' });

export const Playbook = PlaybookSummary.extend({
  text: z.string().meta({ description: 'The document, YAML' }),
}).meta({ id: 'Playbook' });
export type Playbook = z.infer<typeof Playbook>;

/** A playbook that was taken in, and what to expect of it. */
export const PlaybookChecked = z
  .object({
    playbook: Playbook,
    problems: z.array(
      z.object({
        severity: z.enum(['error', 'warning']),
        step: z.string().nullable(),
        line: z.int().nullable(),
        problem: z.string(),
        mend: z.string(),
      }),
    ),
  })
  .meta({ id: 'PlaybookChecked' });
export type PlaybookChecked = z.infer<typeof PlaybookChecked>;
