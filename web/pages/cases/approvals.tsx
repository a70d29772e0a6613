import { Button, Textarea } from '@mantine/core';
import { IconFingerprint } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type {
  Approval,
  ApprovalOptions,
  ApprovalPage,
  DecisionInput,
} from '#api/contract/approvals.ts';
import { act, read } from '../../lib/api.ts';
import { useConnectionNames } from '../../lib/connections.ts';
import { momentText } from '../../lib/moments.ts';
import { hasPasskeys, signWithPasskey } from '../../lib/passkey.ts';
import { queries, useRead } from '../../lib/queries.ts';
import { useMay } from '../../lib/session.ts';
import { currentLanguage, useWords } from '../../lib/words.ts';
import { Ask, problemAt, Refused } from '../../ui/ask.tsx';
import { StateView } from '../../ui/state-view.tsx';

/** What waits in a departure for the approval of another person. */
export function useApprovals(caseId: string): readonly Approval[] {
  const enabled = useMay('approval.read');
  const { data } = useRead<ApprovalPage>('/approvals', { limit: 200 }, { enabled });
  return (data?.items ?? []).filter((it) => it.caseId === caseId && it.standing === 'waiting');
}

type Decision = DecisionInput['decision'];

/**
 * Approves or denies exactly what was shown: what is signed is its digest, and when the server has another one
 * by now, nothing is signed.
 */
function useDecision(approval: Approval) {
  const t = useWords('departure');
  return useMutation<unknown, Error, { decision: Decision; reason?: string }>({
    mutationFn: async ({ decision, reason }) => {
      const options = await read<ApprovalOptions>(`/approvals/${approval.id}/challenge`);
      if (options.digest !== approval.digest) throw new Error(t('approval.changed'));
      if (options[decision].allowCredentials.length === 0)
        throw new Error(t('approval.noPasskeyYet'));
      if (!hasPasskeys()) throw new Error(t('approval.noPasskeysHere'));
      const assertion = await signWithPasskey(options[decision]);
      if (!assertion) throw new Error(t('approval.notSigned'));
      const body: DecisionInput = {
        decision,
        digest: approval.digest,
        ...(reason === undefined ? {} : { reason }),
        assertion,
      };
      return act('POST', `/approvals/${approval.id}/decide`, body);
    },
    onSettled: () => queries.invalidateQueries(),
  });
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
      {isDenying && <Deny approval={approval} onClose={() => setDenying(false)} />}
    </section>
  );
}

function Deny({ approval, onClose }: { approval: Approval; onClose: () => void }) {
  const t = useWords('departure');
  const decide = useDecision(approval);
  const [reason, setReason] = useState('');
  return (
    <Ask
      title={t('approval.denyTitle', { what: approval.title })}
      effects={[t('approval.denyEffect')]}
      verb={t('approval.deny')}
      isReady={reason.trim() !== ''}
      isBusy={decide.isPending}
      error={decide.error}
      onDo={() => decide.mutate({ decision: 'denied', reason }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <Textarea
        label={t('field.reason')}
        rows={2}
        value={reason}
        error={problemAt(decide.error, 'reason')}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </Ask>
  );
}
