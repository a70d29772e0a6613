import type { Failure } from '#core/failure.ts';
import type { Timing } from './engine.ts';

export type Reaction =
  | { readonly kind: 'retry'; readonly afterMs: number; readonly wholeConnection: boolean }
  | { readonly kind: 'pause-connection' }
  | { readonly kind: 'hold'; readonly because: string };

/** The one place that decides what happens after a failed call. `attempt` counts from 1. */
export function reactTo(failure: Failure, attempt: number, timing: Timing): Reaction {
  switch (failure.kind) {
    case 'unavailable':
      return {
        kind: 'retry',
        afterMs: Math.min(timing.longestRetryMs, timing.firstRetryMs * 2 ** (attempt - 1)),
        wholeConnection: false,
      };
    case 'rate-limited':
      return { kind: 'retry', afterMs: failure.retryAfterMs, wholeConnection: true };
    case 'unauthenticated':
      return { kind: 'pause-connection' };
    case 'forbidden':
      return { kind: 'hold', because: `A permission is missing: ${failure.detail}` };
    case 'not-found':
      return { kind: 'hold', because: `The account is gone: ${failure.detail}` };
    case 'rejected':
      return { kind: 'hold', because: `The system refused: ${failure.detail}` };
    case 'unexpected':
      return { kind: 'hold', because: `The answer makes no sense: ${failure.detail}` };
  }
}

/**
 * What a failed call leaves us knowing about its effect: *refused* when the system
 * understood and said no, *unknown* when it may have done it all the same.
 */
export function outcomeOf(failure: Failure): 'refused' | 'unknown' {
  switch (failure.kind) {
    case 'unavailable':
    case 'unexpected':
      return 'unknown';
    case 'rate-limited':
    case 'unauthenticated':
    case 'forbidden':
    case 'not-found':
    case 'rejected':
      return 'refused';
  }
}
