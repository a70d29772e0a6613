import { randomUUID } from 'node:crypto';
import type { Language } from '#core/language.ts';
import { openEvidence } from '#ledger/evidence-orders.ts';
import { record } from '#ledger/record.ts';
import { type CaseRow, loadCase } from '#store/cases.ts';
import {
  type EvidenceOrder,
  loadEvidenceOrder,
  orderEvidence,
  sealedEvidence,
} from '#store/evidence-orders.ts';
import { newId } from '#store/random.ts';
import { inTransaction } from '#store/sql.ts';
import type { App, Caller } from './app.ts';
import { authorize, demandInWindow, demandSight, demandStepUp, may } from './authorize.ts';
import { Problem } from './problem.ts';

/**
 * Asks for the evidence pack of a complete case. The scribe makes it, and states for whom. Personal values are in it
 * for Security only, as in every export.
 */
export async function requestEvidence(
  app: App,
  caller: Caller,
  caseId: string,
  language: Language | null,
): Promise<EvidenceOrder> {
  authorize(caller, 'evidence.make');
  demandStepUp(caller);
  const none = new Problem('not found', `There is no case ${caseId}.`);
  const found = demandSight(caller, await loadCase(app.pool, caseId), none);
  if (found.state !== 'complete') {
    throw new Problem(
      'not possible',
      'Evidence is made of a complete case. Look at what is open; the certificate of revoked access can be made now.',
    );
  }
  return inTransaction(app.pool, async (tx) => {
    const order = await orderEvidence(tx, {
      id: newId(),
      caseId,
      ...{ from: null, to: null, secret: false, subject: null },
      askedBy: caller.user.id,
      personal: caller.user.roles.includes('security'),
      language,
    });
    await noteReading(app, caller, found, tx, 'evidence:asked-for');
    return order;
  });
}

/**
 * Asks for the evidence of every case that was sealed in a period. Confidential cases that the caller may not know of
 * are left out, and counted.
 */
export async function requestPeriodEvidence(
  app: App,
  caller: Caller,
  { from, to }: Days,
  language: Language | null,
): Promise<EvidenceOrder> {
  authorize(caller, 'audit.read');
  demandStepUp(caller);
  demandInWindow(caller, { from, to });
  return inTransaction(app.pool, async (tx) => {
    const order = await orderEvidence(tx, {
      id: newId(),
      caseId: null,
      from,
      to,
      secret: may(caller, 'case.read-confidential'),
      subject: randomUUID(),
      askedBy: caller.user.id,
      personal: caller.user.roles.includes('security'),
      language,
    });
    await notePeriod(app, caller, { from, to }, tx, 'evidence:asked-for');
    return order;
  });
}

/** How an order stands. For nobody but whoever asked. */
export async function showEvidence(app: App, caller: Caller, id: string): Promise<EvidenceOrder> {
  authorize(caller, 'evidence.make');
  return (await ownOrder(app, caller, id)).order;
}

/** The file. That somebody took it is a fact, stated before they get it. */
export async function takeEvidence(
  app: App,
  caller: Caller,
  id: string,
): Promise<{ bytes: Buffer; name: string }> {
  authorize(caller, 'evidence.make');
  demandStepUp(caller);
  const { order, found } = await ownOrder(app, caller, id);
  if (order.status === 'failed') throw new Problem('not possible', order.because ?? '');
  const ct = await sealedEvidence(app.pool, id);
  if (!ct) throw new Problem('not possible', 'It is not made yet. Ask again in a moment.');
  // Rights may have gone since it was made.
  if (order.personal && !caller.user.roles.includes('security')) throw noOrder(id);
  const subject = found?.subject ?? order.subject ?? '';
  const bytes = await openEvidence(app.pool, app.keys, { id, subject, ct });
  if (!bytes) throw new Error(`The file of the order ${id} was changed in the database.`);
  await inTransaction(app.pool, (tx) =>
    found
      ? noteReading(app, caller, found, tx, 'evidence:taken')
      : notePeriod(app, caller, daysOf(order), tx, 'evidence:taken'),
  );
  return { bytes, name: found?.id ?? `${order.from}-to-${order.to}` };
}

interface Days {
  readonly from: string;
  readonly to: string;
}

const daysOf = ({ from, to }: EvidenceOrder): Days => ({ from: from ?? '', to: to ?? '' });

/** `found` null: it is for a period. */
async function ownOrder(
  app: App,
  caller: Caller,
  id: string,
): Promise<{ order: EvidenceOrder; found: CaseRow | null }> {
  const order = await loadEvidenceOrder(app.pool, id);
  if (!order || order.askedBy !== caller.user.id) throw noOrder(id);
  if (order.caseId === null) {
    const mayKnow = !order.secret || may(caller, 'case.read-confidential');
    if (!may(caller, 'audit.read') || !mayKnow) throw noOrder(id);
    demandInWindow(caller, daysOf(order));
    return { order, found: null };
  }
  const found = await loadCase(app.pool, order.caseId);
  return { order, found: demandSight(caller, found, noOrder(id)) };
}

const noOrder = (id: string) =>
  new Problem(
    'not found',
    `There is no evidence ${id} of yours. It is kept for a day; ask for it again.`,
  );

async function noteReading(
  app: App,
  caller: Caller,
  it: CaseRow,
  tx: Parameters<typeof record>[0],
  object: string,
): Promise<void> {
  await record(tx, app.keys, [
    {
      type: 'read.case',
      actor: caller.actor,
      caseId: it.id,
      target: { ref: it.ref },
      data: { object },
    },
  ]);
}

async function notePeriod(
  app: App,
  caller: Caller,
  { from, to }: Days,
  tx: Parameters<typeof record>[0],
  object: string,
): Promise<void> {
  const criteria = [object, `from:${from}`, `to:${to}`];
  await record(tx, app.keys, [{ type: 'read.search', actor: caller.actor, data: { criteria } }]);
}
