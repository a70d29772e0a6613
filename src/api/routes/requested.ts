import type { z } from 'zod';
import type { DeliveryRow } from '#app/cases.ts';
import { Problem } from '#app/problem.ts';
import type { Requested } from '../contract/cases.ts';

/** What became of a request for a case. Throws a Problem where nothing came of it. */
export function requested({ id, outcome, detail, caseId }: DeliveryRow): {
  readonly answer: z.infer<typeof Requested>;
  readonly status: 201 | 202;
  readonly location: string | null;
} {
  if (outcome === 'rejected' || (outcome === 'handled' && caseId === null)) {
    throw new Problem('not possible', `Nothing was started: ${detail ?? 'refused'}.`);
  }
  if (caseId === null) {
    const waits = detail ?? 'Kept. A worker takes it in as soon as one runs (gatehouse work).';
    const answer = { requestId: id, outcome: 'waiting' as const, detail: waits, caseId };
    return { answer, status: 202, location: null };
  }
  const answer = {
    requestId: id,
    outcome: 'taken in' as const,
    detail: detail ?? 'taken in',
    caseId,
  };
  return { answer, status: 201, location: `/api/v1/cases/${caseId}` };
}
