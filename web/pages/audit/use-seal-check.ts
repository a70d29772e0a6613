import { useState } from 'react';
import type { Leaves, Seal } from '#api/contract/seal.ts';
import { address, read, readFile } from '../../lib/api.ts';
import type { Remembered, SealSource, SealVerdict } from './check-seal.ts';

export interface SealCheck {
  readonly isRunning: boolean;
  /** A part of 1. */
  readonly progress: number;
  readonly verdict: SealVerdict | null;
  /** How long it took, in milliseconds. */
  readonly tookMs: number;
  /** Why it could not be checked at all. */
  readonly error: unknown;
  readonly start: () => void;
}

const source: SealSource = {
  seal: (size) => read<Seal>(address('/audit/seal', { size })),
  async hashes(from, to) {
    const { bytes } = await readFile(address('/audit/hashes', { from, to }));
    return new Uint8Array(await bytes.arrayBuffer());
  },
  leaves: (from, to) => read<Leaves>(address('/audit/leaves', { from, to })),
};

/** Facts above this many are not read one by one: they would not come through the limits of the API. */
const mostLeaves = 100_000;

/** Checks the seal in this browser, with code that is loaded only then. */
export function useSealCheck(): SealCheck {
  const [state, setState] = useState<Omit<SealCheck, 'start'>>({
    ...{ isRunning: false, progress: 0, verdict: null, tookMs: 0, error: null },
  });
  const run = async () => {
    const [{ checkSeal }, crypto] = await Promise.all([
      import('./check-seal.ts'),
      import('../../verify/cryptography.ts'),
    ]);
    return checkSeal(source, {
      ...crypto,
      mostLeaves,
      remembered,
      progress: (progress) => setState((now) => ({ ...now, progress })),
      pause: () => new Promise((resolve) => setTimeout(resolve)),
    });
  };
  const start = () => {
    if (state.isRunning) return;
    const began = performance.now();
    setState({ isRunning: true, progress: 0, verdict: null, tookMs: 0, error: null });
    const end = (it: Partial<SealCheck>) =>
      setState((now) => ({ ...now, ...it, isRunning: false, tookMs: performance.now() - began }));
    void run().then(
      (verdict) => {
        remember(verdict);
        end({ verdict });
      },
      (error: unknown) => end({ error }),
    );
  };
  return { ...state, start };
}

const placeOf = (origin: string) => `seal ${origin}`;

function remembered(origin: string): Remembered | null {
  try {
    return JSON.parse(localStorage.getItem(placeOf(origin)) ?? 'null') as Remembered | null;
  } catch {
    return null;
  }
}

/** What held once is what later ones are held against. */
function remember(it: SealVerdict): void {
  if (it.kind !== 'holds') return;
  const { origin, size, root } = it.checkpoint;
  const text = btoa(Array.from(root, (byte) => String.fromCharCode(byte)).join(''));
  const kept: Remembered = { size, root: text, at: new Date().toISOString() };
  localStorage.setItem(placeOf(origin), JSON.stringify(kept));
}
