import type { FactType } from '#core/event.ts';
import type { Remote } from '#core/leaf.ts';
import type { Grade } from '#core/step.ts';
import type { Fact } from '#ledger/record.ts';
import type { Work } from '#store/steps.ts';
import { engineActor } from './engine.ts';

/** What a fact says beyond the step it is about. Everything personal ends as a salted digest. */
export interface Saying {
  /** The step's version after the change; only facts that account for a row carry it. */
  readonly version?: number;
  readonly attempt?: number;
  readonly grade?: Grade;
  readonly plan?: string;
  readonly before?: unknown;
  readonly after?: unknown;
  readonly summary?: string | null;
  readonly reason?: string | null;
  /** What the system said about itself in its answer. */
  readonly remote?: Remote | null;
  /** False where another fact of the same call names the account already. */
  readonly named?: boolean;
  readonly data?: Record<string, unknown>;
}

/** A fact about one step, stated by the engine. */
export function factAbout(work: Work, type: FactType, it: Saying): Fact {
  const values: Record<string, unknown> = {};
  if (it.before !== undefined) values['step.before'] = it.before;
  if (it.after !== undefined) values['step.after'] = it.after;
  if (it.summary) values['step.summary'] = it.summary;
  if (it.reason) values['reason'] = it.reason;
  if (work.account && it.named !== false) values['account.login'] = work.account.login;

  return {
    type,
    actor: engineActor,
    caseId: work.caseId,
    ...(it.version === undefined
      ? {}
      : { row: { table: 'steps', id: work.id, version: it.version } }),
    step: {
      id: work.id,
      attempt: it.attempt ?? Math.max(1, work.attempt),
      capability: work.capability,
      connection: work.connectionId,
    },
    target: { ref: work.ref, ...(work.connectionId ? { system: work.connectionId } : {}) },
    ...(it.grade ? { grade: it.grade } : {}),
    ...(it.plan ? { plan: it.plan } : {}),
    ...(it.remote ? { remote: it.remote } : {}),
    data: it.data ?? {},
    personal: { subject: work.subject, key: work.subjectKey, values },
  };
}

/** Where planning looked before it found nothing to act on. */
export const searchedOf = (work: Work): string[] => {
  const { searched } = work.params;
  return Array.isArray(searched) ? searched.filter((it) => typeof it === 'string') : [];
};
