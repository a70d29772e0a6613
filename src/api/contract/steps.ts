import { z } from 'zod';
import { capabilities } from '#core/capability.ts';
import { failureKinds } from '#core/failure.ts';
import { grades, layers, stepKinds, stepStatuses } from '#core/step.ts';
import { Obligation } from './obligations.ts';
import { Moment, orNull } from './page.ts';

/** Why a call to another system did not do what was asked. */
export const Failure = z
  .object({
    kind: z.enum(failureKinds),
    detail: z.string(),
    retryAfterMs: z.number().optional(),
  })
  .meta({ id: 'Failure' });

export const StepAccount = z.object({
  id: z.string().meta({ description: 'The system’s own id' }),
  login: z.string(),
  privileged: z.boolean(),
});

export const capabilityNames = Object.keys(capabilities);

/** A file that proves something. */
export const ProofFile = z
  .object({
    name: z.string(),
    sha256: z.string().meta({ description: 'Hex, of its bytes' }),
    size: z.int().meta({ description: 'In bytes' }),
  })
  .meta({ id: 'ProofFile' });

export type ProofFile = z.infer<typeof ProofFile>;

/** What somebody says they did, and another person has to accept. */
export const Submission = z
  .object({
    by: z.string().meta({ description: 'Id of the user' }),
    byName: z.string(),
    reason: z.string(),
    proof: z.string().nullable(),
    files: z.array(ProofFile),
  })
  .meta({ id: 'Submission' });
export type Submission = z.infer<typeof Submission>;

/** What must be shown that it was done. */
export const AskedProof = z.array(z.string()).meta({
  description: 'What must be written down, or attached as a file where it begins with “file:”',
});

/** Whoever is asked asks for more time, and another person has to answer. */
export const MoreTime = z
  .object({ byName: z.string(), until: Moment, reason: z.string() })
  .meta({ id: 'MoreTime' });
export type MoreTime = z.infer<typeof MoreTime>;

/** Who was asked to do it by hand, or to accept that it was done. */
const Assignment = z.object({
  people: z.array(z.object({ name: z.string(), email: z.string() })),
  instructions: z.string(),
  proof: AskedProof,
  deadline: Moment.nullable(),
  askedAt: z.string(),
  reminders: z.int(),
  mustName: z.string().optional().meta({
    description: 'Stands on the thing itself, such as a serial number; the proof must have it',
  }),
  confirmed: z
    .object({ byName: z.string(), reason: z.string(), proof: z.string(), at: Moment })
    .optional()
    .meta({ description: 'Somebody says that it is done; it is read back' }),
  moreTime: orNull(MoreTime).meta({ description: 'Asked for, and not answered yet' }),
  toAccept: orNull(Submission).meta({ description: 'Done, and waits for its receiver' }),
});

export const ProofQuery = z.object({
  name: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .regex(/^[^/\\\p{Cc}]+$/u, 'a file name without its folder')
    .meta({ description: 'What the file is called' }),
});

/** What a person answers for: done by hand, or not done. */
const Decision = z.object({
  kind: z.enum(['attested', 'waived']),
  by: z.string(),
  byName: z.string(),
  reason: z.string(),
  proof: z.string().nullable(),
  files: z.array(ProofFile),
  expiresAt: z.string().nullable(),
  writtenOff: z.boolean().optional().meta({ description: 'Skipped for good: the thing is lost' }),
  acceptedByName: z
    .string()
    .nullable()
    .meta({ description: 'Who accepted it, where somebody had to' }),
});

/** Later looks at what was ended: access comes back. */
export const Rechecks = z
  .object({
    lookedAt: z.array(Moment).meta({ description: 'When it was seen to be so still' }),
    nextAt: Moment.nullable().meta({ description: 'Null: there is no further look' }),
    waitsBecause: z.string().nullable().meta({
      description: 'Why a look that is due has not been made',
    }),
    returned: z.int().meta({ description: 'How often it had come back' }),
    endedBecause: z.string().nullable().meta({
      description: 'Why nobody looks any more, where the last look was not made',
    }),
  })
  .meta({ id: 'Rechecks' });
export type Rechecks = z.infer<typeof Rechecks>;

/** What a person can do about a step. */
export const stepActs = [
  'hold',
  'retry',
  'attest',
  'accept',
  'send-back',
  'hand-over',
  'ask-time',
  'give-time',
  'refuse-time',
  'waive',
  'write-off',
] as const;

