import { isDeepStrictEqual } from 'node:util';
import { type ArrivalFacts, aOf, caseKindOf, roleOf } from '#core/arrival.ts';
import { settingsFrom } from '#core/settings.ts';
import { record } from '#ledger/record.ts';
import { resolveAlerts } from '#store/alerts.ts';
import {
  type ArrivalRow,
  changeCase,
  endedArrivalOf,
  endedDepartureOf,
  isArrivalCase,
  lockCase,
  openArrivalOf,
  openCase,
  openDepartureOf,
  wakeCase,
} from '#store/cases.ts';
import { databaseNow } from '#store/clock.ts';
import type { PersonRow } from '#store/people.ts';
import { newId } from '#store/random.ts';
import { wordsAbout } from '#store/separations.ts';
import { loadSettings } from '#store/settings.ts';
import type { Db } from '#store/sql.ts';
import { askPerson } from './ask.ts';
import type { Intake } from './intake.ts';
import type { Heard, Received } from './receive.ts';
import { rescind } from './rescind.ts';
import { judgeShownArrival } from './shown-arrival.ts';
import { receiveShownRole } from './shown-role.ts';
import { isOlder, nothingNew, olderThan, remember } from './words.ts';

/**
 * Takes in that somebody arrives, changes their role, or does neither after all. `known`: the
 * person as they were before; what they were then is what a change of role takes them from.
 */
export async function receiveArrival(
  tx: Db,
  intake: Pick<Intake, 'keys'>,
  heard: Heard,
  { person, known }: { person: PersonRow; known: PersonRow | null },
): Promise<Received> {
  const { arrival } = heard.record;
  if (heard.from === 'record') {
    const said =
      arrival && caseKindOf(arrival) === 'arrival'
        ? await judgeShownArrival(tx, heard, arrival, person)
        : await receiveShownRole(tx, intake, heard, { person, known });
    if (said) return said;
  }
  if (!arrival) return nothingNew(null, 'facts about the person kept');
  const kind = caseKindOf(arrival);
  const open = await openArrivalOf(tx, { person: person.id, kind });
  const locked = open && (await lockCase(tx, open.id));
  const running = locked && isArrivalCase(locked) ? locked : null;

  const about = { person: person.id, separationId: arrival.id };
  const words = (await wordsAbout(tx, about)).filter((it) => it.separationId === arrival.id);
  const older = [...words, ...(running ? [running] : [])].some((it) => isOlder(heard, it));
  if (older) return olderThan(running);
  await remember(tx, heard, { ...about, words });

  const ended = await endedArrivalOf(tx, { person: person.id, arrivalId: arrival.id });
  if (heard.says === 'no arrival') {
    const withdrawn = running ?? (ended?.state === 'complete' ? ended : null);
    if (!withdrawn) return nothingNew(ended, `no ${kind} of this person is open`);
    return rescind(tx, intake, heard, (await lockCase(tx, withdrawn.id))!);
  }
  if (running) {
    // Only a person makes it known to more people.
    const confidential = running.departure.confidential || arrival.confidential;
    return changeArrival(tx, intake, heard, running, { ...arrival, confidential });
  }
  if (ended && (ended.state === 'complete' || heard.occurredAt <= ended.heardAt)) {
    return nothingNew(ended, `this ${kind} has ended already`);
  }
  if (kind === 'arrival') {
    const back = await comesBackFromLeave(tx, intake, heard, person);
    if (back) return back;
  }
  return openArrival(tx, intake, heard, person, {
    ...arrival,
    former: kind === 'role change' ? (arrival.former ?? (known && roleOf(known.facts))) : null,
  });
}

/**
 * Whoever was on leave needs no new accounts: what the leave closed is given back, as it was. A
 * departure that is still under way is for a person to judge.
 */
async function comesBackFromLeave(
  tx: Db,
  intake: Pick<Intake, 'keys'>,
  heard: Heard,
  person: PersonRow,
): Promise<Received | null> {
  const leaving = await openDepartureOf(tx, person.id);
  const onLeave =
    leaving ?? (await endedDepartureOf(tx, { person: person.id, separationId: null }));
  if (onLeave?.departure.kind === 'long leave' && isClosed(onLeave)) {
    return rescind(tx, intake, heard, (await lockCase(tx, onLeave.id))!);
  }
  if (!leaving) return null;
  const detail = 'a departure of this person is under way';
  await askPerson(tx, {
    condition: `rehire:${leaving.id}`,
    title: 'Somebody who leaves is to arrive again',
    body:
      'The HR system tells of an arrival while the departure of the same employment is under way. ' +
      'Nothing was started. Take the departure back (gatehouse case cancel), or start the arrival ' +
      'when it is complete.',
    caseId: leaving.id,
    confidential: leaving.departure.confidential,
  });
  return { outcome: 'question', detail, caseId: leaving.id };
}

