import { lazy, type ReactNode, Suspense, useEffect, useState } from 'react';

/** Loaded when somebody is asked for the first time: most look and go on. */
const AskDialog = lazy(() => import('./ask-dialog.tsx'));

export interface Question {
  readonly title: string;
  /** What it does, one sentence each. */
  readonly effects?: readonly string[];
  readonly verb: string;
  /** It cannot be taken back. */
  readonly isGrave?: boolean;
  /** Whether what has to be said was said, as far as the page can know. */
  readonly isReady?: boolean;
  /** It was done, and what came of it is shown: nothing is left to be left as it is. */
  readonly isOver?: boolean;
  readonly isBusy: boolean;
  readonly error: unknown;
  readonly onDo: () => void;
  readonly onClose: () => void;
  readonly children?: ReactNode;
}

/**
 * Asks before something is done: what it does in words, what has to be said for it, and a button that repeats
 * the verb. What the server refuses stands in place, and what was typed stays.
 */
export function Ask(question: Question) {
  useFocusBack();
  return (
    <Suspense>
      <AskDialog {...question} />
    </Suspense>
  );
}

/** Whoever closes it is where they were before it opened. */
function useFocusBack(): void {
  const [before] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      // The dialog lets go of the focus when it is gone.
      setTimeout(() => {
        if (before instanceof HTMLElement && before.isConnected) before.focus();
      });
    },
    [before],
  );
}
