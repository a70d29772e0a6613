import { randomBytes } from 'node:crypto';
import type { DepartureFacts } from '#core/departure.ts';
import type { Actor } from '#core/event.ts';
import type { EmploymentRecord } from '#core/lifecycle.ts';
import {
  type DepartureRow,
  endedDepartureOf,
  isDepartureCase,
  lockCase,
  openDepartureOf,
} from '#store/cases.ts';
import { employmentsOf, lockPerson, type PersonRow, savePerson } from '#store/people.ts';
import { wordsAbout } from '#store/separations.ts';
import type { Db } from '#store/sql.ts';
import { receiveArrival } from './arrive.ts';
import { askPerson } from './ask.ts';
import { changeDeparture } from './change.ts';
import { answerHints } from './hints.ts';
import type { Intake } from './intake.ts';
import { openDeparture } from './open.ts';
import { rescind } from './rescind.ts';
import { takeInSuccessor } from './successor.ts';
import { isOlder, nothingNew, olderThan, remember } from './words.ts';

/** What a source says about one employment, and when that was true. */
export interface Heard {
  readonly source: string;
  readonly record: EmploymentRecord;
  /** An event states something; a record was read again and may say what it said before. */
  readonly from: 'event' | 'record';
  /** Whether somebody leaves or arrives, does not (any more), or it was not about that at all. */
  readonly says: 'departure' | 'no departure' | 'arrival' | 'no arrival' | 'something else';
  readonly occurredAt: Date;
  /** Grows with each change of one departure; null where the source has none. */
  readonly version: number | null;
  readonly actor: Actor;
  /** Of an arrival that a record shows: what we knew before says that the person had begun. */
  readonly hadBegun?: boolean;
  /** The user who asked, for requests through the API. */
  readonly askedBy: string | null;
  /** HR id of who takes over; left out or null: the source does not say. */
  readonly successor?: string | null;
  /** The approved bulk start it belongs to: the guards do not count what was approved. */
  readonly bulkStart?: string;
}

export interface Received {
  readonly outcome:
    | 'opened'
    | 'changed'
    | 'rescinded'
    | 'nothing new'
    | 'older'
    | 'refused'
    | 'passed over'
    | 'question';
  /** In plain words, for the log of deliveries. */
  readonly detail: string;
  readonly caseId: string | null;
}

/**
 * Takes in what a source says, whoever brought it: webhook, poll, file or request. The
 * end state depends on the source's present truth, not on the order in which we heard of
 * it; the same facts again change nothing, and older ones neither.
 */
export async function receive(tx: Db, intake: Intake, heard: Heard): Promise<Received> {
  const { person: facts, departure } = heard.record;
  const known = await lockPerson(tx, facts);
  if (known && isSomebodyElse(known, facts)) {
    await askPerson(tx, {
      condition: `identity:${facts.personId}`,
      title: 'An HR id seems to be used twice',
      body:
        `${heard.source} says that ${facts.personId} is somebody with another name and another address than before. ` +
        'Nothing was changed. Correct the id in the HR system, or give the new person an id of their own.',
      caseId: null,
      confidential: departure?.confidential ?? false,
    });
    return {
      outcome: 'refused',
      detail: `${facts.personId} is used for somebody else already`,
      caseId: null,
    };
  }

  const open = known && (await openDepartureOf(tx, known.id));
  if (open && heard.bulkStart) {
    // Opened since the approval, by another way: it is not the list's to change.
    return { outcome: 'passed over', detail: 'is leaving already', caseId: null };
  }
  const person = await savePerson(tx, {
    ref: known?.ref ?? newRef(),
    source: heard.source,
    facts,
    heardAt: heard.occurredAt,
  });
  if (heard.says === 'arrival' || heard.says === 'no arrival') {
    await holdForRehire(tx, person);
    return receiveArrival(tx, intake, heard, { person, known });
  }
  const locked = open ? await lockCase(tx, open.id) : null;
  const running = locked && isDepartureCase(locked) ? locked : null;

  if (heard.says === 'something else') {
    await holdForRehire(tx, person);
    return { outcome: 'nothing new', detail: 'facts about the person kept', caseId: null };
  }
  const separationId = departure?.id ?? running?.separationId ?? '';
  const words = await wordsAbout(tx, { person: person.id, separationId });
  const older = [...words, ...(running ? [running] : [])].some((it) => isOlder(heard, it));
  if (older) return olderThan(running);
  await remember(tx, heard, { person: person.id, separationId, words });

  if (heard.says === 'no departure' || departure === null) {
    // A source that no longer shows a departure takes back only what it started itself.
    const ofThisSource =
      running && (running.source === heard.source || running.separationId === departure?.id);
    if (ofThisSource) return rescind(tx, intake, heard, running);
    await holdForRehire(tx, person);
    const ended = await endedDepartureOf(tx, {
      person: person.id,
      separationId: departure?.id ?? null,
    });
    if (!running && ended?.state === 'complete' && ended.source === heard.source) {
      return rescind(tx, intake, heard, (await lockCase(tx, ended.id))!);
    }
    return nothingNew(null, 'no departure of this person is open');
  }
  if (running) {
    return answering(
      await changeDeparture(tx, intake, heard, running, keptBack(heard, running, departure)),
    );
  }

  const ended = await endedDepartureOf(tx, { person: person.id, separationId: departure.id });
  const last = words.toSorted((a, b) => b.heardAt.getTime() - a.heardAt.getTime())[0];
  if (heard.from === 'record' && last?.departure && sameDates(last.departure, departure)) {
    return nothingNew(ended, 'nothing has changed since it was read before');
  }
  if (ended && !comesBack(ended, heard, departure)) {
    if (ended.state === 'complete' && !sameDates(ended.departure, departure)) {
      await askPerson(tx, {
        condition: `after-the-end:${ended.id}`,
        title: 'A finished departure was changed in the HR system',
        body:
          `${heard.source} gives other dates for a departure that is complete. Access stays closed. ` +
          'If the person works on, bring them back (gatehouse case bring-back).',
        caseId: ended.id,
        confidential: departure.confidential,
      });
      return { outcome: 'question', detail: 'the departure is complete already', caseId: ended.id };
    }
    return nothingNew(ended, 'this departure has ended already');
  }
  return answering(await openDeparture(tx, intake, heard, person, departure));

  /** A departure says who takes over, and answers what was asked about the person. */
  async function answering(received: Received): Promise<Received> {
    const { caseId } = received;
    if (caseId === null) return received;
    await takeInSuccessor(tx, intake, heard, caseId);
    const { personId } = facts;
    await answerHints(tx, intake, personId, { caseId, actor: heard.actor, by: heard.askedBy });
    return received;
  }
}

