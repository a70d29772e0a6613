import { z } from 'zod';
import { Moment, PageQuery, pageOf } from './page.ts';

const kind = z.enum(['residual', 'ghost']);

export const ResidualAccessQuery = PageQuery.extend({
  kind: kind.optional(),
  connection: z.string().max(63).optional(),
});

/** An account that can be used, and should not be. */
export const ResidualAccess = z
  .object({
    id: z.guid(),
    kind: kind.meta({ description: 'residual: of somebody who left; ghost: of nobody we know' }),
    connection: z.string(),
    account: z.string().meta({ description: 'The system’s own id' }),
    login: z.string(),
    privileged: z.boolean(),
    person: z.object({ id: z.string(), name: z.string() }).nullable(),
    caseId: z.string().nullable().meta({ description: 'The departure; null: there was none' }),
    foundAt: Moment,
    seenAt: Moment.meta({ description: 'By the newest sweep that saw it' }),
  })
  .meta({ id: 'ResidualAccess' });
export type ResidualAccess = z.infer<typeof ResidualAccess>;

export const ResidualAccessPage = pageOf(ResidualAccess).meta({ id: 'ResidualAccessPage' });
export type ResidualAccessPage = z.infer<typeof ResidualAccessPage>;

export const SweepInput = z
  .strictObject({ connection: z.string().min(1).max(63).optional() })
  .meta({ id: 'SweepInput' });

export const SweepAsked = z.object({ connections: z.array(z.string()) }).meta({ id: 'SweepAsked' });

/** When one connection was asked for all of its accounts. */
export const AccessSweep = z
  .object({
    connection: z.string(),
    sweptAt: Moment.nullable().meta({ description: 'Null: never yet' }),
    accounts: z.int().nullable().meta({ description: 'That can be used' }),
    residual: z.int().nullable(),
    ghosts: z.int().nullable(),
    failure: z
      .string()
      .nullable()
      .meta({ description: 'Why the last one did not come to its end' }),
    underWay: z.boolean().meta({ description: 'It is asked for, or somebody is at it' }),
  })
  .meta({ id: 'AccessSweep' });
export type AccessSweep = z.infer<typeof AccessSweep>;

export const AccessSweepPage = pageOf(AccessSweep).meta({ id: 'AccessSweepPage' });
export type AccessSweepPage = z.infer<typeof AccessSweepPage>;
