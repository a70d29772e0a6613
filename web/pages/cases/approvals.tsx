import { Button } from '@mantine/core';
import { IconFingerprint } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import type { Approval, ApprovalPage } from '#api/contract/approvals.ts';
import { useConnectionNames } from '../../lib/connections.ts';
import { momentText } from '../../lib/moments.ts';
import { useRead } from '../../lib/queries.ts';
import { useMay } from '../../lib/session.ts';
import { currentLanguage, useWords } from '../../lib/words.ts';
import { Refused } from '../../ui/refused.tsx';
import { StateView } from '../../ui/state-view.tsx';
import { useDecision } from './use-decision.ts';

const Deny = lazy(() => import('./deny.tsx'));

/** What waits in a departure for the approval of another person. */
export function useApprovals(caseId: string): readonly Approval[] {
  const enabled = useMay('approval.read');
  const { data } = useRead<ApprovalPage>('/approvals', { limit: 200 }, { enabled });
  return (data?.items ?? []).filter((it) => it.caseId === caseId && it.standing === 'waiting');
}

/** What would be done and cannot be undone, and the two answers. */
export function ApprovalCard({ approval, zone }: { approval: Approval; zone: string }) {
  const t = useWords('departure');
  const nameOf = useConnectionNames();
  const decide = useDecision(approval);
  const [isDenying, setDenying] = useState(false);
  const { connection, account, requestedBy, approvedFirstBy } = approval;
  const where = [connection && nameOf(connection), account?.login].filter(Boolean).join(' · ');
  return (
    <section className="card approval" aria-label={t('approval.title', { what: approval.title })}>
      <h2>{t('approval.title', { what: approval.title })}</h2>
      <p>
        {approval.summary} <span className="aside">{where}</span>
      </p>
      <StateView before={approval.state} after={null} />
      <p className="aside">
        {t('approval.about', {
          who: requestedBy.name ?? t('gatehouse'),
          until: momentText(approval.expiresAt, zone, currentLanguage(), new Date()),
        })}
        {approval.cannotBeUndone && <strong> {t('cannotBeUndone')}</strong>}
        {approval.approversNeeded > 1 &&
          ` ${
            approvedFirstBy
              ? t('approval.second', { who: approvedFirstBy.name ?? '?' })
              : t('approval.two')
          }`}
      </p>
      {approval.mayDecide ? (
        <div className="step-acts">
          <Button
            leftSection={<IconFingerprint size={16} aria-hidden />}
            loading={decide.isPending && !isDenying}
            onClick={() => decide.mutate({ decision: 'granted' })}
          >
            {t('approval.grant')}
          </Button>
          <Button variant="default" onClick={() => setDenying(true)}>
            {t('approval.deny')}
          </Button>
        </div>
      ) : (
        <p>{approval.whyNot}</p>
      )}
      {!isDenying && <Refused error={decide.error} />}
      {isDenying && (
        <Suspense>
          <Deny approval={approval} onClose={() => setDenying(false)} />
        </Suspense>
      )}
    </section>
  );
}
