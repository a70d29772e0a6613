import type { FactType } from '#core/event.ts';
import type { Language } from '#core/language.ts';
import { firstNameIn } from '#core/person.ts';
import { settingsFrom } from '#core/settings.ts';
import { readSurvey, type Survey } from '#core/survey.ts';
import {
  type AnswerProblem,
  type Answers,
  answersFrom,
  problemsInAnswers,
} from '#core/survey-answers.ts';
import { record } from '#ledger/record.ts';
import { linkHashOf } from '#store/link-tokens.ts';
import { loadSettings } from '#store/settings.ts';
import { type Db, inTransaction } from '#store/sql.ts';
import { forgetSavedAnswers, keepAnswers, savedAnswers } from '#store/survey-answers.ts';
import {
  endInvitation,
  graceHours,
  type Invitation,
  type InvitationOutcome,
  invitationBehind,
  speakLanguage,
} from '#store/survey-invitations.ts';
import type { App } from './app.ts';
import { openAnswers, sealAnswers } from './survey-sealing.ts';

/** What somebody with a link does. `sent` gives what the form holds for a question. */
export type FormAct =
  | { readonly kind: 'open'; readonly language: Language | null }
  | { readonly kind: 'save' | 'send'; readonly language: Language | null; readonly sent: Sent }
  | { readonly kind: 'decline' };

type Sent = (question: string) => string | null;

/** What they see then. */
export type FormView =
  /** Nothing is behind the link, or it is none. */
  | { readonly kind: 'unknown'; readonly company: string; readonly language: Language }
  | {
      readonly kind: 'closed';
      readonly because: InvitationOutcome;
      /** Whether this very request closed it. */
      readonly now: boolean;
      readonly company: string;
      readonly language: Language;
    }
  | OpenForm;

/** All that the page shows: of the person the first name only, and nothing of the case. */
export interface OpenForm {
  readonly kind: 'open';
  readonly company: string;
  readonly language: Language;
  readonly firstName: string;
  readonly survey: Survey;
  readonly answers: Answers;
  readonly problems: readonly AnswerProblem[];
  readonly saved: boolean;
  readonly expiresAt: Date;
}

const hourMs = 60 * 60_000;

/** The one way in for whoever has a link and nothing else: one form of one case. */
export async function useForm(app: App, token: string, act: FormAct): Promise<FormView> {
  const { company } = settingsFrom(await loadSettings(app.pool));
  return inTransaction(app.pool, async (tx) => {
    const it = await behind(tx, token);
    if (!it) return { kind: 'unknown', company: company.name, language: company.language };
    const closed = closedBecause(it, act);
    const { survey } = it;
    const wanted = 'language' in act ? act.language : null;
    const language = survey.languages.find((known) => known === wanted) ?? it.language;
    const frame = { company: company.name, language };
    if (closed) return { kind: 'closed', because: closed, now: false, ...frame };

    if (language !== it.language) await speakLanguage(tx, it.id, language);
    const form = {
      kind: 'open',
      ...frame,
      firstName: firstNameIn(it.name),
      survey,
      problems: [],
      expiresAt: it.expiresAt,
    } as const;
    switch (act.kind) {
      case 'open': {
        const saved = await savedAnswers(tx, it.id);
        const answers = saved ? await openAnswers(tx, app, it, saved) : {};
        return { ...form, answers, saved: false };
      }
      case 'save':
      case 'send': {
        const answers = answersFrom(survey, act.sent);
        const problems = problemsInAnswers(survey, answers).filter(
          ({ problem }) => act.kind === 'send' || problem === 'too long',
        );
        const isSent = act.kind === 'send' && problems.length === 0;
        const sealed = await sealAnswers(tx, app, it, answers);
        await keepAnswers(tx, { invitation: it.id, sealed, sent: isSent });
        if (!isSent) return { ...form, answers, problems, saved: true };
        await end(tx, app, it, 'answered');
        return { kind: 'closed', because: 'answered', now: true, ...frame };
      }
      case 'decline':
        await forgetSavedAnswers(tx, it.id);
        await end(tx, app, it, 'declined');
        return { kind: 'closed', because: 'declined', now: true, ...frame };
    }
  });
}

type Behind = Omit<Invitation, 'survey'> & { readonly name: string; readonly survey: Survey };

async function behind(tx: Db, token: string): Promise<Behind | null> {
  const hash = linkHashOf(token);
  const found = hash ? await invitationBehind(tx, hash) : null;
  if (!found) return null;
  const read = readSurvey(found.text);
  if ('survey' in read) return { ...found, survey: read.survey };
  throw new Error(`the stored survey ${found.survey} ${found.number} cannot be read`);
}

/** Why nothing can be answered any more; null: it can. */
function closedBecause(it: Behind, act: FormAct): InvitationOutcome | null {
  if (it.outcome !== null) return it.outcome;
  const isTakenBack = it.direction === 'back' || it.caseState === 'cancelled';
  const graceMs = act.kind === 'open' ? 0 : graceHours * hourMs;
  const isOver = it.expiresAt.getTime() + graceMs < it.now.getTime();
  // Without the person's key nothing could be sealed, or opened.
  return isTakenBack || isOver || it.subjectKey === null ? 'expired' : null;
}

const factOf: Readonly<Record<'answered' | 'declined', FactType>> = {
  answered: 'survey.answered',
  declined: 'survey.declined',
};

async function end(tx: Db, app: App, it: Behind, outcome: 'answered' | 'declined'): Promise<void> {
  await record(tx, app.keys, [
    {
      type: factOf[outcome],
      actor: { kind: 'link', id: it.id, auth: 'link' },
      caseId: it.caseId,
      row: { table: 'survey_invitations', id: it.id, version: it.version + 1 },
      target: { ref: it.ref },
      data: { survey: it.survey.survey, version: it.number },
    },
  ]);
  await endInvitation(tx, { id: it.id, outcome });
}