/**
 * What keeps a departure back only a person takes away, and what makes it urgent only a person or an event; a
 * source that says nothing of it does not.
 */
const keptBack = (
  { from }: Heard,
  running: DepartureRow,
  departure: DepartureFacts,
): DepartureFacts => ({
  ...departure,
  urgent: departure.urgent || (from === 'record' && running.departure.urgent),
  confidential: running.departure.confidential || departure.confidential,
  hold: running.departure.hold,
});

/**
 * Keeps a departure that was over long before we first read its source, without starting
 * it. What changes about it later is news again.
 */
export async function passOver(tx: Db, heard: Heard): Promise<Received> {
  const known = await lockPerson(tx, heard.record.person);
  const person = await savePerson(tx, {
    ref: known?.ref ?? newRef(),
    source: heard.source,
    facts: heard.record.person,
    heardAt: heard.occurredAt,
  });
  const separationId = heard.record.departure?.id ?? '';
  await remember(tx, heard, { person: person.id, separationId, words: [] });
  return {
    outcome: 'passed over',
    detail: 'left long before this source was first read',
    caseId: null,
  };
}

/** A pseudonym for somebody new. */
export const newRef = () => `p_${randomBytes(9).toString('hex')}`;

/** An id with another name and another address at once is more likely somebody else than both new. */
export function isSomebodyElse(
  known: Pick<PersonRow, 'name' | 'email'>,
  facts: Pick<PersonRow['facts'], 'name' | 'email'>,
): boolean {
  const differs = (a: string, b: string) => a.trim().toLowerCase() !== b.trim().toLowerCase();
  return differs(known.name, facts.name) && differs(known.email, facts.email);
}

/** Confirmed again after it was taken back: a departure like any other. */
const comesBack = (ended: DepartureRow, heard: Heard, departure: DepartureFacts): boolean =>
  (ended.state === 'cancelled' || ended.state === 'brought-back') &&
  !isOlder(heard, ended) &&
  (heard.occurredAt > ended.heardAt || !sameDates(ended.departure, departure));

export const sameDates = (a: DepartureFacts, b: DepartureFacts): boolean =>
  a.accessEnds === b.accessEnds &&
  a.lastWorkingDay === b.lastWorkingDay &&
  a.employmentEnds === b.employmentEnds &&
  a.payEnds === b.payEnds;

/** A new employment beside a running departure: somebody has to look before anything is destroyed. */
async function holdForRehire(tx: Db, person: PersonRow): Promise<void> {
  const employments = await employmentsOf(tx, person.personId);
  for (const other of employments) {
    if (other.employmentId === person.employmentId) continue;
    const running = await openDepartureOf(tx, other.id);
    if (!running) continue;
    await askPerson(tx, {
      condition: `rehire:${running.id}`,
      title: 'Somebody who leaves has a new employment',
      body:
        'The HR system shows another employment of a person whose departure is under way. ' +
        'Steps that end access go on for the old employment; check which accounts the new one needs, ' +
        'and pause the departure (gatehouse case pause) if they are shared.',
      caseId: running.id,
      confidential: running.departure.confidential,
    });
  }
}
