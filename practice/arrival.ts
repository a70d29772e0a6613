import { Temporal } from 'temporal-polyfill';
import { Case } from '../src/api/contract/cases.ts';
import { Readiness } from '../src/api/contract/readiness.ts';
import { newcomer, personInEvent } from './company.ts';
import { happens, howItStands } from './happening.ts';
import { count, type Stage, tell } from './stage.ts';
import { type Answer, doTasks } from './tasks.ts';
import { seconds } from './terminal.ts';
import { expectThat, waitFor } from './wait.ts';

/**
 * Somebody begins tomorrow: accounts are made, groups joined, equipment prepared. Ends when all that
 * belongs before the first day is done, and every system, asked past Gatehouse, shows the new account;
 * then the first morning comes, and the arrival is complete.
 */
export async function arrival(stage: Stage): Promise<Case> {
  const { screen } = stage;
  const firstDay = Temporal.Now.plainDateISO(newcomer.office.zone).add({ days: 1 }).toString();
  screen.heading(3, `Arrival: ${newcomer.name}, ${newcomer.title}, ${newcomer.office.city}`);
  screen.paragraph(
    'Begins tomorrow. The same engine the other way round: made, read back, recorded.',
  );

  const answers = answersOf(stage);
  let acknowledged = false;
  const { found, since } = await happens(stage, {
    person: newcomer,
    event: { type: 'arrival.confirmed', person: { start_date: firstDay } },
    expected: `everything ready for ${newcomer.name}`,
    withinMs: 180_000,
    async isThere(it, follower) {
      const training = it.steps.find(({ key }) => key === 'training');
      if (!acknowledged && training?.assignment) {
        const title = await acknowledge(stage);
        follower.act(newcomer.name, `acknowledges by the link in her letter: “${title}”`);
        acknowledged = true;
      }
      await doTasks(it, answers, ['training']);
      return it.steps.length > 0 && it.steps.every(isDoneBefore(firstDay));
    },
  });
  sumUp(stage, found, since);
  await askEverySystem(stage);
  await showReadiness(stage, firstDay);
  return firstMorning(stage, found);
}

/** The newcomer is no user of Gatehouse: she opens the link in her letter, and presses the button there. */
async function acknowledge({ systems, gatehouse }: Stage): Promise<string> {
  const letter = systems.mail.messages.find(
    ({ to, text }) => to.includes(newcomer.email) && text.includes('/task/'),
  );
  expectThat(letter !== undefined, `a letter to ${newcomer.email}`, () => 'none');
  const [, token = ''] = /\/task\/([\w-]{43})/.exec(letter!.text) ?? [];
  const answer = await fetch(`${gatehouse.url}/task/${token}`, {
    method: 'POST',
    headers: { 'sec-fetch-site': 'same-origin' },
    body: new URLSearchParams({ act: 'done' }),
  });
  const page = await answer.text();
  expectThat(
    answer.ok,
    'the acknowledgement taken',
    () => `${answer.status} ${page.slice(0, 200)}`,
  );
  return /<h1[^>]*>([^<]+)</.exec(page)?.[1] ?? '';
}

/** Graded, or nothing that is to be done before the first day. */
const isDoneBefore =
  (firstDay: string) =>
  ({ grade, dueAt }: Case['steps'][number]): boolean =>
    grade !== null || (dueAt !== null && dueAt.slice(0, 10) >= firstDay);

/** What the people who were asked did, and what shows it. */
const answersOf = ({ gatehouse: { staff } }: Stage): Record<string, Answer> => ({
  equipment: {
    by: staff.tomas,
    reason: 'Laid ready at the front desk.',
    proof: 'serial number of each device=laptop MC-0588\nbadge number=131',
  },
  payroll: {
    by: staff.ingrid,
    reason: 'Entered for this month.',
    proof: 'today',
  },
});

function sumUp({ screen }: Stage, { steps }: Case, since: number): void {
  const verified = (capability: string) =>
    steps.filter((it) => it.capability === capability && it.grade === 'verified').length;
  const [made, joined] = [verified('account.create'), verified('groups.join')];
  expectThat(made > 1 && joined > 0, 'accounts made and groups joined', () => `${made}, ${joined}`);
  const done = steps.filter(({ grade }) => grade !== null);
  const last = Math.max(...done.map(({ settledAt }) => Date.parse(settledAt ?? '')));
  screen.line();
  screen.entry(
    '✔',
    'good',
    'Ready',
    `after ${seconds(last - since)} · ${count(made, 'account')} made and read back, ` +
      `groups joined in ${count(joined, 'system')}, ${count(tasksIn(done), 'task')} done by people.`,
  );
}

const tasksIn = (steps: Case['steps']) => steps.filter(({ kind }) => kind === 'task').length;

/** The record is one thing; what the systems themselves say is another. */
async function askEverySystem({ screen, systems }: Stage): Promise<void> {
  screen.line();
  screen.paragraph('Each system asked past Gatehouse:');
  for (const system of systems.all) {
    const sight = await system.find?.(newcomer);
    if (!sight) continue;
    const { name } = system.connection;
    expectThat(sight.open, `an open account in ${name}`, () => sight.answered);
    screen.entry('✔', 'good', name, `${sight.asked.padEnd(24)} ${sight.answered}`);
  }
}

async function showReadiness({ screen, gatehouse }: Stage, day: string): Promise<void> {
  const range = { from: day, to: day };
  const { arrivals, ready } = await gatehouse.staff.noor.get('/readiness', Readiness, range);
  expectThat(arrivals === 1 && ready === 1, 'one arrival, ready', () => `${ready} of ${arrivals}`);
  screen.paragraph(
    `Ready for the first morning: ${ready} of ${arrivals}. What is left is for that morning: the first sign-in.`,
  );
}

/** Nobody wants to wait until tomorrow: HR moves the first day to today, and she is handed her first sign-in. */
async function firstMorning(stage: Stage, arrived: Case): Promise<Case> {
  const { screen, gatehouse, signal } = stage;
  const today = Temporal.Now.plainDateISO(newcomer.office.zone).toString();
  screen.line();
  screen.paragraph('Nobody wants to wait until tomorrow, so HR moves the first day to today.');
  const { at: since } = await tell(stage, {
    type: 'arrival.changed',
    occurred_at: new Date().toISOString(),
    person: { ...personInEvent(newcomer), start_date: today },
  });
  const answers = { 'first-sign-in': { by: gatehouse.staff.kofi, ...handedOver } };
  let last = arrived;
  const found = await waitFor(
    `the arrival of ${newcomer.name} complete`,
    async () => {
      last = await gatehouse.onlooker.get(`/cases/${arrived.id}`, Case);
      await doTasks(last, answers);
      return last.state === 'complete' ? last : null;
    },
    { withinMs: 60_000, found: () => howItStands(last), signal },
  );
  screen.entry(
    '✔',
    'good',
    'Complete',
    `after ${seconds(Date.parse(found.endedAt ?? '') - since)} · ${gatehouse.staff.kofi.name} handed over the first sign-in.`,
  );
  return found;
}

const handedOver = {
  reason: 'In person, at the desk.',
  proof: 'hardware key and first password, in person',
};
