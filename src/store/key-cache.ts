export interface KeyCacheOptions {
  /** A clock that only goes forward, in milliseconds. Default: the process's own. */
  readonly nowMs?: () => number;
}

/** How long an unwrapped key is kept, so that a key service may be away for as long. */
const longestMs = 15 * 60_000;
const mostKeys = 5_000;

/**
 * Keeps unwrapped keys for a while: a departure of twenty steps asks a key service once. Who
 * asks at the same time shares one answer; a failure is not kept.
 */
export function openKeyCache({ nowMs = () => performance.now() }: KeyCacheOptions = {}) {
  const kept = new Map<string, { readonly key: Promise<Buffer>; readonly untilMs: number }>();

  async function keyOf(name: string, unwrap: () => Promise<Buffer>): Promise<Buffer> {
    const known = kept.get(name);
    if (known && nowMs() < known.untilMs) return known.key;

    const entry = { key: unwrap(), untilMs: nowMs() + longestMs };
    kept.delete(name);
    kept.set(name, entry);
    for (const oldest of kept.keys()) {
      if (kept.size <= mostKeys) break;
      kept.delete(oldest);
    }
    entry.key.catch(() => {
      if (kept.get(name) === entry) kept.delete(name);
    });
    return entry.key;
  }

  return Object.assign(keyOf, {
    /** Under which names keys are kept now. */
    names: (): readonly string[] => [...kept.keys()],
    forget: (name: string): void => void kept.delete(name),
  });
}
