import { type CaseDates, resolveDates } from '#core/dates.ts';
import type { DepartureFacts } from '#core/departure.ts';
import { settingsFrom } from '#core/settings.ts';
import { record } from '#ledger/record.ts';
import { resolveAlerts } from '#store/alerts.ts';
import { changeCase, type DepartureRow, wakeCase } from '#store/cases.ts';
import { loadSettings } from '#store/settings.ts';
import type { Db } from '#store/sql.ts';
import { askPerson } from './ask.ts';
import type { Intake } from './intake.ts';
import { storedDates } from './open.ts';
import { type Heard, type Received, sameDates } from './receive.ts';

/**
 * An open departure is heard of again. The same facts change nothing; a moved date moves
 * what has not begun; a later end after access was cut is a question for a person, since
 * only a person can say whether it comes back until then.
 */
export async function changeDeparture(
  tx: Db,
  intake: Pick<Intake, 'keys'>,
  heard: Heard,
  it: DepartureRow,
  departure: DepartureFacts,
): Promise<Received> {
  if (it.direction === 'back') {
    await askAgain(tx, it, 'The departure was taken back and is now confirmed again.');
    return { outcome: 'question', detail: 'confirmed again while on the way back', caseId: it.id };
  }
  const settings = settingsFrom(await loadSettings(tx));
  const zone = heard.record.person.zone ?? settings.company.zone;
  const changed = differences(it, departure, zone);
  if (changed.length === 0) {
    // What else is known of the person now may say which playbook applies.
    if (it.planDigest === null) await wakeCase(tx, { caseId: it.id, urgency: 20 });
    return { outcome: 'nothing new', detail: 'the same facts again', caseId: it.id };
  }

  const dates = resolveDates(departure, {
    zone,
    confirmedAt: it.confirmedAt,
    defaultAccessEnd: settings.company.accessEnds,
  });
  if ('question' in dates) {
    await askAgain(tx, it, dates.question);
    return { outcome: 'question', detail: dates.question, caseId: it.id };
  }

  const later = it.accessEndsAt !== null && dates.accessEnds.at > it.accessEndsAt;
  const tooLate = it.containmentAt !== null && later;
  await record(tx, intake.keys, [
    {
      type: 'case.changed',
      actor: heard.actor,
      caseId: it.id,
      row: { table: 'cases', id: it.id, version: it.version + 1 },
      target: { ref: it.ref },
      data: { changed: tooLate ? [...changed, 'state'] : changed },
      personal: { subject: it.subject, values: { 'case.dates': storedDates(dates) } },
    },
  ]);
  const question = tooLate ? afterTheCut(dates) : null;
  await changeCase(tx, it, {
    departure,
    sourceVersion: heard.version ?? it.sourceVersion,
    heardAt: heard.occurredAt,
    zone,
    accessEndsAt: dates.accessEnds.at,
    lastWorkingDay: dates.lastWorkingDay,
    employmentEnds: dates.employmentEnds,
    payEnds: dates.payEnds,
    question,
    planStale: true,
    // Another kind may have another playbook, as long as nothing was cut by the present one.
    ...(changed.includes('kind') && it.containmentAt === null ? { playbookId: null } : {}),
    ...(tooLate && it.state !== 'paused' ? { state: 'paused', stateBeforePause: it.state } : {}),
  });
  if (question) {
    await askAgain(tx, it, question);
    return { outcome: 'question', detail: question, caseId: it.id };
  }
  await resolveAlerts(tx, `question:${it.id}`);
  await wakeCase(tx, { caseId: it.id, urgency: dates.urgentNow ? 0 : 10 });
  return { outcome: 'changed', detail: `changed: ${changed.join(', ')}`, caseId: it.id };
}

const afterTheCut = (dates: CaseDates) =>
  `Access was cut already, and now it ends later: ${dates.accessEnds.local}. ` +
  'Bring the person back until then (gatehouse case bring-back), or go on (gatehouse case resume)?';

function differences(it: DepartureRow, departure: DepartureFacts, zone: string) {
  const changed: ('dates' | 'zone' | 'kind')[] = [];
  if (!sameDates(it.departure, departure) || it.departure.urgent !== departure.urgent) {
    changed.push('dates');
  }
  if (it.zone !== zone) changed.push('zone');
  if (
    it.departure.kind !== departure.kind ||
    it.departure.confidential !== departure.confidential
  ) {
    changed.push('kind');
  }
  return changed;
}

async function askAgain(tx: Db, it: DepartureRow, question: string): Promise<void> {
  await askPerson(tx, {
    condition: `question:${it.id}`,
    title: 'A departure waits for an answer',
    body: question,
    caseId: it.id,
    confidential: it.departure.confidential,
  });
}
