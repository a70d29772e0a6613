import { z } from 'zod';
import { approvalDecisions, mostTogether } from '#core/approval.ts';
import { Assertion } from '#core/passkey.ts';
import { Moment, PageQuery, pageOf } from './page.ts';
import { SignatureAsked } from './passkeys.ts';
import { StepAccount } from './steps.ts';

export const ApprovalQuery = PageQuery.extend({
  mine: z.stringbool().default(false).meta({ description: 'Only what the caller may decide' }),
  all: z.stringbool().default(false).meta({ description: 'Also what is decided or over' }),
});

/** Something that waits for the approval of another person. */
export const Approval = z
  .object({
    id: z.string(),
    caseId: z.string(),
    stepId: z.string(),
    title: z.string(),
    person: z.string().meta({ description: 'Whom it is about' }),
    confidential: z.boolean(),
    connection: z.string().nullable(),
    account: StepAccount.nullable(),
    capability: z.string().nullable(),
    cannotBeUndone: z.boolean(),
    summary: z.string().meta({ description: 'What would be done' }),
    state: z.unknown().meta({ description: 'As it was read before this was asked for' }),
    change: z.unknown().meta({ description: 'What the connector would send' }),
    digest: z.string().meta({ description: 'Of all that was shown; what is signed' }),
    requestedBy: z.object({ id: z.string(), name: z.string().nullable() }),
    requestedAt: Moment,
    expiresAt: Moment,
    standing: z.enum(['waiting', 'granted', 'denied', 'used', 'void', 'ran out']),
    because: z.string().nullable().meta({ description: 'Why it is denied or void' }),
    approversNeeded: z.int().meta({ description: '2 where the person is protected' }),
    approvedFirstBy: z.object({ id: z.string(), name: z.string().nullable() }).nullable().meta({
      description: 'The first of two; the second one is who decided',
    }),
    decidedBy: z.object({ id: z.string(), name: z.string().nullable() }).nullable(),
    decidedAt: Moment.nullable(),
    usedAt: Moment.nullable(),
    mayDecide: z.boolean().meta({ description: 'Whether the caller may, with a passkey' }),
    whyNot: z.string().nullable(),
  })
  .meta({ id: 'Approval' });
export type Approval = z.infer<typeof Approval>;

export const ApprovalPage = pageOf(Approval).meta({ id: 'ApprovalPage' });
export type ApprovalPage = z.infer<typeof ApprovalPage>;

export const ApprovalOptions = z
  .object({
    digest: z.string(),
    granted: SignatureAsked.meta({ description: 'What to sign to approve' }),
    denied: SignatureAsked.meta({ description: 'What to sign to deny' }),
  })
  .meta({ id: 'ApprovalOptions' });
export type ApprovalOptions = z.infer<typeof ApprovalOptions>;

const Several = <Item extends z.ZodType>(item: Item) => z.array(item).min(1).max(mostTogether);

/** Which approvals are to be granted at once. */
export const JointOptionsInput = z
  .strictObject({ approvals: Several(z.guid()) })
  .meta({ id: 'JointOptionsInput' });

const Named = z.strictObject({
  id: z.guid(),
  digest: z.string().min(1).max(100).meta({ description: 'Of what was looked at' }),
});

export const JointOptions = z
  .object({
    approvals: z.array(Named),
    granted: SignatureAsked.meta({ description: 'What to sign to approve all of them' }),
  })
  .meta({ id: 'JointOptions' });

export const JointGrantInput = z
  .strictObject({ approvals: Several(Named), assertion: Assertion })
  .meta({ id: 'JointGrantInput' });

export const DecisionInput = z
  .strictObject({
    decision: z.enum(approvalDecisions),
    digest: z.string().min(1).max(100).meta({
      description: '`digest` of what was looked at; another plan is not approved',
    }),
    reason: z.string().trim().min(1).max(2_000).optional().meta({
      description: 'Why; needed to deny',
    }),
    assertion: Assertion,
  })
  .meta({ id: 'DecisionInput' });
export type DecisionInput = z.input<typeof DecisionInput>;
