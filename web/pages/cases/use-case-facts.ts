import type { AuditEvent, AuditPage } from '#api/contract/audit.ts';
import { useRead } from '../../lib/queries.ts';
import { useMay } from '../../lib/session.ts';

/** The facts of a case, the newest first; hidden from whoever may not read the record. */
export type CaseFacts = readonly AuditEvent[] | 'hidden';

export const mostFacts = 200;

export function useCaseFacts(caseId: string): CaseFacts {
  const mayRead = useMay('audit.read');
  const { data } = useRead<AuditPage>(
    '/audit',
    { case: caseId, limit: mostFacts },
    { enabled: mayRead },
  );
  return mayRead ? (data?.items ?? []) : 'hidden';
}
