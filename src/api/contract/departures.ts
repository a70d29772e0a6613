import { z } from 'zod';
import { DepartureFacts } from '#core/departure.ts';
import { departureKinds } from '#core/departure-kind.ts';

const { accessEnds, lastWorkingDay } = DepartureFacts.shape;
const reason = z.string().trim().min(1).max(2_000).nullable();

const dates = {
  accessEnds: accessEnds.meta({
    description: 'When access ends, on the clock of the person’s work place: 2026-12-31T17:00',
  }),
  lastWorkingDay: lastWorkingDay.meta({ description: 'Last day at work' }),
  employmentEnds: lastWorkingDay.meta({ description: 'Last day of the employment' }),
  payEnds: lastWorkingDay.meta({ description: 'Last day that is paid' }),
};

/** What is known of a departure; one of the four dates is enough, or `urgent`. */
export const DepartureInput = z
  .strictObject({
    kind: z.enum(departureKinds),
    urgent: z.boolean().default(false).meta({ description: 'Access ends now' }),
    confidential: z.boolean().default(false).meta({
      description: 'Only HR, IT admins and Security may know of it',
    }),
    hold: z.boolean().optional().meta({
      description: 'Nothing begins and nobody is told until somebody releases it',
    }),
    accessEnds: dates.accessEnds.default(null),
    lastWorkingDay: dates.lastWorkingDay.default(null),
    employmentEnds: dates.employmentEnds.default(null),
    payEnds: dates.payEnds.default(null),
    reason: reason.default(null).meta({ description: 'For HR and Security only' }),
  })
  .meta({ id: 'DepartureInput' });
export type DepartureInput = z.input<typeof DepartureInput>;

/** What is to be different; what is left out stays as it is. */
export const DepartureChange = z
  .strictObject({
    kind: z.enum(departureKinds),
    urgent: z.boolean(),
    confidential: z.boolean(),
    ...dates,
    startDay: lastWorkingDay.unwrap().meta({ description: 'Of an arrival, or of a new role' }),
    reason,
    successor: z.string().trim().min(1).max(200).nullable().meta({
      description: 'HR id of who takes over work and data; null: the manager again',
    }),
  })
  .partial()
  .refine((it) => Object.values(it).some((value) => value !== undefined), {
    error: 'name at least one thing that changes',
  })
  .meta({ id: 'DepartureChange' });
export type DepartureChange = z.input<typeof DepartureChange>;