const isClosed = ({ state }: { state: string }) =>
  state !== 'cancelled' && state !== 'brought-back';

async function openArrival(
  tx: Db,
  intake: Pick<Intake, 'keys'>,
  heard: Heard,
  person: PersonRow,
  arrival: ArrivalFacts,
): Promise<Received> {
  const settings = settingsFrom(await loadSettings(tx));
  const caseId = newId();
  const kind = caseKindOf(arrival);
  await record(tx, intake.keys, [
    {
      type: 'case.opened',
      actor: heard.actor,
      caseId,
      row: { table: 'cases', id: caseId, version: 1 },
      target: { ref: person.ref },
      data: {
        kind,
        trigger: heard.askedBy === null ? 'source' : 'person',
        playbook: null,
        playbook_version: null,
        steps: 0,
        plan: null,
      },
      personal: {
        subject: person.subject,
        values: {
          'subject.name': person.name,
          'subject.email': person.email,
          'subject.person_id': person.personId,
          'case.dates': { start_day: arrival.startDay },
        },
      },
    },
  ]);
  await openCase(tx, {
    id: caseId,
    kind,
    state: 'draft',
    person: person.id,
    departure: arrival,
    source: heard.source,
    sourceVersion: heard.version,
    heardAt: heard.occurredAt,
    confirmedAt: await databaseNow(tx),
    openedBy: heard.askedBy ?? heard.source,
    zone: person.facts.zone ?? settings.company.zone,
    accessEndsAt: null,
    lastWorkingDay: null,
    employmentEnds: null,
    payEnds: null,
    question: null,
  });
  await wakeCase(tx, { caseId, urgency: 30 });
  return { outcome: 'opened', detail: `${kind} opened`, caseId };
}

/** The same facts change nothing; a moved first day moves what has not begun. */
export async function changeArrival(
  tx: Db,
  intake: Pick<Intake, 'keys'>,
  heard: Pick<Heard, 'actor' | 'occurredAt' | 'version'>,
  it: ArrivalRow,
  arrival: ArrivalFacts,
): Promise<Received> {
  if (it.direction === 'back') {
    const detail = `${aOf(it.kind)} was withdrawn and is now confirmed again.`;
    await askPerson(tx, {
      condition: `question:${it.id}`,
      title: `${aOf(it.kind)} waits for an answer`,
      body: detail,
      caseId: it.id,
      confidential: it.departure.confidential,
    });
    return { outcome: 'question', detail, caseId: it.id };
  }
  const changed: ('dates' | 'kind' | 'person')[] = [];
  if (it.departure.startDay !== arrival.startDay) changed.push('dates');
  if (it.departure.kind !== arrival.kind || it.departure.confidential !== arrival.confidential) {
    changed.push('kind');
  }
  if (!isDeepStrictEqual(it.departure.becomes, arrival.becomes)) changed.push('person');
  if (changed.length === 0) return nothingNew(it, 'the same facts again');
  await record(tx, intake.keys, [
    {
      type: 'case.changed',
      actor: heard.actor,
      caseId: it.id,
      row: { table: 'cases', id: it.id, version: it.version + 1 },
      target: { ref: it.ref },
      data: { changed },
      personal: {
        subject: it.subject,
        values: { 'case.dates': { start_day: arrival.startDay } },
      },
    },
  ]);
  await changeCase(tx, it, {
    departure: { ...arrival, former: it.departure.former },
    sourceVersion: heard.version ?? it.sourceVersion,
    heardAt: heard.occurredAt,
    planStale: true,
  });
  await resolveAlerts(tx, `question:${it.id}`);
  await wakeCase(tx, { caseId: it.id, urgency: 30 });
  return { outcome: 'changed', detail: `changed: ${changed.join(', ')}`, caseId: it.id };
}
