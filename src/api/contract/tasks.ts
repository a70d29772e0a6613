import { z } from 'zod';
import { caseKinds } from '#core/arrival.ts';
import { layers, stepStatuses } from '#core/step.ts';
import { Moment, orNull, PageQuery, pageOf } from './page.ts';
import { AskedProof, MoreTime, ProofFile, Submission, stepActs } from './steps.ts';

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
    layer: z.enum(layers),
    equipment: z.boolean().meta({ description: 'It is about a thing that can be lost' }),
    zone: z.string().meta({ description: 'Where that person works' }),
    askedOf: z.array(z.object({ name: z.string(), email: z.string() })),
    instructions: z.string(),
    proof: AskedProof,
    deadline: Moment.nullable(),
    askedAt: Moment,
    reminders: z.int(),
    moreTime: orNull(MoreTime).meta({ description: 'Asked for, and not answered yet' }),
    toAccept: orNull(Submission).meta({ description: 'Done, and waits for its receiver' }),
  })
  .meta({ id: 'Task' });
export type Task = z.infer<typeof Task>;

export const TaskPage = pageOf(Task).meta({ id: 'TaskPage' });
export type TaskPage = z.infer<typeof TaskPage>;

const From = z.object({ byName: z.string(), reason: z.string() });

/** One task with all that whoever does it has to know, and what they can do about it. */
export const TaskDetails = Task.extend({
  status: z.enum(stepStatuses),
  kind: z.enum(caseKinds).meta({ description: 'Of the case that it belongs to' }),
  maySeeCase: z.boolean().meta({ description: 'Whether the whole departure is for the caller' }),
  why: z.string().nullable().meta({ description: 'What the playbook says it is for' }),
  duty: z.string().nullable().meta({ description: 'The law that sets its date' }),
  mustName: z.string().nullable().meta({
    description: 'Stands on the thing itself, such as a serial number; the proof must have it',
  }),
  readBack: z.boolean().meta({ description: 'Only the system itself settles it' }),
  confirmedBy: z.string().nullable().meta({ description: 'Says it is done; it is read back' }),
  handedOver: orNull(From).meta({ description: 'Who gave it to whoever is asked, and why' }),
  sentBack: orNull(From).meta({ description: 'Who did not accept it, and why' }),
  files: z.array(ProofFile).meta({ description: 'Added to it so far' }),
  settled: orNull(
    z.object({ byName: z.string(), reason: z.string(), at: Moment, skipped: z.boolean() }),
  ).meta({ description: 'Who answers for it, once somebody does' }),
  actions: z.array(z.enum(stepActs)).meta({ description: 'What the caller may do now' }),
}).meta({ id: 'TaskDetails' });
export type TaskDetails = z.infer<typeof TaskDetails>;
