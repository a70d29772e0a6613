import { Temporal } from 'temporal-polyfill';
import { Case } from '../src/api/contract/cases.ts';
import { SurveyResults } from '../src/api/contract/surveys.ts';
import { personInEvent } from './company.ts';
import { howItStands } from './happening.ts';
import { leaver } from './planned.ts';
import { count, lookEverywhere, type Stage, tell } from './stage.ts';
import { seconds } from './terminal.ts';
import { expectThat, waitFor } from './wait.ts';

/**
 * The last day of the planned departure comes: HR moves it to now, since nobody wants to wait for
 * two weeks. Access ends by itself, and only then the person is asked how it was.
 */
export async function lastDay(stage: Stage, planned: Case): Promise<Case> {
  const { screen, gatehouse, signal } = stage;
  const now = Temporal.Now.zonedDateTimeISO(leaver.office.zone);
  screen.line();
  screen.paragraph('Nobody wants to wait for two weeks, so HR moves the last day to now.');
  const { at: since } = await tell(stage, {
    type: 'departure.changed',
    occurred_at: new Date().toISOString(),
    person: personInEvent(leaver),
    departure: {
      id: 'S-89',
      kind: 'resignation',
      last_working_day: now.toPlainDate().toString(),
      access_ends: now.toPlainDateTime().toString({ smallestUnit: 'minute' }),
    },
  });
  let last = planned;
  screen.status(() => 'ending access, and asking how it was');
  const found = await waitFor(
    `access of ${leaver.name} removed, and the survey sent`,
    async () => {
      last = await gatehouse.onlooker.get(`/cases/${planned.id}`, Case);
      return surveyStep(last)?.grade === 'acknowledged' ? last : null;
    },
    { withinMs: 300_000, found: () => howItStands(last), signal },
  ).finally(() => screen.status(null));
  const sights = await lookEverywhere(stage, leaver);
  const open = sights.filter((it) => it.sight.open).map((it) => it.system.connection.name);
  expectThat(open.length === 0, `no account of ${leaver.name} open`, () => open.join(', '));
  const removed = Date.parse(found.accessRemovedAt ?? '');
  screen.entry(
    '✔',
    'good',
    'Access removed',
    `after ${seconds(removed - since)}; ${count(sights.length, 'account')} closed, as each system itself says.`,
  );
  await answerSurvey(stage, found, removed);
  return found;
}

const surveyStep = (it: Case) => it.steps.find(({ kind }) => kind === 'survey');

/** The person opens the link at home, and answers with a form and nothing else. */
async function answerSurvey(stage: Stage, found: Case, removed: number): Promise<void> {
  const { screen, gatehouse, systems } = stage;
  const letters = systems.mail.messages.filter((it) => it.text.includes('/survey/'));
  const [letter] = letters;
  const receivers = letters.flatMap((it) => it.to).join(', ');
  expectThat(
    letters.length === 1 && receivers === leaver.privateEmail,
    `one letter with a link, to ${leaver.privateEmail}`,
    () => receivers || 'none',
  );
  const sent = letter!.at.getTime();
  expectThat(sent >= removed, 'the letter only after the last security step', () => 'before it');
  screen.entry(
    '✉',
    'strong',
    'Exit survey',
    `To ${leaver.privateEmail}, ${seconds(sent - removed)} after the last security step: “${letter!.subject}”`,
  );

  const [link = ''] = /https?:\S+\/survey\/\S+/.exec(letter!.text) ?? [];
  const body = new URLSearchParams({
    act: 'send',
    'q-reason': 'growth',
    'q-change': 'More time for what lasts.',
  });
  const headers = { 'sec-fetch-site': 'same-origin' };
  const answer = await fetch(link, { method: 'POST', body, headers });
  const page = await answer.text();
  const thanks = /<h1[^>]*>([^<]+)</.exec(page)?.[1] ?? '';
  expectThat(answer.ok, 'the answers taken', () => `${answer.status} ${page.slice(0, 200)}`);
  const results = await gatehouse.staff.noor.get('/surveys/exit/results', SurveyResults);
  const { participation, shown, withheld } = results;
  const wanted = participation.answered === 1 && shown === 0;
  expectThat(wanted, 'one answer, which nobody is shown', () => JSON.stringify(participation));
  screen.entry(
    '☞',
    'strong',
    leaver.name,
    `answers with a plain form, without signing in: “${thanks}”`,
  );
  screen.entry(
    '✔',
    'good',
    'What HR sees',
    `${participation.answered} of ${participation.sent} answered. ${withheld}`,
  );
  expectThat(surveyStep(found)?.grade === 'acknowledged', 'the letter taken', () => 'not taken');
}
