import { z } from 'zod';
import { caseKinds } from '#core/arrival.ts';
import { caseStates } from '#core/case.ts';
import { categories } from '#core/connection.ts';
import { departureKinds } from '#core/departure-kind.ts';
import { Moment, orNull, pageOf } from './page.ts';
import { capabilityNames } from './steps.ts';

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
    note: z.string().nullable().meta({
      description: 'What is different and why; null: nobody said',
    }),
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

const document = z.record(z.string(), z.unknown()).nullable().meta({
  description: 'The text as it was read; null: it cannot be read',
});

export const Playbook = PlaybookSummary.extend({
  text: z.string().meta({ description: 'The document, YAML' }),
  document,
}).meta({ id: 'Playbook' });
export type Playbook = z.infer<typeof Playbook>;

const name = z
  .string()
  .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'Write small letters, digits and single hyphens.')
  .max(60);
const words = z.record(z.string().max(60), z.unknown());
const step = z.string().min(1).max(60);

/** One change to the steps of a playbook; what is written beside them stays. */
export const PlaybookEdit = z
  .discriminatedUnion('do', [
    z.strictObject({
      do: z.literal('add'),
      step: words.meta({ description: 'As documents have it' }),
      behind: step.nullable().meta({ description: 'Id of a step; null: before all others' }),
    }),
    z.strictObject({
      do: z.literal('change'),
      step: step.nullable().meta({ description: 'Null: the playbook itself' }),
      set: words.meta({ description: 'What stands under each word; null takes the word out' }),
    }),
    z.strictObject({ do: z.literal('remove'), step }),
    z.strictObject({ do: z.literal('move'), step, behind: step.nullable() }),
  ])
  .meta({ id: 'PlaybookEdit' });

const Remedy = z
  .object({
    verb: z.enum(['move after', 'stop waiting', 'wait for', 'ask', 'later']),
    other: z.string().nullable().meta({
      description: 'The step or layer it is about, beside the one with the problem',
    }),
    edits: z.array(PlaybookEdit),
  })
  .meta({ id: 'PlaybookRemedy' });

const Finding = z
  .object({
    severity: z.enum(['error', 'warning']),
    step: z.string().nullable(),
    line: z.int().nullable().meta({ description: 'Counts from 1' }),
    problem: z.string(),
    mend: z.string(),
    remedy: orNull(Remedy).meta({ description: 'Null: somebody has to write it' }),
  })
  .meta({ id: 'PlaybookFinding' });
export type Finding = z.infer<typeof Finding>;

/** A text that was looked at and not kept. */
export const PlaybookFindings = z
  .object({ document, findings: z.array(Finding) })
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

/** What somebody publishes, and over what as far as they have seen. */
export const PublishInput = z
  .strictObject({
    over: z.string().max(200).nullable().optional().meta({
      description: 'Id of the version that is live, null: none is. Another one then refuses it',
    }),
  })
  .meta({ id: 'PublishInput' });

/** Whom a version touches, and whom it would touch. */
export const PlaybookReach = z
  .object({
    cases: z
      .array(
        z.object({
          id: z.string(),
          person: z.string(),
          state: z.enum(caseStates),
          number: z.int().meta({ description: 'The version that it goes by' }),
        }),
      )
      .meta({ description: 'Going forward by any version of this playbook' }),
    withheld: z.int().meta({ description: 'Confidential ones that the caller may not see' }),
    people: orNull(
      z.array(z.object({ kind: z.enum(departureKinds), count: z.int() })).meta({
        description: 'Who would go by it, were they to leave so; null: not for departures',
      }),
    ),
  })
  .meta({ id: 'PlaybookReach' });
export type PlaybookReach = z.infer<typeof PlaybookReach>;

export const MoveToVersionInput = z
  .strictObject({
    cases: z.array(z.string().min(1).max(64)).min(1).max(500),
    reason: z.string().trim().min(1).max(2_000),
  })
  .meta({ id: 'MoveToVersionInput' });

const LiveVersion = z.object({ id: z.string(), number: z.int() });

/** What somebody is writing; nobody else sees it. */
export const PlaybookDraftSummary = z
  .object({
    id: z.string(),
    name: z.string().meta({ description: 'Of the playbook that it becomes a version of' }),
    version: z.int().meta({ description: 'Say it with every change' }),
    changedAt: Moment,
    basedOn: orNull(LiveVersion).meta({
      description: 'The version that was live when it began; null: there was none',
    }),
  })
  .meta({ id: 'PlaybookDraftSummary' });
export type PlaybookDraftSummary = z.infer<typeof PlaybookDraftSummary>;

export const PlaybookDraftPage = pageOf(PlaybookDraftSummary).meta({ id: 'PlaybookDraftPage' });
export type PlaybookDraftPage = z.infer<typeof PlaybookDraftPage>;

export const PlaybookDraft = PlaybookDraftSummary.extend({
  text: z.string(),
  live: orNull(LiveVersion).meta({
    description: 'The version that is live now; another than it began from: compare first',
  }),
  document,
  findings: z.array(Finding),
}).meta({ id: 'PlaybookDraft' });
export type PlaybookDraft = z.infer<typeof PlaybookDraft>;

export const draftParam = z.object({ name });

const version = z.int().min(1);
const text = z.string().max(262_144);

export const PlaybookDraftInput = z
  .strictObject({
    text,
    version: version.nullable().meta({ description: 'Null: it begins now' }),
    basedOn: z.string().max(200).nullable().optional().meta({
      description: 'Id of a version; left out: the one that is live when it begins, then as before',
    }),
  })
  .meta({ id: 'PlaybookDraftInput' });

export const PlaybookEdits = z
  .strictObject({ version, edits: z.array(PlaybookEdit).min(1).max(50) })
  .meta({ id: 'PlaybookEdits' });

export const DraftQuery = z.object({ version: z.coerce.number().int().min(1) });

export const PutForwardInput = z
  .strictObject({
    version,
    note: z.string().trim().min(1).max(1_000).meta({ description: 'What is different, and why' }),
  })
  .meta({ id: 'PutForwardInput' });

const ActionPart = z.object({
  capability: z.enum(capabilityNames),
  kind: z.enum(['transition', 'command', 'by-hand']),
  summary: z.string(),
  canBeUndone: z.boolean(),
  params: z.record(z.string(), z.unknown()).meta({ description: 'JSON Schema of `with`' }),
});

/** What the steps of playbooks can be made of here. */
export const PlaybookParts = z
  .object({
    systems: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        category: z.enum(categories),
        holdsAccounts: z.boolean(),
        takesTickets: z.boolean(),
        keepsRecords: z.boolean(),
        carriesNotices: z.boolean(),
        actions: z.array(ActionPart),
      }),
    ),
    surveys: z.array(z.string()),
    rulePacks: z.array(z.string()),
  })
  .meta({ id: 'PlaybookParts' });
export type PlaybookParts = z.infer<typeof PlaybookParts>;
