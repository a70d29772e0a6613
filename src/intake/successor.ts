import type { Actor } from '#core/event.ts';
import { whyNot } from '#core/successor.ts';
import { record } from '#ledger/record.ts';
import { type CaseRow, changeCase, lockCase, wakeCase } from '#store/cases.ts';
import type { Db } from '#store/sql.ts';
import { candidateOf, keepSuccessor, namedSuccessor } from '#store/successors.ts';
import { askPerson } from './ask.ts';
import type { Intake } from './intake.ts';
import type { Heard } from './receive.ts';

export type Naming =
  | { readonly kind: 'named'; readonly detail: string }
  | { readonly kind: 'refused'; readonly because: string };

/**
 * Names who takes over in a departure, or (null) leaves it to the manager again. What has not begun
 * follows the new plan; what was handed over already stays where it is.
 */
export async function nameSuccessor(
  tx: Db,
  intake: Pick<Intake, 'keys'>,
  it: CaseRow,
  by: { readonly actor: Actor; readonly name: string },
  personId: string | null,
): Promise<Naming> {
  const found = personId === null ? null : await candidateOf(tx, personId);
  const because =
    personId === null ? null : whyNot({ wanted: personId, leaver: it.personId, found });
  if (because !== null) return { kind: 'refused', because };

  const detail = found ? `${found.name} takes over.` : 'The manager takes over.';
  const before = await namedSuccessor(tx, it.id);
  if ((before?.personId ?? null) === personId) return { kind: 'named', detail };
  await record(tx, intake.keys, [
    {
      type: 'case.changed',
      actor: by.actor,
      caseId: it.id,
      row: { table: 'cases', id: it.id, version: it.version + 1 },
      target: { ref: it.ref },
      data: { changed: ['owner'] },
      personal: { subject: it.subject, values: { 'case.successor': personId } },
    },
  ]);
  await keepSuccessor(tx, { caseId: it.id, personId, by: by.name });
  await changeCase(tx, it, { planStale: it.direction === 'forward' && it.planDigest !== null });
  await wakeCase(tx, { caseId: it.id, urgency: 10 });
  return { kind: 'named', detail };
}

/**
 * A source says who takes over. What a person decided stands above it; somebody who cannot take
 * over is a question that keeps nothing waiting.
 */
export async function takeInSuccessor(
  tx: Db,
  intake: Pick<Intake, 'keys'>,
  heard: Heard,
  caseId: string,
): Promise<void> {
  const { successor, source } = heard;
  if (!successor) return;
  const it = await lockCase(tx, caseId);
  if (!it) return;
  const before = await namedSuccessor(tx, caseId);
  if (before && before.namedBy !== source) return;
  const naming = await nameSuccessor(
    tx,
    intake,
    it,
    { actor: heard.actor, name: source },
    successor,
  );
  if (naming.kind === 'named') return;
  await askPerson(tx, {
    condition: `successor:${caseId}`,
    title: 'Who takes over from somebody who leaves?',
    body:
      `${source} names somebody who cannot. ${naming.because} Until then the manager takes over ` +
      '(gatehouse case change … --successor).',
    caseId,
    confidential: it.departure.confidential,
  });
}
