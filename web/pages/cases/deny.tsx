import { Textarea } from '@mantine/core';
import { useState } from 'react';
import type { Approval } from '#api/contract/approvals.ts';
import { useWords } from '../../lib/words.ts';
import { Ask } from '../../ui/ask.tsx';
import { problemAt } from '../../ui/refused.tsx';
import { useDecision } from './use-decision.ts';

/** Says no, and why. */
export default function Deny({ approval, onClose }: { approval: Approval; onClose: () => void }) {
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
