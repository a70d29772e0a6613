import type { ArrivalFacts } from '#core/arrival.ts';
import type { EmploymentRecord } from '#core/lifecycle.ts';
import { arrivalsFrom, lockCase, openArrivalOf } from '#store/cases.ts';
import { lockPerson, type PersonRow } from '#store/people.ts';
import { wordsAbout } from '#store/separations.ts';
import { hasBeenRead } from '#store/sources.ts';
import type { Db } from '#store/sql.ts';
import { askPerson } from './ask.ts';
import type { Intake } from './intake.ts';
import type { About } from './reading.ts';
import type { Heard, Received } from './receive.ts';
import { rescind } from './rescind.ts';
import { nothingNew, remember } from './words.ts';

/** Whoever began longer ago is no newcomer, whenever they were entered. */
const newsDays = 30;

/**
 * Judges the arrival that a record shows. Unlike an event, a record shows it whenever it is read, for
 * years. Null: it is to be taken in like an event.
 */
export async function judgeShownArrival(
  tx: Db,
  heard: Heard,
  shown: ArrivalFacts,
  person: PersonRow,
): Promise<Received | null> {
  if (await openArrivalOf(tx, { person: person.id, kind: 'arrival' })) return null;
  if (await isNews(tx, heard, shown, person)) return null;
  return nothingNew(null, 'no new arrival');
}

/**
 * What lies ahead is news, unless we were told so already: then it is done, or a person ended it. What has
 * begun is news only where it is entered late: not when a source is read for the first time, since all who
 * work there began once, and not for somebody of whom we know that they had begun.
 */
async function isNews(
  tx: Db,
  { hadBegun = false, occurredAt, source }: Heard,
  { id, startDay }: ArrivalFacts,
  person: PersonRow,
): Promise<boolean> {
  const words = await wordsAbout(tx, { person: person.id, separationId: id });
  if (words.some((it) => it.separationId === id && it.arrival?.startDay === startDay)) return false;
  if (startDay > dayOf(occurredAt)) return true;
  const earliest = dayOf(new Date(occurredAt.getTime() - newsDays * 86_400_000));
  return !hadBegun && startDay >= earliest && (await hasBeenRead(tx, source));
}

/**
 * Takes back the arrivals that a source had told of and shows no longer, as long as their first day lies
 * ahead; from then on only a departure ends what has begun. If the person is gone from the source as a
 * whole, somebody is told: it may be that we may not see them any more.
 */
export async function withdrawUnshown(
  tx: Db,
  intake: Pick<Intake, 'keys'>,
  { source, personId, found, readAt }: About & { readonly found: EmploymentRecord | null },
): Promise<readonly Received[]> {
  if (found && found.hires === undefined) return [];
  const shown = new Set(found?.hires?.map((it) => `${it.person.employmentId} ${it.arrival.id}`));
  const received: Received[] = [];
  for (const it of await arrivalsFrom(tx, { personId, source })) {
    const isShown = shown.has(`${it.employmentId} ${it.separationId}`);
    if (isShown || it.departure.startDay <= dayOf(readAt)) continue;
    const person = await lockPerson(tx, it);
    const locked = await lockCase(tx, it.id);
    // What was read before the newest that we heard says nothing of today.
    if (!person || !locked || readAt < locked.heardAt) continue;
    const heard = {
      source,
      record: { person: person.facts, departure: null, arrival: it.departure, changedAt: null },
      from: 'record',
      says: 'no arrival',
      occurredAt: readAt,
      version: null,
      actor: { kind: 'source', id: source, auth: 'none' },
      askedBy: null,
    } as const;
    await remember(tx, heard, { person: person.id, separationId: it.separationId, words: [] });
    received.push(await rescind(tx, intake, heard, locked));
    if (!found) await tellGone(tx, source, it);
  }
  return received;
}

const tellGone = (
  tx: Db,
  source: string,
  it: { id: string; departure: ArrivalFacts },
): Promise<void> =>
  askPerson(tx, {
    condition: `gone:${it.id}`,
    title: 'Somebody who was to arrive is gone from the HR system',
    body:
      `${source} has nobody of that number any more, so the arrival on ${it.departure.startDay} was taken back. ` +
      'If they do come, our key may no longer see them: widen its access, and the arrival begins again by itself.',
    caseId: it.id,
    confidential: it.departure.confidential,
  });

/** UTC, such as 2026-12-01. */
export const dayOf = (moment: Date): string => moment.toISOString().slice(0, 10);
