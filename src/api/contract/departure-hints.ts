import { z } from 'zod';
import { Moment, PageQuery, pageOf } from './page.ts';

const hintStates = ['open', 'confirmed', 'dismissed'] as const;

export const DepartureHintQuery = PageQuery.extend({ state: z.enum(hintStates).optional() });

/** An account ended at an identity provider. Somebody has to say whether its owner leaves. */
export const DepartureHint = z
  .object({
    id: z.string(),
    person: z.object({
      personId: z.string().meta({ description: 'Of the HR system' }),
      name: z.string(),
      email: z.string(),
    }),
    source: z.string().meta({ description: 'The connection that tells' }),
    what: z.enum(['deactivated', 'deleted']),
    heardAt: Moment,
    accountNow: z.enum(['active', 'inactive', 'gone']).meta({
      description: 'What the account is by now',
    }),
    state: z.enum(hintStates),
    caseId: z.string().nullable().meta({ description: 'The departure that answers it' }),
    decidedBy: z
      .object({ id: z.string(), name: z.string().nullable() })
      .nullable()
      .meta({ description: 'Null: open, or a departure answered it by itself' }),
    decidedAt: Moment.nullable(),
  })
  .meta({ id: 'DepartureHint' });
export type DepartureHint = z.infer<typeof DepartureHint>;

export const DepartureHintPage = pageOf(DepartureHint).meta({ id: 'DepartureHintPage' });
