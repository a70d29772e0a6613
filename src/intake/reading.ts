import { EmploymentRecord } from '#core/lifecycle.ts';
import { lockPerson } from '#store/people.ts';
import type { Db } from '#store/sql.ts';
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
  for (const heard of reading.found ? await heardIn(tx, reading, reading.found) : []) {
    received.push(await take(heard));
  }
  return received.filter((it) => it !== null);
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
