import { type ApprovalDecision, type ApprovalMatter, protectedRoles } from '#core/approval.ts';
import type { Capability } from '#core/capability.ts';
import type { Assertion } from '#core/passkey.ts';
import { type Db, json, sql } from './sql.ts';
import { wakeSteps } from './steps.ts';

/** What the digest of an approval is of: all that whoever decides gets to see. */
export interface Shown {
  readonly account: unknown;
  readonly capability: Capability | null;
  readonly change: unknown;
  readonly connection: string | null;
  readonly params: unknown;
  /** As it was read right before the approval was asked for. */
  readonly state: unknown;
  readonly summary: string;
}

export interface ApprovalRow {
  readonly id: string;
  readonly version: number;
  readonly stepId: string;
  /** Of the step when it asked; one that was held and tried again asks anew. */
  readonly stepVersion: number;
  readonly caseId: string;
  readonly action: string;
  readonly shown: Shown;
  readonly digest: Buffer;
  /** Who opened the departure: a user, or a source. */
  readonly requestedBy: string;
  readonly requestedAt: Date;
  readonly expiresAt: Date;
  readonly toldAt: Date | null;
  readonly decidedBy: string | null;
  readonly decision: ApprovalDecision | null;
  readonly decidedAt: Date | null;
  readonly reason: string | null;
  readonly credentialId: Buffer | null;
  readonly assertion: Assertion | null;
  readonly consumedAt: Date | null;
  /** In words; also of one that ran out. */
  readonly voidedBecause: string | null;
  readonly endedAt: Date | null;
  /** Its time is over, by the database's clock when this was read. */
  readonly isOver: boolean;
  readonly title: string;
  /** The name of whom the departure is about. */
  readonly person: string;
  readonly confidential: boolean;
  /** How many people have to grant it. */
  readonly approvers: 1 | 2;
  /** What the signature was for, where it was for several approvals at once. */
  readonly together: readonly string[] | null;
  /** The first of two who granted it; the second one is who decided. */
  readonly firstBy: string | null;
  readonly firstAt: Date | null;
  readonly firstAssertion: Assertion | null;
  readonly firstTogether: readonly string[] | null;
}

/** The newest approval that was asked for a step. */
export async function newestApproval(db: Db, stepId: string): Promise<ApprovalRow | null> {
  const { rows } = await db.query<ApprovalRow>(sql`
    select * from approval_view where "stepId" = ${stepId} order by "requestedAt" desc, id limit 1
  `);
  return rows[0] ?? null;
}

export async function loadApproval(db: Db, id: string): Promise<ApprovalRow | null> {
  const { rows } = await db.query<ApprovalRow>(sql`select * from approval_view where id = ${id}`);
  return rows[0] ?? null;
}

/** What became of one approval, for whoever looks at the case later. */
export interface CaseApproval {
  readonly title: string;
  readonly requestedAt: Date;
  /** Null: nobody decided. */
  readonly decision: ApprovalDecision | null;
  /** The first of two who granted it; null: it takes one, or nobody has granted it yet. */
  readonly firstBy: string | null;
  readonly firstByName: string | null;
  readonly firstAt: Date | null;
  readonly decidedBy: string | null;
  readonly decidedByName: string | null;
  readonly decidedAt: Date | null;
  readonly reason: string | null;
  /** When what it was for was done. */
  readonly usedAt: Date | null;
  readonly voidedBecause: string | null;
}

/** All that were asked for in a case, the oldest first. */
export async function approvalsOfCase(db: Db, caseId: string): Promise<readonly CaseApproval[]> {
  const { rows } = await db.query<CaseApproval>(sql`
    select a.title, a."requestedAt", a.decision, a."firstBy", f.name as "firstByName", a."firstAt",
           a."decidedBy", u.name as "decidedByName", a."decidedAt", a.reason, a."consumedAt" as "usedAt", a."voidedBecause"
      from approval_view a
      left join users f on f.id = a."firstBy"
      left join users u on u.id = a."decidedBy"
     where a."caseId" = ${caseId}
     order by a."requestedAt", a.id
  `);
  return rows;
}

