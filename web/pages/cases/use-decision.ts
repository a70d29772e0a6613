import { useMutation } from '@tanstack/react-query';
import type { Approval, ApprovalOptions, DecisionInput } from '#api/contract/approvals.ts';
import { ApiProblem, act, noPasskey, read } from '../../lib/api.ts';
import { NotSigned } from '../../lib/not-signed.ts';
import { hasPasskeys, signWithPasskey } from '../../lib/passkey.ts';
import { queries } from '../../lib/queries.ts';
import { useWords } from '../../lib/words.ts';

type Decision = DecisionInput['decision'];

/**
 * Approves or denies exactly what was shown: what is signed is its digest, and when the server has another one
 * by now, nothing is signed.
 */
export function useDecision(approval: Approval) {
  const t = useWords('departure');
  return useMutation<unknown, Error, { decision: Decision; reason?: string }>({
    mutationFn: async ({ decision, reason }) => {
      const options = await read<ApprovalOptions>(`/approvals/${approval.id}/challenge`);
      if (options.digest !== approval.digest) throw new Error(t('approval.changed'));
      if (options[decision].allowCredentials.length === 0)
        throw new ApiProblem({ kind: noPasskey, status: 409, detail: '', reference: null });
      if (!hasPasskeys()) throw new Error(t('approval.noPasskeysHere'));
      const assertion = await signWithPasskey(options[decision]);
      if (!assertion) throw new NotSigned();
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
