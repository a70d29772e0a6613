import { useState } from 'react';
import type { AuditEvent } from '#api/contract/audit.ts';
import type { Seal } from '#api/contract/seal.ts';
import { read, readFile } from '../../lib/api.ts';
import { useWords } from '../../lib/words.ts';
import { shortKey } from './entry-text.ts';

export type EntryCheck =
  | { readonly holds: true; readonly size: number; readonly key: string }
  | { readonly holds: false; readonly why: string };

/** Checks one entry in this browser, with code that is loaded only then. */
export function useEntryCheck({ index, leafHash }: AuditEvent) {
  const t = useWords('audit');
  const [isRunning, setRunning] = useState(false);
  const [said, setSaid] = useState<EntryCheck | null>(null);
  const [error, setError] = useState<unknown>(null);
  const run = async (): Promise<EntryCheck> => {
    const [{ checkEntry }, crypto, { trust }, file] = await Promise.all([
      import('./check-entry.ts'),
      import('../../verify/cryptography.ts'),
      read<Seal>('/audit/seal'),
      readFile(`/audit/entries/${index}/proof`),
    ]);
    const zip = new Uint8Array(await file.bytes.arrayBuffer());
    const found = await checkEntry(zip, { index, shown: leafHash, trust }, crypto);
    return found.holds
      ? { holds: true, size: found.size, key: shortKey(found.keys[0] ?? '') }
      : { holds: false, why: t(`entryWhy.${found.why}`) };
  };
  const start = () => {
    setRunning(true);
    setError(null);
    void run()
      .then(setSaid, setError)
      .finally(() => setRunning(false));
  };
  return { isRunning, said, error, start };
}
