import { EmploymentRecord } from '#core/lifecycle.ts';
import { employmentsOf, lockPerson } from '#store/people.ts';
import { isSaidToLeave } from '#store/separations.ts';
import type { Db } from '#store/sql.ts';
import { askPerson } from './ask.ts';
import type { Intake } from './intake.ts';
import { type Heard, type Received, receive } from './receive.ts';
import { dayOf, withdrawUnshown } from './shown-arrival.ts';

/** A person as a source shows them now; null: it has nobody of that id. */
export interface Reading {
  readonly source: string;
  readonly personId: string;
  readonly found: EmploymentRecord | null;
  /** From before it was read: what is read cannot be older than this. */
  readonly readAt: Date;
}

/**
 * Takes in what a source shows of one person: who does not arrive after all, whether their role changes,
 * whether they arrive, and whether they leave, each only where the source tells. The role comes before all
 * that saves the person: it is told from what they were when last heard of.
 */
export async function receiveReading(
  tx: Db,
  intake: Intake,
  reading: Reading,
  take: (heard: Heard) => Promise<Received | null> = (heard) => receive(tx, intake, heard),
): Promise<readonly Received[]> {
  const received: (Received | null)[] = [...(await withdrawUnshown(tx, intake, reading))];
  if (!reading.found) await tellVanished(tx, reading);
  for (const heard of reading.found ? await heardIn(tx, reading, reading.found) : []) {
    received.push(await take(heard));
  }
  return received.filter((it) => it !== null);
}

/**
 * A source that was asked for somebody who works here, as far as we know, has nobody of that id any more. That is no
 * departure, and may have been one: a person has to say.
 */
async function tellVanished(tx: Db, { source, personId, readAt }: Reading): Promise<void> {
  const [newest] = (await employmentsOf(tx, personId)).filter((it) => it.source === source);
  if (!newest || newest.erasedAt !== null) return;
  const began = newest.facts.startDate;
  // Whoever was to come is told of where the arrival is taken back.
  if (began !== null && began > dayOf(readAt)) return;
  if (await isSaidToLeave(tx, newest.id)) return;
  await askPerson(tx, {
    condition: `vanished:${personId}`,
    title: 'Somebody is gone from the HR system',
    body:
      `${source} has nobody of the number ${personId} any more, and never said that this person leaves. If they left, ` +
      'start the departure by hand (gatehouse depart). If they did not, our key may no longer see them: widen its access.',
    caseId: null,
    confidential: false,
  });
}

async function heardIn(
  tx: Db,
  { source, readAt }: Reading,
  found: EmploymentRecord,
): Promise<readonly Heard[]> {
  const record = EmploymentRecord.parse(found);
  const heard = {
    source,
    record,
    from: 'record',
    occurredAt: readAt,
    version: null,
    actor: { kind: 'source', id: source, auth: 'none' },
    askedBy: null,
  } as const;
  const arriving: Heard[] = [];
  for (const { person, arrival } of record.hires ?? []) {
    const known = await lockPerson(tx, person);
    const began = known?.facts.startDate ?? null;
    const hadBegun = known !== null && began !== null && began <= dayOf(known.heardAt);
    const hired = { person, arrival, departure: null, changedAt: record.changedAt };
    arriving.push({ ...heard, record: hired, says: 'arrival', hadBegun });
  }
  const moving: Heard[] =
    found.arrival === undefined
      ? []
      : [{ ...heard, says: found.arrival ? 'arrival' : 'no arrival' }];
  const leaving: Heard = { ...heard, says: found.departure ? 'departure' : 'no departure' };
  return [...moving, ...arriving, leaving];
}
