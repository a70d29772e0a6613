/** The texts before and after the one that stands now. */
export interface History {
  readonly past: readonly string[];
  readonly future: readonly string[];
}

export const noHistory: History = { past: [], future: [] };

const most = 100;

/** Something was changed: `before` can be gone back to, and what was taken back is over. */
export const did = ({ past }: History, before: string): History => ({
  past: [...past, before].slice(-most),
  future: [],
});

/** The last change was taken back; `now` is what stood until then. */
export const undid = ({ past, future }: History, now: string): History => ({
  past: past.slice(0, -1),
  future: [now, ...future],
});

export const redid = ({ past, future }: History, now: string): History => ({
  past: [...past, now],
  future: future.slice(1),
});
