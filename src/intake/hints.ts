import { randomUUID } from 'node:crypto';
import type { Actor } from '#core/event.ts';
import { record } from '#ledger/record.ts';
import { resolveAlerts } from '#store/alerts.ts';
import {
  countOpenHints,
  type DepartureHintRow,
  decideHint,
  departureBehind,
  lockHintsOf,
  openHintOf,
  openHintsAbout,
  saveHint,
} from '#store/departure-hints.ts';
import type { PersonRow } from '#store/people.ts';
import type { Db } from '#store/sql.ts';
import type { HeardAccount } from './account.ts';
import { askPerson } from './ask.ts';
import type { Intake } from './intake.ts';
import type { Received } from './receive.ts';

/** Above it, the hints of one source within an hour are told of together: it looks like a clean-up, or a mistake. */
const mostAlone = 10;

const alertOf = (id: string): string => `departure-hint:${id}`;
const alertOfMany = (source: string): string => `departure-hints:${source}`;

/**
 * An account ended. If a departure explains that, it is the answer; else a person is asked, and asked only: the
 * account may have been ended by mistake, or in a clean-up.
 */
export async function raiseHint(
  tx: Db,
  intake: Pick<Intake, 'keys'>,
  { source, account }: HeardAccount,
  person: PersonRow & { readonly what: DepartureHintRow['what'] },
): Promise<Received> {
  const { what } = person;
  const before = await openHintOf(tx, { source, account: account.accountId });
  const hint = {
    id: before?.id ?? randomUUID(),
    version: (before?.version ?? 0) + 1,
    person: before?.person ?? person.id,
    source,
    account: account.accountId,
    // Of two that come in the wrong order, the one that says more stands.
    what: before?.what === 'deleted' ? before.what : what,
    heardAt: new Date(account.occurredAt),
  };
  await record(tx, intake.keys, [
    {
      type: 'hint.raised',
      actor: { kind: 'source', id: source, auth: 'none' },
      row: { table: 'departure_hints', id: hint.id, version: hint.version },
      target: { ref: before?.ref ?? person.ref },
      data: { hint: hint.id, source, what: hint.what },
    },
  ]);
  await saveHint(tx, hint);

  const { activeSince } = account;
  const caseId = await departureBehind(tx, {
    personId: person.personId,
    activeSince: new Date(activeSince),
  });
  if (caseId !== null) {
    const stored = { ...hint, ref: before?.ref ?? person.ref };
    await confirmHint(tx, intake, stored, { caseId, actor: ours, by: null });
    return { outcome: 'nothing new', detail: 'a departure explains it', caseId };
  }
  await ask(tx, hint);
  return { outcome: 'question', detail: 'a person is asked whether they leave', caseId: null };
}

/** Names nobody: many read alerts, and that somebody may leave is not theirs to know. */
async function ask(
  tx: Db,
  { id, source, what }: Pick<DepartureHintRow, 'id' | 'source' | 'what'>,
): Promise<void> {
  await lockHintsOf(tx, source);
  const { lately } = await countOpenHints(tx, source);
  const more =
    'Nothing happens until somebody says of each whether its owner leaves: gatehouse hint list.';
  const alone = {
    condition: alertOf(id),
    title: 'Does somebody leave? Their account has ended',
    body: `${source} ${what} an account, and no departure explains it. ${more} It is the hint ${id}.`,
  };
  const together = {
    condition: alertOfMany(source),
    title: 'Do they all leave? Many accounts have ended',
    body:
      `${source} ended more than ${mostAlone} accounts within an hour that no departure explains. ` +
      `Check there whether that was meant. ${more}`,
  };
  const said = lately > mostAlone ? together : alone;
  await askPerson(tx, { ...said, caseId: null, confidential: false });
}

/** Somebody, or a departure, has answered a hint. */
export async function settleAlerts(
  tx: Db,
  { id, source }: Pick<DepartureHintRow, 'id' | 'source'>,
): Promise<void> {
  await resolveAlerts(tx, alertOf(id));
  const { open } = await countOpenHints(tx, source);
  if (open === 0) await resolveAlerts(tx, alertOfMany(source));
}

/** A departure was opened, whoever asked for it: it answers what was asked about that person. */
export async function answerHints(
  tx: Db,
  intake: Pick<Intake, 'keys'>,
  personId: string,
  it: { caseId: string; actor: Actor; by: string | null },
): Promise<void> {
  for (const hint of await openHintsAbout(tx, personId)) await confirmHint(tx, intake, hint, it);
}

const ours: Actor = { kind: 'system', id: 'intake', auth: 'none' };

async function confirmHint(
  tx: Db,
  intake: Pick<Intake, 'keys'>,
  hint: Pick<DepartureHintRow, 'id' | 'version' | 'ref' | 'source'>,
  { caseId, actor, by }: { caseId: string; actor: Actor; by: string | null },
): Promise<void> {
  await record(tx, intake.keys, [
    {
      type: 'hint.confirmed',
      actor,
      row: { table: 'departure_hints', id: hint.id, version: hint.version + 1 },
      target: { ref: hint.ref },
      data: { hint: hint.id, case: caseId },
    },
  ]);
  const decided = await decideHint(tx, { ...hint, state: 'confirmed', caseId, by });
  // Rolled back, and taken in once more from what is there then.
  if (!decided) throw new Error(`the hint ${hint.id} moved while it was being answered`);
  await settleAlerts(tx, hint);
}
