import { z } from 'zod';

const Moment = z.iso.datetime({ precision: 3 });

/** `cases.json` of a pack for a period: every case that was sealed in it. */
export const PeriodCases = z.strictObject({
  v: z.literal(1),
  from: Moment,
  /** Exclusive. */
  to: Moment,
  cases: z.array(
    z.strictObject({
      case: z.string(),
      /** Its seals in the period, in their order; it may have others before and after. */
      sealed_at: z.array(Moment).min(1),
      /** Up to its last seal, which the pack holds. */
      facts: z.int().min(1),
    }),
  ),
  /** Confidential cases that were sealed in the period and whose reader may not know which. */
  withheld: z.int().min(0),
});
export type PeriodCases = z.infer<typeof PeriodCases>;

/** As it stands in a pack, to the byte. */
export const periodText = (it: PeriodCases): string => `${JSON.stringify(it, null, 2)}\n`;

const Day = z.iso.date().transform((day) => new Date(`${day}T00:00:00.000Z`));
const dayMs = 24 * 3_600_000;

/** Two days in UTC, as people say them, both of them included. */
export const Period = z
  .strictObject({ from: Day, to: Day })
  .refine(({ from, to }) => from <= to, { error: 'The first day is not after the last.' })
  .transform(({ from, to }) => ({ from, to: new Date(to.getTime() + dayMs) }));

/** Where the files of one case lie in a pack for a period. */
export const caseFolder = (caseId: string): string => `cases/${caseId}/`;
