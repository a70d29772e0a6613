/**
 * What this machine knows of the clocks around it. The database's is the authority for when something is due, so it has to
 * be right: this machine, and the `date` header of every answer, bear witness for or against it.
 */
export interface Clock {
  /** The database said its time; `asked` and `answered` are this machine's, in milliseconds since 1970. */
  noteDatabase(it: { said: number; asked: number; answered: number }): void;
  /** A system outside said its time in an answer that came just now. */
  noteAnswer(host: string, said: number): void;
  /** How far the database's clock is ahead of this machine's, in milliseconds; null: not asked yet. */
  databaseAheadMs(): number | null;
  /** Why moments cannot be trusted, in a sentence; null: nothing speaks against them. */
  problem(): string | null;
  /** The same, when it is not yet bad enough to stop anything. */
  warning(): string | null;
}

/** From here on it is said. */
const warnMs = 30_000;
/** From here on nothing begins because a moment has come. */
const stopMs = 5 * 60_000;
/** What was heard longer ago says nothing of now. */
const freshMs = 60 * 60_000;
/** One system may have a wrong clock of its own. */
const hostsNeeded = 2;
const mostHosts = 1_000;

export function openClock(now: () => number = Date.now): Clock {
  let ahead: number | null = null;
  let last: number | null = null;
  /** How far each is ahead of this machine. */
  const hosts = new Map<string, { readonly aheadMs: number; readonly at: number }>();

  /** What speaks against the database's clock by more than this. */
  function against(limitMs: number): string | null {
    if (ahead === null) return null;
    if (Math.abs(ahead) > limitMs) {
      return `The clock of the database is ${span(ahead)} the clock of this machine.`;
    }
    const heard = [...hosts].filter(([, { at }]) => now() - at < freshMs);
    const off = heard.filter(([, { aheadMs }]) => Math.abs(aheadMs - ahead!) > limitMs);
    if (off.length < hostsNeeded || off.length * 2 <= heard.length) return null;
    const [first] = off;
    const named = off.slice(0, 3).map(([host]) => host);
    return `The clocks of the database and of this machine are ${span(ahead - first![1].aheadMs)} those of ${named.join(', ')}.`;
  }

  return {
    noteDatabase({ said, asked, answered }) {
      const between = said - (asked + answered) / 2;
      // An answer that took long leaves open when it was given.
      const doubt = (answered - asked) / 2;
      const seen = Math.sign(between) * Math.max(0, Math.abs(between) - doubt);
      // One clock may have been set in this very moment: what counts was seen twice.
      ahead = last !== null && Math.abs(last) < Math.abs(seen) ? last : seen;
      last = seen;
    },
    noteAnswer(host, said) {
      if (!hosts.has(host) && hosts.size >= mostHosts) return;
      hosts.set(host, { aheadMs: said - now(), at: now() });
    },
    databaseAheadMs: () => ahead,
    problem: () => against(stopMs),
    warning: () => against(warnMs),
  };
}

function span(aheadMs: number): string {
  const seconds = Math.round(Math.abs(aheadMs) / 1_000);
  const text = seconds < 120 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`;
  return `${text} ${aheadMs < 0 ? 'behind' : 'ahead of'}`;
}
