import { isDeepStrictEqual } from 'node:util';
import { type ArrivalFacts, roleOf } from '#core/arrival.ts';
import { endedArrivalOf, isArrivalCase, lockCase, openArrivalOf } from '#store/cases.ts';
import type { PersonRow } from '#store/people.ts';
import type { Db } from '#store/sql.ts';
import { askPerson } from './ask.ts';
import type { Intake } from './intake.ts';
import type { Heard, Received } from './receive.ts';
import { rescind } from './rescind.ts';
import { dayOf } from './shown-arrival.ts';
import { nothingNew } from './words.ts';

/** A change of role that began longer ago is a correction of the past, not something to carry out. */
const newsDays = 30;

/**
 * Judges the change of role that a record shows. Unlike an event, a record shows it whenever it is
 * read, for years, and takes it back by no longer showing it. Null: it is to be taken in like an event.
 */
export async function receiveShownRole(
  tx: Db,
  intake: Pick<Intake, 'keys'>,
  heard: Heard,
  { person, known }: { person: PersonRow; known: PersonRow | null },
): Promise<Received | null> {
  const shown = heard.record.arrival ?? null;
  const isNews = shown !== null && (await isNewsAbout(tx, heard, shown, { person, known }));
  const open = await openArrivalOf(tx, { person: person.id, kind: 'role change' });
  const locked = open && open.source === heard.source ? await lockCase(tx, open.id) : null;
  if (locked && isArrivalCase(locked) && shown?.id !== locked.separationId) {
    const { startDay } = locked.departure;
    if (shown === null || (shown.startDay < startDay && !isNews)) {
      return rescind(tx, intake, heard, locked);
    }
    const hasBegun = startDay <= dayOf(heard.occurredAt);
    if (hasBegun && shown.startDay > startDay) {
      await askPerson(tx, {
        condition: `next-role:${locked.id}`,
        title: 'The next change of role waits for the one before',
        body:
          `${heard.source} tells of another change of role on ${shown.startDay}, and the one before is not complete. ` +
          'Complete it, and the next one begins when the HR system is read again; or start that one by hand ' +
          "(gatehouse arrive --kind 'role change').",
        caseId: locked.id,
        confidential: locked.departure.confidential,
      });
      const detail = 'the change of role before it is not complete';
      return { outcome: 'question', detail, caseId: locked.id };
    }
    return null;
  }
  if (isNews || (locked && shown)) return null;
  return nothingNew(null, 'no new change of role');
}

/**
 * What lies ahead is news. What has begun is news only where the person was in another role when this
 * source was last read: else it happened before we came, or was dealt with.
 */
async function isNewsAbout(
  tx: Db,
  heard: Heard,
  shown: ArrivalFacts,
  { person, known }: { person: PersonRow; known: PersonRow | null },
): Promise<boolean> {
  const ended = await endedArrivalOf(tx, { person: person.id, arrivalId: shown.id });
  if (ended && ended.departure.startDay === shown.startDay) return false;
  if (shown.startDay > dayOf(heard.occurredAt)) return true;
  const earliest = dayOf(new Date(heard.occurredAt.getTime() - newsDays * 86_400_000));
  if (shown.startDay < earliest || known?.source !== heard.source) return false;
  return !isDeepStrictEqual(roleOf(known.facts), roleOf(heard.record.person));
}
