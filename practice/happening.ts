import type { Case } from '../src/api/contract/cases.ts';
import type { Step } from '../src/api/contract/steps.ts';
import { type Colleague, personInEvent } from './company.ts';
import { type Follower, follow } from './follow.ts';
import { caseOf, namesOf, type Stage, tell } from './stage.ts';
import { waitFor } from './wait.ts';

type Fields = Readonly<Record<string, unknown>>;

export interface Telling {
  readonly person: Colleague;
  /** What the HR system says of it, in the words of the event. */
  readonly event: {
    readonly type: 'departure.confirmed' | 'arrival.confirmed';
    readonly person?: Fields;
    readonly departure?: Fields;
  };
  /** The end that is waited for, in words. */
  readonly expected: string;
  readonly withinMs: number;
  /** Called with each answer; true when the end is reached. `since`: when HR told us. */
  readonly isThere: (found: Case, follower: Follower, since: number) => Promise<boolean> | boolean;
}

/** Sends the event as the HR system does, and prints what comes of it until the end. */
export async function happens(
  stage: Stage,
  { person, event, expected, withinMs, isThere }: Telling,
): Promise<{ found: Case; since: number }> {
  const { screen, gatehouse, systems, signal } = stage;
  const { at: since, ms } = await tell(stage, {
    ...event,
    occurred_at: new Date().toISOString(),
    person: { ...personInEvent(person), ...event.person },
  });
  const caseId = await caseOf(stage, person);
  screen.paragraph(
    `HR told us by signed webhook, taken in ${Math.round(ms)} ms. Case ${caseId}.`,
    'quiet',
  );
  screen.line();

  const names = namesOf(stage);
  const follower = follow(screen, gatehouse.onlooker, { caseId, since, mail: systems.mail, names });
  screen.status(() => statusOf(follower.last(), names));
  try {
    const found = await waitFor(
      expected,
      async () => {
        const it = await follower.look();
        return (await isThere(it, follower, since)) ? it : null;
      },
      { withinMs, found: () => howItStands(follower.last()), signal },
    );
    return { found, since };
  } finally {
    follower.end();
    screen.status(null);
  }
}

const isBegun = ({ grade, dueAt }: Step) =>
  grade === null && (dueAt === null || Date.parse(dueAt) <= Date.now());

function statusOf(found: Case | null, names: ReadonlyMap<string, string>): string {
  if (!found) return 'looking for accounts everywhere';
  const { steps, proven } = found.progress;
  const waiting = found.steps
    .filter(isBegun)
    .map((it) => (it.connection ? (names.get(it.connection) ?? it.connection) : 'people'));
  return `${proven} proven of ${steps}, waiting for ${[...new Set(waiting)].join(', ') || 'nothing'}`;
}

/** For whoever wants to know why the end was not reached. */
export function howItStands(found: Case | null): string {
  if (!found) return 'no case';
  const open = found.steps.filter(isBegun).map((it) => {
    const place = it.connection ? `, ${it.connection}` : '';
    return `${it.title} (${it.status}${place}${it.because ? `: ${it.because}` : ''})`;
  });
  return `${found.state}; open: ${open.join('; ') || 'nothing'}`;
}
