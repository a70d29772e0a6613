import { z } from 'zod';
import { Moment, orNull, PageQuery, pageOf } from './page.ts';
import { AskedProof, Submission } from './steps.ts';

export const TaskQuery = PageQuery.extend({
  mine: z.stringbool().default(false).meta({ description: 'Only the caller’s own' }),
});

/** A step that somebody has to do by hand. */
export const Task = z
  .object({
    id: z.string().meta({ description: 'Of the step' }),
    caseId: z.string(),
    title: z.string(),
    person: z.string().meta({ description: 'Whom it is about' }),
    confidential: z.boolean(),
    askedOf: z.array(z.object({ name: z.string(), email: z.string() })),
    instructions: z.string(),
    proof: AskedProof,
    deadline: Moment.nullable(),
    askedAt: Moment,
    reminders: z.int(),
    toAccept: orNull(Submission).meta({ description: 'Done, and waits for its receiver' }),
  })
  .meta({ id: 'Task' });
export type Task = z.infer<typeof Task>;

export const TaskPage = pageOf(Task).meta({ id: 'TaskPage' });
