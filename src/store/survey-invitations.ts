import type { CaseState } from '#core/case.ts';
import type { DepartureKind } from '#core/departure-kind.ts';
import type { Language } from '#core/language.ts';
import { newId } from './random.ts';
import { type Db, sql } from './sql.ts';

export const outcomes = ['answered', 'declined', 'expired'] as const;
/** How an invitation ended. */
export type InvitationOutcome = (typeof outcomes)[number];

/**
 * Until so long after its last day a form that is open on somebody's screen is taken, so that nobody
 * types for nothing. In hours.
 */
export const graceHours = 24;

/** Makes the invitation of a step, or gives the days anew to the one that it has. Returns its id. */
export async function inviteOnce(
  db: Db,
  it: {
    stepId: string;
    caseId: string;
    surveyId: string;
    language: Language;
    days: number;
    tokenHash: Buffer;
  },
): Promise<string> {
  const { rows } = await db.query<{ id: string }>(sql`
    with invitation as (
      insert into survey_invitations as known (id, step_id, case_id, survey_id, language, expires_at)
      values (${newId()}, ${it.stepId}, ${it.caseId}, ${it.surveyId}, ${it.language},
              clock_timestamp() + make_interval(days => ${it.days}))
          on conflict (step_id) do update
         set expires_at = excluded.expires_at
      returning id
    ), link as (
      insert into survey_links (token_hash, invitation) select ${it.tokenHash}, id from invitation
    )
    select id from invitation
  `);
  return rows[0]!.id;
}

/** Remembers that the mail server took an invitation. */
export async function noteInvited(db: Db, stepId: string): Promise<void> {
  await db.query(sql`
    update survey_invitations
       set sent_at = clock_timestamp()
     where step_id = ${stepId}
       and sent_at is null
  `);
}

/** Steps of the security layer that have no grade yet: while there is one, no survey goes out. */
export async function openSecuritySteps(db: Db, caseId: string): Promise<number> {
  const { rows } = await db.query<{ count: number }>(sql`
    select count(*)::int as count
      from steps
     where case_id = ${caseId}
       and layer = 'security'
       and kind <> 'record'
       and status <> 'settled'
       and dropped_at is null
  `);
  return rows[0]!.count;
}

/** An invitation as its link leads to it. */
export interface Invitation {
  readonly id: string;
  readonly version: number;
  readonly caseId: string;
  readonly caseState: CaseState;
  readonly direction: 'forward' | 'back';
  /** The pseudonym of the person. */
  readonly ref: string;
  readonly subject: string;
  readonly name: string;
  readonly survey: string;
  /** The version that is asked, and its document. */
  readonly number: number;
  readonly text: string;
  readonly language: Language;
  readonly expiresAt: Date;
  readonly outcome: InvitationOutcome | null;
  /** Null: that key was destroyed; the data of the person is erased. */
  readonly subjectKey: Uint8Array | null;
  /** The database's clock when this was read. */
  readonly now: Date;
}

/** The invitation behind a link; null: there is none. Locked, where `db` is a transaction. */
export async function invitationBehind(db: Db, tokenHash: Buffer): Promise<Invitation | null> {
  const { rows } = await db.query<Invitation>(sql`
    select i.id, i.version, i.case_id as "caseId", c.state as "caseState", c.direction, p.ref, p.subject, p.name,
           s.name as survey, s.number, s.text, i.language, i.expires_at as "expiresAt", i.outcome,
           key.wrapped as "subjectKey", clock_timestamp() as now
      from survey_links l
      join survey_invitations i on i.id = l.invitation
      join surveys s on s.id = i.survey_id
      join cases c on c.id = i.case_id
      join people p on p.id = c.person
      left join ledger.subject_key key on key.subject = p.subject
     where l.token_hash = ${tokenHash}
       for update of i
  `);
  return rows[0] ?? null;
}

export async function speakLanguage(db: Db, id: string, language: Language): Promise<void> {
  await db.query(sql`update survey_invitations set language = ${language} where id = ${id}`);
}

/** Ends an invitation. Its fact accounts for the version after this one. */
export async function endInvitation(
  db: Db,
  it: { id: string; outcome: InvitationOutcome },
): Promise<void> {
  await db.query(sql`
    update survey_invitations
       set outcome = ${it.outcome}, ended_at = clock_timestamp(), version = version + 1
     where id = ${it.id}
  `);
}

export interface ExpiredInvitation {
  readonly id: string;
  readonly version: number;
  readonly caseId: string;
  readonly survey: string;
  readonly number: number;
  readonly ref: string;
}

/** Invitations that nobody answered in time. */
export const invitationsExpired = sql`
    select i.id, i.version, i.case_id as "caseId", s.name as survey, s.number, p.ref
      from survey_invitations i
      join surveys s on s.id = i.survey_id
      join cases c on c.id = i.case_id
      join people p on p.id = c.person
     where i.outcome is null
       and i.sent_at is not null
       and i.expires_at + make_interval(hours => ${graceHours}) < clock_timestamp()
     order by i.expires_at
     limit 100
`;

/** The same; locked, without those that somebody is busy with. */
export async function expiredInvitations(db: Db): Promise<readonly ExpiredInvitation[]> {
  const { rows } = await db.query<ExpiredInvitation>(
    sql`${invitationsExpired} for update of i skip locked`,
  );
  return rows;
}

export interface ParticipationFilter {
  readonly survey: string;
  readonly department: string | null;
  readonly kind: DepartureKind | null;
  readonly location: string | null;
  /** Moments; the second one is no longer in it. */
  readonly from: Date | null;
  readonly until: Date | null;
}

export interface Participation {
  readonly sent: number;
  readonly answered: number;
  readonly declined: number;
  readonly open: number;
  readonly expired: number;
}

/** Who took part, counted by invitations that were sent in the time asked for. */
export async function participationIn(db: Db, it: ParticipationFilter): Promise<Participation> {
  const { rows } = await db.query<Participation>(sql`
    select count(*)::int as sent,
           count(*) filter (where i.outcome = 'answered')::int as answered,
           count(*) filter (where i.outcome = 'declined')::int as declined,
           count(*) filter (where i.outcome is null)::int as open,
           count(*) filter (where i.outcome = 'expired')::int as expired
      from survey_invitations i
      join surveys s on s.id = i.survey_id
      join cases c on c.id = i.case_id
      join people p on p.id = c.person
     where s.name = ${it.survey}
       and i.sent_at is not null
       and (${it.department}::text is null or p.facts ->> 'department' = ${it.department})
       and (${it.location}::text is null or p.facts ->> 'location' = ${it.location})
       and (${it.kind}::text is null or c.departure ->> 'kind' = ${it.kind})
       and (${it.from}::timestamptz is null or i.sent_at >= ${it.from})
       and (${it.until}::timestamptz is null or i.sent_at < ${it.until})
  `);
  return rows[0]!;
}
