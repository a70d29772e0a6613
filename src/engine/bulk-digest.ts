import { canonical } from '#ledger/canonical.ts';
import { base64url, sha256 } from '#ledger/hash.ts';
import type { BulkPersonRow } from '#store/bulk-starts.ts';

type Row = Pick<BulkPersonRow, 'facts' | 'departure' | 'successor' | 'playbookId' | 'question'>;

/**
 * What an approval of a bulk start is bound to: who leaves, when and how, and by which version of
 * which playbook. Accounts are looked for again when each departure begins, so they are not in it.
 */
export function bulkDigest(starting: readonly Row[]): string {
  const rows = starting.map(({ facts, departure, successor, playbookId, question }) => ({
    ...{ person: facts, departure, successor, playbook: playbookId, question },
  }));
  const text = canonical(JSON.parse(JSON.stringify(rows)));
  return base64url(sha256(Buffer.from('gatehouse/bulk-start@1\n'), Buffer.from(text)));
}
