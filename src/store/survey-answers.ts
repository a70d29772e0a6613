import { newId } from './random.ts';
import { type Db, sql } from './sql.ts';
import type { ParticipationFilter } from './survey-invitations.ts';

/** Keeps sealed answers of one invitation in the place of those saved before. */
export async function keepAnswers(
  db: Db,
  it: { invitation: string; sealed: Buffer; sent: boolean },
): Promise<void> {
  await db.query(sql`
    insert into survey_answers (invitation, sealed, sent_at)
    values (${it.invitation}, ${it.sealed}, case when ${it.sent} then clock_timestamp() end)
        on conflict (invitation) do update
       set sealed = excluded.sealed, saved_at = clock_timestamp(), sent_at = excluded.sent_at
  `);
}

/** What was saved and not sent yet. */
export async function savedAnswers(db: Db, invitation: string): Promise<Buffer | null> {
  const { rows } = await db.query<{ sealed: Buffer }>(sql`
    select sealed from survey_answers where invitation = ${invitation} and sent_at is null
  `);
  return rows[0]?.sealed ?? null;
}

/** Whoever declines, or lets the time go by, has told nobody anything. */
export async function forgetSavedAnswers(db: Db, invitation: string): Promise<void> {
  await db.query(
    sql`delete from survey_answers where invitation = ${invitation} and sent_at is null`,
  );
}

/** One form that was sent, still sealed. */
export interface AnsweredForm {
  readonly id: string;
  readonly subject: string;
  readonly sealed: Buffer;
  readonly part: string | null;
  readonly surveyId: string;
  /** Whether it is one of those asked for. */
  readonly asked: boolean;
}

/**
 * Every form of one survey that can still be read, locked, so that of two who ask at once the
 * second sees what the first was shown. The key of an erased person is gone, and with it the form.
 */
export async function answeredForms(
  db: Db,
  it: ParticipationFilter,
): Promise<readonly AnsweredForm[]> {
  const { rows } = await db.query<AnsweredForm>(sql`
    select a.invitation as id, p.subject, a.sealed, a.part, i.survey_id as "surveyId",
           coalesce((${it.department}::text is null or p.facts ->> 'department' = ${it.department})
                    and (${it.location}::text is null or p.facts ->> 'location' = ${it.location})
                    and (${it.kind}::text is null or c.departure ->> 'kind' = ${it.kind})
                    and (${it.from}::timestamptz is null or i.sent_at >= ${it.from})
                    and (${it.until}::timestamptz is null or i.sent_at < ${it.until}), false) as asked
      from survey_answers a
      join survey_invitations i on i.id = a.invitation
      join surveys s on s.id = i.survey_id
      join cases c on c.id = i.case_id
      join people p on p.id = c.person
      join ledger.subject_key key on key.subject = p.subject
     where s.name = ${it.survey}
       and a.sent_at is not null
       and key.wrapped is not null
     order by a.invitation
       for update of a
  `);
  return rows;
}

/** Remembers who was shown together. */
export async function noteShownTogether(
  db: Db,
  parts: readonly (readonly string[])[],
): Promise<void> {
  for (const members of parts) {
    await db.query(sql`
      update survey_answers set part = ${newId()} where invitation = any (${members}::text[])
    `);
  }
}
