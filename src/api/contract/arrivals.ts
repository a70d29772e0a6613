import { z } from 'zod';
import { ArrivalFacts, arrivalKinds } from '#core/arrival.ts';

/** Somebody begins: as a new colleague, once more, or in another role. */
export const ArrivalInput = z
  .strictObject({
    kind: z.enum(arrivalKinds),
    startDay: ArrivalFacts.shape.startDay.meta({
      description: 'The first day, or the first in the new role, where the person works',
    }),
    confidential: z.boolean().default(false).meta({
      description: 'Only HR, IT admins and Security may know of it',
    }),
    role: z
      .strictObject({
        department: z.string().trim().min(1).max(200),
        title: z.string().trim().min(1).max(200),
        location: z.string().trim().min(1).max(200),
      })
      .partial()
      .optional()
      .meta({ description: 'For a change of role: what changes; the rest stays' }),
  })
  .refine((it) => it.role === undefined || it.kind === 'role change', {
    path: ['role'],
    error: 'only a role change has it',
  })
  .meta({ id: 'ArrivalInput' });
export type ArrivalInput = z.infer<typeof ArrivalInput>;
