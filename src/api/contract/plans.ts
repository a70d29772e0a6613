import { z } from 'zod';
import { layers, stepKinds } from '#core/step.ts';
import { ArrivalInput } from './arrivals.ts';
import { DepartureInput } from './departures.ts';
import { capabilityNames, StepAccount } from './steps.ts';

export const PlanInput = z
  .strictObject({
    person: z.string().min(1).max(200).meta({ description: 'HR id, or the id of the person here' }),
    departure: DepartureInput.optional(),
    arrival: ArrivalInput.optional(),
    playbook: z.string().min(1).max(200).optional().meta({
      description: 'Id of a version to try, a draft as well. Default: the one that applies',
    }),
    draft: z.string().min(1).max(60).optional().meta({
      description: 'Name of a playbook of which to try your draft, in the place of a version',
    }),
  })
  .refine((it) => it.playbook === undefined || it.draft === undefined, {
    error: 'say either playbook or draft',
  })
  .refine((it) => (it.departure === undefined) !== (it.arrival === undefined), {
    error: 'say either departure or arrival',
  })
  .meta({ id: 'PlanInput' });
export type PlanInput = z.input<typeof PlanInput>;

const PlannedStep = z.object({
  key: z.string(),
  playbookStep: z.string(),
  title: z.string(),
  why: z.string().nullable(),
  layer: z.enum(layers),
  kind: z.enum(stepKinds),
  connectionId: z.string().nullable(),
  account: StepAccount.nullable(),
  capability: z.enum(capabilityNames).nullable(),
  at: z.object({ rule: z.string(), due: z.string().nullable(), late: z.boolean() }),
  after: z.array(z.string()).meta({ description: 'Keys of steps' }),
  approval: z.boolean(),
});

/** What a departure or an arrival would do, step by step; or what has to be answered before that can be said. */
export const PlanPreview = z
  .union([
    z.object({ question: z.string() }),
    z.object({
      playbook: z.object({ name: z.string(), number: z.int(), title: z.string() }),
      digest: z.string(),
      zone: z.string(),
      steps: z.array(PlannedStep),
      gaps: z.array(z.string()).meta({ description: 'Keys of accounts that no step covers' }),
      notes: z.array(z.string()),
      unanswered: z
        .array(z.object({ connection: z.string(), because: z.string() }))
        .meta({ description: 'Systems that could not be asked' }),
      text: z.array(z.string()).meta({ description: 'The plan in plain words, line by line' }),
    }),
  ])
  .meta({ id: 'PlanPreview' });
export type PlanPreview = z.infer<typeof PlanPreview>;
