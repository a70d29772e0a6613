/** What has been started and has to be stopped, whatever happens. */
export interface Stopping {
  add(stop: () => Promise<void>): void;
  /** Stops all of it, the newest first. What one throws is thrown when all have been stopped. */
  all(): Promise<void>;
}

export function stopping(): Stopping {
  const stops: (() => Promise<void>)[] = [];
  return {
    add: (stop) => void stops.push(stop),
    async all() {
      let failure: { error: unknown } | undefined;
      for (const stop of stops.splice(0).reverse()) {
        await stop().catch((error: unknown) => {
          failure ??= { error };
        });
      }
      if (failure) throw failure.error;
    },
  };
}
