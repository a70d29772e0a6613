import { z } from 'zod';
import { pageOf } from './page.ts';
import { Failure } from './steps.ts';

/** A description that comes along. */
export const ReadyDescription = z
  .object({
    id: z.string(),
    connector: z.string(),
    name: z.string().meta({ description: 'What people call the system' }),
    does: z.string(),
  })
  .meta({ id: 'ReadyDescription' });

export const ReadyDescriptionPage = pageOf(ReadyDescription).meta({ id: 'ReadyDescriptionPage' });
export type ReadyDescriptionPage = z.infer<typeof ReadyDescriptionPage>;

/** One that comes along, whole. */
export const WholeDescription = ReadyDescription.extend({
  file: z.record(z.string(), z.unknown()).meta({
    description: 'As a file holds it, with its sources, its traps and what to enter',
  }),
  settings: z.record(z.string(), z.unknown()).meta({
    description: 'What a connection is begun with; null where a secret is to be entered',
  }),
}).meta({ id: 'WholeDescription' });
export type WholeDescription = z.infer<typeof WholeDescription>;

/** A description as it is handed on: with neither secret nor address. */
export const DescriptionFile = z
  .looseObject({ description: z.record(z.string(), z.unknown()) })
  .meta({ id: 'DescriptionFile' });

/** One action to try on one account. */
export const TrialInput = z
  .strictObject({
    account: z.string().min(1).max(500).meta({ description: 'The system’s own id of it' }),
    capability: z.string().min(1).max(100),
    params: z.record(z.string(), z.unknown()).optional(),
    change: z.boolean().optional().meta({
      description: 'Make the change as well, and read the account again. Default: only show it',
    }),
  })
  .meta({ id: 'TrialInput' });

const Body = z.unknown().meta({ description: 'JSON, or text; null: none' });
const Headers = z.record(z.string(), z.string());

export const TrialResult = z
  .object({
    kind: z.enum(['transition', 'command']).meta({
      description: 'A transition is read back; a command leaves nothing to read',
    }),
    before: z.unknown(),
    after: z.unknown(),
    plan: z.object({ kind: z.string(), says: z.string() }).nullable(),
    requests: z
      .array(z.object({ method: z.string(), url: z.string(), body: Body }))
      .nullable()
      .meta({ description: 'What would be sent; null: this kind of system cannot tell before' }),
    exchanges: z.array(
      z.object({
        request: z.object({ method: z.string(), url: z.string(), headers: Headers, body: Body }),
        response: z
          .object({ status: z.int(), headers: Headers, body: Body })
          .nullable()
          .meta({ description: 'Null: no answer came' }),
        started_at: z.string(),
        ms: z.int(),
      }),
    ),
    changed: z.boolean().meta({ description: 'Whether the change was sent' }),
    failure: Failure.nullable(),
  })
  .meta({ id: 'TrialResult' });
export type TrialResult = z.infer<typeof TrialResult>;
