import { Temporal } from 'temporal-polyfill';
import type { Case } from '../src/api/contract/cases.ts';
import { PlanPreview } from '../src/api/contract/plans.ts';
import { colleague } from './company.ts';
import { happens } from './happening.ts';
import { changedPeople, count, lookEverywhere, type Stage } from './stage.ts';
import { expectThat, Unmet } from './wait.ts';

export const leaver = colleague('mateus.oliveira');
const noticeDays = 14;

/**
 * Somebody leaves in two weeks: the plan is shown, people are asked now, and nothing is cut.
 * Ends when the departure is scheduled, with all that can be asked for already asked for.
 */
export async function plannedDeparture(stage: Stage): Promise<Case> {
  const { screen } = stage;
  const { zone, city } = leaver.office;
  const lastDay = Temporal.Now.plainDateISO(zone).add({ days: noticeDays }).toString();
  screen.heading(2, `Planned: ${leaver.name}, ${leaver.title}, ${city}`);
  screen.paragraph(
    `Resigned; last working day ${dayText(lastDay, zone)}. What will happen, asked beforehand:`,
  );
  screen.line();
  await preview(stage, lastDay);
  screen.line();

  const { found } = await happens(stage, {
    person: leaver,
    event: {
      type: 'departure.confirmed',
      departure: { id: 'S-89', kind: 'resignation', last_working_day: lastDay },
    },
    expected: `the departure of ${leaver.name} scheduled, and people asked`,
    withinMs: 180_000,
    isThere: ({ state, steps }) =>
      state === 'scheduled' &&
      steps.length > 0 &&
      steps.filter(isDueNow).every((it) => it.grade !== null || it.assignment !== null),
  });
  await expectNothingCut(stage, found);

  const ends = found.accessEndsAt ?? '';
  screen.line();
  screen.entry(
    '◷',
    'busy',
    'Scheduled',
    `Access ends ${momentText(ends, zone)} ${city}, ${fromNow(ends)}, by itself.`,
  );
  const asked = found.steps.filter((it) => it.assignment !== null);
  screen.entry(
    '✔',
    'good',
    'Nothing cut',
    `Every account is open, as each system itself says. People were asked for ${count(asked.length, 'task')}.`,
  );
  return found;
}

const isDueNow = ({ dueAt, startsAfter }: Case['steps'][number]) =>
  startsAfter.length === 0 && (dueAt === null || Date.parse(dueAt) <= Date.now());

/** What the product says will happen, moment by moment; nothing happens. */
async function preview({ gatehouse, screen }: Stage, lastWorkingDay: string): Promise<void> {
  const asked = {
    person: leaver.personId,
    departure: { kind: 'resignation', lastWorkingDay },
  };
  const plan = await gatehouse.staff.noor.send('POST', '/plans', asked, PlanPreview);
  if ('question' in plan) throw new Unmet('a plan', `the question “${plan.question}”`);

  const moments = [...Map.groupBy(plan.steps, (it) => momentOf(it, plan.zone))].sort(
    ([, [a]], [, [b]]) => rankOf(a!) - rankOf(b!),
  );
  for (const [moment, steps] of moments) screen.entry('·', 'quiet', moment, titlesOf(steps));
}

type PlannedStep = Extract<PlanPreview, { steps: unknown }>['steps'][number];

/** No connected system offers it. */
const isNotOffered = ({ kind, connectionId }: PlannedStep): boolean =>
  kind === 'action' && connectionId === null;

function momentOf(step: PlannedStep, zone: string): string {
  const { at, after } = step;
  if (isNotOffered(step)) return 'not offered';
  if (at.due === null) return after.length > 0 ? 'afterwards' : 'at once';
  return Date.parse(at.due) <= Date.now() ? 'at once' : momentText(at.due, zone);
}

function rankOf(step: PlannedStep): number {
  if (isNotOffered(step)) return Number.MAX_VALUE;
  return step.at.due === null ? Number.MAX_SAFE_INTEGER : Date.parse(step.at.due);
}

/** Each title once, with how often it stands in the plan. */
function titlesOf(steps: readonly PlannedStep[]): string {
  const titles = Map.groupBy(steps, (it) =>
    it.kind === 'lookup' ? 'Look up accounts again' : it.title,
  );
  return [...titles]
    .map(([title, those]) => (those.length === 1 ? title : `${title} ×${those.length}`))
    .join(', ');
}

async function expectNothingCut(stage: Stage, found: Case): Promise<void> {
  // A look-up cuts nothing; one is due at once where a system did not answer when the plan was made.
  const cut = found.steps.filter(
    (it) => it.layer === 'security' && it.kind !== 'lookup' && it.startedAt !== null,
  );
  expectThat(found.firstCutAt === null && cut.length === 0, 'no access step begun', () =>
    cut.map((it) => `${it.title} in ${it.connection}`).join(', '),
  );
  const closed = (await lookEverywhere(stage, leaver)).filter((it) => !it.sight.open);
  expectThat(closed.length === 0, `every account of ${leaver.name} open`, () =>
    closed.map((it) => `closed in ${it.system.connection.name}`).join(', '),
  );
  const changed = await changedPeople(stage);
  expectThat(!changed.has(leaver.login), `nothing changed for ${leaver.name}`, () => 'changes');
}

const dayText = (day: string, zone: string) => momentText(`${day}T12:00:00Z`, zone).slice(0, -6);

/** Such as “Fri 18 Dec 17:00”, on the clock of the zone. */
function momentText(moment: string, zone: string): string {
  const at = Temporal.Instant.from(moment).toZonedDateTimeISO(zone);
  const day = at.toLocaleString('en-GB', { weekday: 'short', day: 'numeric', month: 'short' });
  const time = at.toPlainTime().toString({ smallestUnit: 'minute' });
  return `${day.replace(',', '')} ${time}`;
}

function fromNow(moment: string): string {
  const hours = Math.round((Date.parse(moment) - Date.now()) / 3_600_000);
  return `in ${count(Math.floor(hours / 24), 'day')} and ${count(hours % 24, 'hour')}`;
}