/** The newest first; `waiting`: only what can still be decided. */
export async function listApprovals(
  db: Db,
  it: { waiting: boolean; limit: number },
): Promise<readonly ApprovalRow[]> {
  const { rows } = await db.query<ApprovalRow>(sql`
    select *
      from approval_view
     where not ${it.waiting}::boolean
        or (decision is null and "endedAt" is null and not "isOver")
     order by "requestedAt" desc, id
     limit ${it.limit}
  `);
  return rows;
}

export async function insertApproval(
  db: Db,
  it: Pick<
    ApprovalRow,
    | 'id'
    | 'stepId'
    | 'stepVersion'
    | 'caseId'
    | 'action'
    | 'shown'
    | 'digest'
    | 'requestedBy'
    | 'expiresAt'
    | 'approvers'
  >,
): Promise<void> {
  await db.query(sql`
    insert into approvals (id, version, step_id, step_version, case_id, action, shown, plan_sha256, requested_by,
                           expires_at, approvers)
    values (${it.id}, 1, ${it.stepId}, ${it.stepVersion}, ${it.caseId}, ${it.action}, ${json(it.shown)}::jsonb,
            ${it.digest}, ${it.requestedBy}, ${it.expiresAt}, ${it.approvers})
  `);
}

interface Signed {
  readonly id: string;
  readonly version: number;
  readonly by: string;
  readonly credentialId: Buffer;
  readonly assertion: Assertion;
  readonly together: readonly string[] | null;
}

/** Writes down what somebody decided, once. False: decided, void or over already. */
export async function decideApproval(
  db: Db,
  it: Signed & { decision: ApprovalDecision; reason: string | null },
): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    update approvals
       set version = version + 1, decision = ${it.decision}, decided_by = ${it.by}, decided_at = clock_timestamp(),
           reason = ${it.reason}, credential_id = ${it.credentialId}, assertion = ${json(it.assertion)}::jsonb,
           together = ${it.together}
     where id = ${it.id}
       and version = ${it.version}
       and decision is null
       and ended_at is null
       and expires_at > clock_timestamp()
  `);
  return rowCount === 1;
}

/** Writes down the first of the two who have to grant. False: decided, void or over meanwhile. */
export async function keepFirstGrant(db: Db, it: Signed): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    update approvals
       set version = version + 1, first_by = ${it.by}, first_at = clock_timestamp(),
           first_credential_id = ${it.credentialId}, first_assertion = ${json(it.assertion)}::jsonb,
           first_together = ${it.together}
     where id = ${it.id}
       and version = ${it.version}
       and approvers = 2
       and first_by is null
       and decision is null
       and ended_at is null
       and expires_at > clock_timestamp()
  `);
  return rowCount === 1;
}

/** Uses a granted approval, once. False: used, void or over meanwhile. */
export async function consumeApproval(
  db: Db,
  it: { id: string; version: number },
): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    update approvals
       set version = version + 1, consumed_at = clock_timestamp()
     where id = ${it.id}
       and version = ${it.version}
       and decision = 'granted'
       and consumed_at is null
       and ended_at is null
       and expires_at > clock_timestamp()
  `);
  return rowCount === 1;
}

/** Ends an approval that was not used: void, or run out. False: somebody else was faster. */
export async function endApproval(
  db: Db,
  it: { id: string; version: number; because: string },
): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    update approvals
       set version = version + 1, voided_because = ${it.because}, ended_at = clock_timestamp()
     where id = ${it.id}
       and version = ${it.version}
       and consumed_at is null
       and ended_at is null
  `);
  return rowCount === 1;
}

export async function noteApprovalTold(db: Db, id: string): Promise<void> {
  await db.query(sql`update approvals set told_at = clock_timestamp() where id = ${id}`);
}

/** Waiting approvals of which nobody has been told. */
export const approvalsUntold = sql`
    select *
      from approval_view
     where "toldAt" is null
       and decision is null
       and "endedAt" is null
       and "requestedAt" < clock_timestamp() - interval '5 seconds'
     limit 50
`;

export async function untoldApprovals(db: Db): Promise<readonly ApprovalRow[]> {
  const { rows } = await db.query<ApprovalRow>(approvalsUntold);
  return rows;
}

