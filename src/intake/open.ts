import { type CaseDates, resolveDates } from '#core/dates.ts';
import type { DepartureFacts } from '#core/departure.ts';
import { settingsFrom } from '#core/settings.ts';
import { record } from '#ledger/record.ts';
import { openCase, wakeCase } from '#store/cases.ts';
import { databaseNow } from '#store/clock.ts';
import type { PersonRow } from '#store/people.ts';
import { keepQuarantine } from '#store/quarantines.ts';
import { newId } from '#store/random.ts';
import { loadSettings } from '#store/settings.ts';
import type { Db } from '#store/sql.ts';
import { askPerson } from './ask.ts';
import { quarantineIfTooMany } from './guard.ts';
import type { Intake } from './intake.ts';
import type { Heard, Received } from './receive.ts';

/** Opens a departure: to be planned, held back by a guard, or with a question about its dates. */
export async function openDeparture(
  tx: Db,
  intake: Intake,
  heard: Heard,
  person: PersonRow,
  departure: DepartureFacts,
): Promise<Received> {
  const [stored, confirmedAt] = await Promise.all([loadSettings(tx), databaseNow(tx)]);
  const settings = settingsFrom(stored);
  const zone = person.facts.zone ?? settings.company.zone;
  const dates = resolveDates(departure, {
    zone,
    confirmedAt,
    defaultAccessEnd: settings.company.accessEnds,
  });
  const question = 'question' in dates ? dates.question : null;
  const days = 'question' in dates ? null : dates;

  const { bulkStart } = heard;
  const { confidential } = departure;
  const guard = bulkStart
    ? null
    : await quarantineIfTooMany(tx, settings, { ...person.facts, confidential });
  const caseId = newId();
  const state = guard ? 'quarantined' : departure.hold ? 'waiting-for-approval' : 'draft';
  await record(tx, intake.keys, [
    {
      type: 'case.opened',
      actor: heard.actor,
      caseId,
      row: { table: 'cases', id: caseId, version: 1 },
      target: { ref: person.ref },
      data: {
        kind: 'departure',
        trigger: heard.askedBy === null ? 'source' : 'person',
        playbook: null,
        playbook_version: null,
        steps: 0,
        plan: null,
        ...(bulkStart ? { bulk: bulkStart } : {}),
      },
      personal: {
        subject: person.subject,
        values: {
          'subject.name': person.name,
          'subject.email': person.email,
          'subject.person_id': person.personId,
          'case.dates': days ? storedDates(days) : null,
          ...(departure.reason ? { reason: departure.reason } : {}),
        },
      },
    },
    ...(guard
      ? [
          {
            type: 'case.quarantined' as const,
            actor: { kind: 'system', id: 'intake', auth: 'none' } as const,
            caseId,
            target: { ref: person.ref },
            data: { guard: guard.guard, value: guard.value, limit: guard.limit },
          },
        ]
      : []),
  ]);
  await openCase(tx, {
    id: caseId,
    kind: 'departure',
    state,
    person: person.id,
    departure,
    source: heard.source,
    sourceVersion: heard.version,
    heardAt: heard.occurredAt,
    confirmedAt,
    openedBy: heard.askedBy ?? heard.source,
    zone,
    accessEndsAt: days?.accessEnds.at ?? null,
    lastWorkingDay: days?.lastWorkingDay ?? null,
    employmentEnds: days?.employmentEnds ?? null,
    payEnds: days?.payEnds ?? null,
    question,
  });
  if (guard) await keepQuarantine(tx, { caseId, guard: guard.guard, because: guard.because });
  if (question) {
    await askPerson(tx, {
      condition: `question:${caseId}`,
      title: 'A departure waits for an answer',
      body: question,
      caseId,
      confidential: departure.confidential,
    });
  } else if (!guard) {
    // Whoever leaves or arrives alone does not wait for a bulk start.
    await wakeCase(tx, { caseId, urgency: bulkStart ? 200 : days?.urgentNow ? 0 : 10 });
  }
  return {
    outcome: question ? 'question' : 'opened',
    detail: question ?? (guard ? 'held back by a guard' : 'departure opened'),
    caseId,
  };
}

/** The dates as the record keeps them: local days and the moment access ends. */
export const storedDates = (dates: CaseDates) => ({
  access_ends: dates.accessEnds.at.toISOString(),
  access_ends_local: dates.accessEnds.local,
  last_working_day: dates.lastWorkingDay,
  employment_ends: dates.employmentEnds,
  pay_ends: dates.payEnds,
});
