import { z } from 'zod';
import { departureKinds } from './departure-kind.ts';

const day = z.iso.date();
/** A local date and time without zone, such as 2026-12-31T17:00. */
const localTime = z.iso.datetime({ local: true });

/**
 * What a source says about one departure. Days and `accessEnds` are local to the
 * person's zone; `core/dates.ts` turns them into moments.
 */
export const DepartureFacts = z.strictObject({
  /** The source's id of this separation, or one we made; with the person it identifies the departure. */
  id: z.string().min(1),
  kind: z.enum(departureKinds),
  urgent: z.boolean(),
  confidential: z.boolean(),
  /** Everything is planned, nothing begins and nobody is told until a person releases it. */
  hold: z.boolean().optional(),
  accessEnds: localTime.nullable(),
  lastWorkingDay: day.nullable(),
  employmentEnds: day.nullable(),
  payEnds: day.nullable(),
  /** Free text for HR; never shown to the leaver, erasable. */
  reason: z.string().nullable(),
});
export type DepartureFacts = z.infer<typeof DepartureFacts>;