/** Approvals of what will not be done any more: the step ended without it, or the departure did. */
export const approvalsNeedless = sql`
    select approval.*
      from approval_view approval
      join steps s on s.id = approval."stepId"
      join cases c on c.id = s.case_id
     where approval."endedAt" is null
       and approval."consumedAt" is null
       and approval.decision is distinct from 'denied'
       and (s.dropped_at is not null
            or s.status = 'settled'
            or c.direction = 'back'
            or c.state in ('complete', 'cancelled', 'brought-back'))
     limit 50
`;

export async function needlessApprovals(db: Db): Promise<readonly ApprovalRow[]> {
  const { rows } = await db.query<ApprovalRow>(approvalsNeedless);
  return rows;
}

/**
 * A step that waits for people comes back at `wakeAt`. It has not begun: a new plan may still move it. What came
 * since `since`, when the pass looked, is not slept over: who woke the step in between wakes it all the same.
 */
export async function letStepWait(
  db: Db,
  it: { stepId: string; version: number; since: Date; wakeAt: Date; because: string },
): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    update steps
       set wake_at = case when wake_at > ${it.since} and wake_at <= clock_timestamp() then wake_at
                          else ${it.wakeAt} end,
           because = ${it.because}, failure = null, attempts = 0
     where id = ${it.stepId}
       and version = ${it.version}
       and status in ('ready', 'running')
       and dropped_at is null
  `);
  if (rowCount === 1) await wakeSteps(db, [it.stepId]);
  return rowCount === 1;
}

/** What a step waited for has come. */
export async function wakeNow(db: Db, stepIds: readonly string[]): Promise<void> {
  await db.query(sql`
    update steps
       set wake_at = clock_timestamp()
     where id = any (${stepIds}::text[])
       and status in ('ready', 'running')
       and dropped_at is null
  `);
  await wakeSteps(db, stepIds);
}

/**
 * What decides who may approve a step. Who opened or changed the departure, or had the step tried
 * again last, is read from the record, which nobody can change.
 */
export async function approvalMatter(
  db: Db,
  it: { caseId: string; stepId: string; capability: Capability | null },
): Promise<ApprovalMatter> {
  const { rows } = await db.query<
    Omit<ApprovalMatter, 'capability'> & { managerEmail: string }
  >(sql`
    with matter as (
      select c.opened_by, p.person_id, p.facts ->> 'managerId' as manager_id
        from cases c
        join people p on p.id = c.person
       where c.id = ${it.caseId}
    ), facts as (
      select convert_from(leaf, 'UTF8')::jsonb as fact, case_seq
        from ledger.entry
       where case_id = ${it.caseId}
    ), acts as (
      select fact -> 'actor' ->> 'id' as actor, fact ->> 'type' as type, case_seq
        from facts
       where fact -> 'actor' ->> 'kind' = 'person'
         and (fact ->> 'type' in ('case.opened', 'case.changed')
              or (fact ->> 'type' = 'step.retried' and fact -> 'step' ->> 'id' = ${it.stepId}))
    )
    select array(select opened_by from matter
                  union select actor from acts where type <> 'step.retried'
                  union (select actor from acts where type = 'step.retried' order by case_seq desc limit 1))
             as requesters,
           array(select lower(p.email) from people p join matter using (person_id)) as "personEmails",
           array(select lower(p.email) from people p, matter where p.facts ->> 'managerId' = matter.person_id)
             as "reportEmails",
           (select lower(u.email)
              from matter
              join people p on p.person_id = matter.manager_id
              join users u on lower(u.email) = lower(p.email)
             where 'manager' = any (u.roles)
               and u.disabled_at is null
             limit 1) as "managerEmail",
           exists (select from protections t join people p on p.id = t.person join matter using (person_id)
                    where t.lifted_at is null)
             or exists (select from users u
                          join people p on lower(p.email) = lower(u.email)
                          join matter using (person_id)
                         where u.roles && ${protectedRoles}::text[]) as "isProtected"
  `);
  return { ...rows[0]!, capability: it.capability };
}
