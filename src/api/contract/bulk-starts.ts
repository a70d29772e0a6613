import { z } from 'zod';
import { bulkStandings, bulkStartStates } from '#core/bulk-start.ts';
import { caseStates } from '#core/case.ts';
import { departureKinds } from '#core/departure-kind.ts';
import { DepartureInput } from './departures.ts';
import { Moment, orNull, pageOf } from './page.ts';

export const BulkStartInput = z
  .strictObject({
    departures: z
      .array(
        z.strictObject({
          personId: z.string().min(1).max(200).meta({ description: 'Of the HR system' }),
          departure: DepartureInput,
        }),
      )
      .min(1)
      .max(5_000),
  })
  .meta({ id: 'BulkStartInput' });

const group = <Name extends z.ZodType>(name: Name) => z.array(z.object({ name, people: z.int() }));

/** What it would do, in sums. */
const BulkPreview = z
  .object({
    people: z.int().meta({ description: 'Who would leave by it' }),
    urgent: z.int(),
    held: z.int().meta({ description: 'Held until somebody releases them' }),
    confidential: z.int(),
    byKind: group(z.enum(departureKinds)),
    byDepartment: group(z.string()),
    byCountry: group(z.string()),
    playbooks: z.array(
      z.object({ name: z.string(), number: z.int(), title: z.string(), people: z.int() }),
    ),
    accessEnds: orNull(z.object({ first: Moment, last: Moment })),
    steps: z
      .array(
        z.object({
          system: z.string().nullable().meta({ description: 'Null: by people, or everywhere' }),
          what: z.string().meta({ description: 'A capability, or the kind of step' }),
          steps: z.int(),
          people: z.int(),
        }),
      )
      .meta({ description: 'As far as accounts are known now; each departure looks again' }),
    gaps: z.int().meta({ description: 'Accounts that no step covers' }),
    questions: z.array(z.object({ line: z.int(), question: z.string() })),
    lookAt: z.array(z.object({ line: z.int(), because: z.string() })).meta({
      description: 'What to look at before the rest',
    }),
    unanswered: z
      .array(z.object({ connection: z.string(), because: z.string(), people: z.int() }))
      .meta({ description: 'Systems that were not asked, or did not answer' }),
  })
  .meta({ id: 'BulkPreview' });

/** What can be done about one. */
export const bulkStartActs = ['approve', 'withdraw', 'release'] as const;

/** A list of people who leave, to be started together. */
export const BulkStartSummary = z
  .object({
    id: z.string(),
    state: z.enum(bulkStartStates),
    source: z.enum(['csv', 'api']),
    askedBy: z.object({ id: z.string(), name: z.string().nullable() }),
    askedAt: Moment,
    expiresAt: Moment.meta({ description: 'Until when it can be approved' }),
    decidedBy: orNull(z.object({ id: z.string(), name: z.string().nullable() })),
    decidedAt: Moment.nullable(),
    people: z.int().meta({ description: 'Good rows of the list' }),
    planned: z.int().meta({ description: 'How far the preview has got' }),
    digest: z.string().nullable().meta({ description: 'Of what is to be approved' }),
  })
  .meta({ id: 'BulkStartSummary' });
export type BulkStartSummary = z.infer<typeof BulkStartSummary>;

export const BulkStartPage = pageOf(BulkStartSummary).meta({ id: 'BulkStartPage' });

export const BulkStart = BulkStartSummary.extend({
  preview: orNull(BulkPreview),
  list: z.array(
    z.object({
      line: z.int(),
      personId: z.string(),
      name: z.string(),
      standing: z.enum(bulkStandings),
      other: z.string().nullable().meta({
        description: 'The departure or the bulk start that stands in the way',
      }),
      steps: z.int(),
      question: z.string().nullable(),
      outcome: z.enum(['started', 'not started']).nullable(),
      detail: z.string().nullable(),
      caseId: z.string().nullable(),
    }),
  ),
  refused: z.array(
    z.object({
      line: z.int(),
      column: z.string().nullable(),
      found: z.string(),
      expected: z.string(),
    }),
  ),
  unknownColumns: z.array(z.string()),
  progress: z
    .array(
      z.object({
        state: z.enum([...caseStates, 'to be started', 'not started']),
        people: z.int(),
      }),
    )
    .meta({ description: 'Once approved: where its departures are' }),
  actions: z.array(z.enum(bulkStartActs)).meta({ description: 'What can be done now' }),
}).meta({ id: 'BulkStart' });
export type BulkStart = z.infer<typeof BulkStart>;

export const BulkApprovalInput = z
  .strictObject({
    digest: z.string().min(1).max(100).meta({
      description: '`digest` of what was looked at; anything else is not started',
    }),
  })
  .meta({ id: 'BulkApprovalInput' });

/** What came of an act, and the bulk start as it is now. */
export const BulkStartActDone = z
  .object({ detail: z.string(), bulkStart: BulkStart })
  .meta({ id: 'BulkStartActDone' });
