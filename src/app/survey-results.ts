import { Temporal } from 'temporal-polyfill';
import type { DepartureKind } from '#core/departure-kind.ts';
import { type Settings, settingsFrom } from '#core/settings.ts';
import { showable } from '#core/survey-groups.ts';
import { addUp, type QuestionResult, smallestGroup } from '#core/survey-results.ts';
import { record } from '#ledger/record.ts';
import { loadSettings } from '#store/settings.ts';
import { inTransaction } from '#store/sql.ts';
import { answeredForms, noteShownTogether } from '#store/survey-answers.ts';
import {
  type Participation,
  type ParticipationFilter,
  participationIn,
} from '#store/survey-invitations.ts';
import { surveyVersions } from '#store/surveys.ts';
import type { App, Caller } from './app.ts';
import { authorize } from './authorize.ts';
import { notFound } from './problem.ts';
import { openAnswers } from './survey-sealing.ts';
import { withDocument } from './surveys.ts';

/** Whose answers are wanted; null: everybody’s. Days are of the company, the last one included. */
export interface ResultsFilter {
  readonly from: string | null;
  readonly to: string | null;
  readonly department: string | null;
  readonly location: string | null;
  readonly kind: DepartureKind | null;
}

export interface SurveyResults {
  readonly survey: string;
  readonly participation: Participation;
  /** How many forms the figures are made of; 0: nothing is shown. */
  readonly shown: number;
  /** Why there is less than was asked for; null: nothing is left out. */
  readonly withheld: string | null;
  readonly questions: readonly QuestionResult[];
}

/** What people answered, added up. That somebody looked is a fact. */
export async function surveyResults(
  app: App,
  caller: Caller,
  name: string,
  filter: ResultsFilter,
): Promise<SurveyResults> {
  authorize(caller, 'survey.read');
  return inTransaction(app.pool, async (tx) => {
    const versions = (await surveyVersions(tx, name)).map(withDocument);
    if (versions.length === 0) throw notFound(`survey ${name}`);
    const { company } = settingsFrom(await loadSettings(tx));
    const wanted = wantedIn(name, filter, company);

    const forms = await answeredForms(tx, wanted);
    const asked = new Set(forms.filter((it) => it.asked).map((it) => it.id));
    const { members, hidden, newParts } = showable(forms, (id) => asked.has(id));
    await noteShownTogether(tx, newParts);

    const shown = new Set(members);
    const readable = forms.filter((it) => shown.has(it.id));
    const answers = [];
    for (const it of readable) answers.push(await openAnswers(tx, app, it, it.sealed));
    if (readable.length > 0) {
      await record(tx, app.keys, [
        {
          type: 'disclosure.opened',
          actor: caller.actor,
          data: { object: 'survey-results', values: readable.length },
        },
      ]);
    }
    const answered = new Set(readable.map((it) => it.surveyId));
    const [newest] = versions;
    const used = versions.filter((it) => it === newest || answered.has(it.id));
    return {
      survey: name,
      participation: await participationIn(tx, wanted),
      shown: readable.length,
      withheld: withheldText(readable.length, hidden),
      questions:
        readable.length === 0
          ? []
          : addUp(
              used.map((it) => it.survey),
              answers,
              company.language,
            ),
    };
  });
}

function wantedIn(
  survey: string,
  { from, to, ...rest }: ResultsFilter,
  { zone }: Settings['company'],
): ParticipationFilter {
  const startOf = (day: Temporal.PlainDate) =>
    new Date(day.toZonedDateTime({ timeZone: zone }).epochMilliseconds);
  return {
    survey,
    ...rest,
    from: from === null ? null : startOf(Temporal.PlainDate.from(from)),
    until: to === null ? null : startOf(Temporal.PlainDate.from(to).add({ days: 1 })),
  };
}

function withheldText(shown: number, hidden: number): string | null {
  if (hidden === 0 && shown > 0) return null;
  if (hidden === 0) return 'Nobody in this group has answered yet.';
  const rule = `Groups below ${smallestGroup} are not shown, neither by themselves nor as the difference to what was shown before.`;
  if (shown === 0) {
    return `There are too few answers in this group to show any. ${rule} Ask for a larger group, or wait for more answers.`;
  }
  return `${hidden === 1 ? '1 answer is' : `${hidden} answers are`} left out, so that nobody can be recognised. ${rule}`;
}