export const Step = z
  .object({
    id: z.string(),
    key: z.string().meta({ description: 'Stable within the case' }),
    title: z.string(),
    why: z.string().nullable(),
    layer: z.enum(layers),
    kind: z.enum(stepKinds),
    connection: z.string().nullable(),
    account: StepAccount.nullable(),
    capability: z.enum(capabilityNames).nullable(),
    rule: z.string().meta({ description: 'When, in the words of the playbook' }),
    dueAt: Moment.nullable().meta({ description: 'Null: as soon as what it starts after is done' }),
    late: z.boolean(),
    startsAfter: z.array(z.string()).meta({ description: 'Ids of steps' }),
    approval: z.boolean(),
    undoOf: z.string().nullable().meta({ description: 'Of the way back: the step it undoes' }),
    status: z.enum(stepStatuses),
    grade: z.enum(grades).nullable(),
    outcomeUnknown: z.boolean().meta({
      description: 'Nobody knows whether the last call had its effect',
    }),
    sent: z.boolean().meta({
      description: 'The system took the order; its effect does not show yet',
    }),
    because: z.string().nullable(),
    failure: orNull(Failure),
    attempts: z.int().meta({ description: 'Failed attempts in a row' }),
    nextLookAt: Moment.nullable(),
    summary: z.string().nullable().meta({ description: 'What was, or is to be, changed' }),
    stateBefore: z.unknown(),
    stateAfter: z.unknown(),
    assignment: Assignment.nullable(),
    obligation: Obligation.nullable().meta({ description: 'The legal duty that it meets' }),
    decision: Decision.nullable(),
    rechecks: orNull(Rechecks).meta({ description: 'Null: it is not looked at again' }),
    startedAt: Moment.nullable(),
    appliedAt: Moment.nullable(),
    heldAt: Moment.nullable(),
    settledAt: Moment.nullable(),
    actions: z.array(z.enum(stepActs)).meta({ description: 'What the caller may do now' }),
  })
  .meta({ id: 'Step' });
export type Step = z.infer<typeof Step>;

const reason = z.string().trim().min(1).max(2_000);

export const AttestInput = z
  .strictObject({
    reason: reason.meta({ description: 'What was done, in a sentence' }),
    proof: z.string().trim().min(1).max(10_000).optional().meta({
      description:
        'What proves it: a ticket, a serial number, a link; or lines “label=value” for what the task asks for',
    }),
    proofs: z
      .record(z.string().max(200), z.string().trim().min(1).max(2_000))
      .optional()
      .meta({ description: 'The same by label: { "serial number": "C02…" }' }),
    files: z
      .array(z.string().regex(/^[0-9a-f]{64}$/, 'the sha256 of a file that was added'))
      .max(20)
      .optional()
      .meta({ description: 'Files added to this step before, by their sha256' }),
  })
  .meta({ id: 'AttestInput' });
export type AttestInput = z.input<typeof AttestInput>;

export const HandOverInput = z
  .strictObject({
    to: z.string().trim().min(1).max(254).meta({
      description: 'The address at work of a user or a person of the company, or the id of a user',
    }),
    reason: reason.meta({ description: 'Why; the receiver is told' }),
  })
  .meta({ id: 'HandOverInput' });
export type HandOverInput = z.input<typeof HandOverInput>;

export const SendBackInput = z
  .strictObject({ reason: reason.meta({ description: 'What is missing; who did it is told' }) })
  .meta({ id: 'SendBackInput' });

export const AskTimeInput = z
  .strictObject({
    until: z.iso.datetime({ offset: true }).meta({ description: 'When it will be done' }),
    reason: reason.meta({ description: 'Why it takes longer; who decides is told' }),
  })
  .meta({ id: 'AskTimeInput' });
export type AskTimeInput = z.input<typeof AskTimeInput>;

export const RefuseTimeInput = z
  .strictObject({ reason: reason.meta({ description: 'Why not; who asked is told' }) })
  .meta({ id: 'RefuseTimeInput' });

export const WaiveInput = z
  .strictObject({
    reason: reason.meta({ description: 'Why it is not done' }),
    expiresAt: z.iso.datetime({ offset: true }).meta({
      description: 'Until when; then the step opens again',
    }),
  })
  .meta({ id: 'WaiveInput' });
export type WaiveInput = z.input<typeof WaiveInput>;

export const WriteOffInput = z
  .strictObject({ reason: reason.meta({ description: 'Why it will not come back' }) })
  .meta({ id: 'WriteOffInput' });
export type WriteOffInput = z.input<typeof WriteOffInput>;
