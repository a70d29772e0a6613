/** Work for several that goes on beside whoever begins it. */
export interface SideBySide {
  /** Begins `work` for each that has none under way. */
  begin(ids: readonly string[], work: (id: string) => Promise<void>): void;
  /** Resolves once all that is under way has ended. */
  ended(): Promise<unknown>;
}

/** Each is seen to by itself and never twice at once, so that one that hangs keeps nobody waiting. */
export function sideBySide(failed: (id: string, error: Error) => void): SideBySide {
  const underWay = new Map<string, Promise<void>>();
  return {
    begin(ids, work) {
      for (const id of ids) {
        if (underWay.has(id)) continue;
        const its = work(id)
          .catch((error: Error) => failed(id, error))
          .finally(() => underWay.delete(id));
        underWay.set(id, its);
      }
    },
    ended: () => Promise.all(underWay.values()),
  };
}
