import { useEffect, useRef, useState } from 'react';
import type { Seal } from '#api/contract/seal.ts';
import { read } from '../../lib/api.ts';
import { useMay } from '../../lib/session.ts';
import type { Checked, PackageAsked, PackageFound } from '../../verify/check.ts';

/** What a package is checked with: files that were chosen. */
export const kinds = ['pack', 'trust', 'kept'] as const;
export type Kind = (typeof kinds)[number];

/** Whose keys it was checked by. */
export type KeysFrom = 'you' | 'server' | 'package';

export type Outcome =
  | {
      readonly kind: 'unreadable';
      readonly of: Kind;
      readonly name: string;
      readonly because: string;
    }
  | (Checked & {
      readonly kind: 'checked';
      readonly name: string;
      readonly keysFrom: KeysFrom;
    });

export interface PackageCheck {
  readonly files: Readonly<Partial<Record<Kind, File>>>;
  readonly isRunning: boolean;
  readonly outcome: Outcome | null;
  readonly error: unknown;
  choose(kind: Kind, file: File | null): void;
  drop(files: readonly File[]): void;
}

/** Checks a package in this browser by the code of `verify.html`, which is loaded when a file is there. */
export function usePackageCheck(): PackageCheck {
  const mayRead = useMay('audit.read');
  const [files, setFiles] = useState<PackageCheck['files']>({});
  const [isRunning, setRunning] = useState(false);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [error, setError] = useState<unknown>(null);
  /** Grows with each choice, so that only the newest is shown. */
  const round = useRef(0);
  const stop = useRef(() => {});

  useEffect(() => () => stop.current(), []);

  async function run(chosen: PackageCheck['files']): Promise<void> {
    round.current += 1;
    const mine = round.current;
    stop.current();
    setFiles(chosen);
    setOutcome(null);
    setError(null);
    if (!chosen.pack) return setRunning(false);
    setRunning(true);
    try {
      const found = await checked({ ...chosen, pack: chosen.pack }, mayRead, (it) => {
        if (mine === round.current) stop.current = it;
        else it();
      });
      if (mine === round.current) setOutcome(found);
    } catch (failed) {
      if (mine === round.current) setError(failed);
    } finally {
      if (mine === round.current) setRunning(false);
    }
  }

  return {
    ...{ files, isRunning, outcome, error },
    choose(kind, file) {
      const { [kind]: _, ...rest } = files;
      void run(file ? { ...rest, [kind]: file } : rest);
    },
    drop: (dropped) =>
      void run({ ...files, ...Object.fromEntries(dropped.map((it) => [kindOf(it.name), it])) }),
  };
}

/** What a file is that was dropped: by its name, since what is in it may be damaged. */
export function kindOf(name: string): Kind {
  if (/\.json$/i.test(name)) return 'trust';
  return /^checkpoint|\.txt$/i.test(name) ? 'kept' : 'pack';
}

/** Checks in a worker, which a newer choice ends. */
function startCheck(asked: PackageAsked): { found: Promise<PackageFound>; stop(): void } {
  const worker = new Worker(new URL('../../verify/check-worker.ts', import.meta.url), {
    type: 'module',
  });
  const found = new Promise<PackageFound>((resolve, reject) => {
    worker.addEventListener('message', ({ data }: MessageEvent<PackageFound>) => resolve(data));
    worker.addEventListener('error', (event) => reject(new Error(event.message)));
    worker.postMessage(asked);
  }).finally(() => worker.terminate());
  return { found, stop: () => worker.terminate() };
}

async function checked(
  files: PackageCheck['files'] & { readonly pack: File },
  mayRead: boolean,
  started: (stop: () => void) => void,
): Promise<Outcome> {
  const { pack, trust = null, kept = null } = files;
  const known = trust === null && mayRead ? (await read<Seal>('/audit/seal')).trust : null;
  const { found, stop } = startCheck({ pack, trust, kept, known });
  started(stop);
  const it = await found;
  if ('because' in it) {
    return { kind: 'unreadable', of: it.of, name: files[it.of]?.name ?? '', because: it.because };
  }
  const keysFrom = trust ? 'you' : known ? 'server' : 'package';
  return { kind: 'checked', name: pack.name, keysFrom, ...it };
}
