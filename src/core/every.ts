/**
 * Runs `work` now and again `ms` after it ended, never twice at once. `work` must not reject; what takes long
 * looks at `stopping` between its parts.
 */
export function every(
  ms: number,
  work: (stopping: AbortSignal) => Promise<void>,
): { stop(): Promise<void> } {
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  const turn = () => {
    running = work(stopping.signal).finally(() => {
      if (!stopping.signal.aborted) timer = setTimeout(turn, ms);
    });
  };
  turn();
  return {
    async stop() {
      stopping.abort();
      clearTimeout(timer);
      await running;
    },
  };
}
