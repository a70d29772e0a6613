import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { changesFrom, type RecordedChange, recordSize } from '#ledger/changes.ts';
import { holdLife, type Life } from '#store/liveness.ts';

export type { RecordedChange };

/** Facts that became known together. */
export interface Batch {
  /** Where to go on after it. It counts nothing, so nobody learns from it how much they do not see. */
  readonly id: string;
  readonly facts: readonly RecordedChange[];
}

export interface Watch {
  /** Where it begins. */
  readonly id: string;
  /** What came after the place that was asked for; null: that is not known any more, so all may have changed. */
  readonly missed: readonly RecordedChange[] | null;
  stop(): void;
}

/** Tells everybody who watches, in this process, of what is new in the record. */
export interface Live {
  /**
   * Calls back with each new batch, and with null when it ends. `after`: the id of the last batch that was
   * seen, to be told of what came since; undefined: none.
   */
  watch(after: string | undefined, heard: (batch: Batch | null) => void): Promise<Watch>;
  /** Ends all that watch, and the session; whoever comes later opens another. */
  stop(): Promise<void>;
}

/** Where a notification was lost, the record is looked at after this long. */
const lookMs = 15_000;
const pageSize = 2_000;
/** Facts that are kept for whoever was away for a moment. */
const mostKept = 5_000;

/**
 * Opens one session on the database for all who watch, when the first of them comes. The scribe says when
 * the record has grown; then what is new is read once, whoever and however many watch.
 */
export function openLive(pool: pg.Pool): Live {
  const start = randomBytes(6).toString('base64url');
  const watchers = new Set<(batch: Batch | null) => void>();
  let kept: { readonly atMs: number; facts: readonly RecordedChange[] }[] = [];
  /** What came up to then is not kept any more. */
  let keptSinceMs = 0;
  let lastMs = 0;
  let size = 0;
  let session: Promise<Life> | null = null;
  let looking: Promise<void> | null = null;
  let again = false;
  let timer: NodeJS.Timeout | undefined;

  const idOf = (atMs: number) => `${start}-${atMs}`;
  const nextMs = () => Math.max(Math.floor(performance.now()), lastMs + 1);

  async function open(): Promise<Life> {
    const life = await holdLife(pool);
    try {
      await life.listen('gatehouse_record', () => void look());
      size = await recordSize(pool);
      keptSinceMs = lastMs = nextMs();
      kept = [];
      timer = setInterval(() => void look(), lookMs);
      timer.unref();
      return life;
    } catch (error) {
      await life.end();
      throw error;
    }
  }

  /** Reads what is new; asked while it reads, it reads once more. What fails is made up for by the next look. */
  function look(): Promise<void> {
    again = true;
    looking ??= (async () => {
      while (again && session) {
        again = false;
        const facts = await changesFrom(pool, { idx: size, limit: pageSize });
        if (facts.length === pageSize) again = true;
        if (facts.length > 0) tell(facts);
      }
    })()
      .catch(() => {})
      .finally(() => {
        looking = null;
      });
    return looking;
  }

  function tell(facts: readonly RecordedChange[]): void {
    size = facts.at(-1)!.idx + 1;
    lastMs = nextMs();
    kept = [...keptSecret(facts), { atMs: lastMs, facts }];
    let count = kept.reduce((sum, it) => sum + it.facts.length, 0);
    while (count > mostKept) {
      const oldest = kept.shift()!;
      keptSinceMs = oldest.atMs;
      count -= oldest.facts.length;
    }
    const batch = { id: idOf(lastMs), facts };
    for (const heard of watchers) heard(batch);
  }

  /** A case that has become confidential is not told of later as if it were not. */
  function keptSecret(facts: readonly RecordedChange[]): typeof kept {
    const secret = new Set(facts.filter((it) => it.confidential).map((it) => it.caseId));
    if (secret.size === 0) return kept;
    const hide = (it: RecordedChange): RecordedChange =>
      it.caseId !== null && secret.has(it.caseId) ? { ...it, confidential: true } : it;
    return kept.map(({ atMs, facts }) => ({ atMs, facts: facts.map(hide) }));
  }

  function missedAfter(after: string): readonly RecordedChange[] | null {
    const [, of, ms] = /^(.+)-(\d{1,15})$/.exec(after) ?? [];
    const atMs = Number(ms);
    if (of !== start || atMs > lastMs || atMs < keptSinceMs) return null;
    return kept.filter((it) => it.atMs > atMs).flatMap((it) => it.facts);
  }

  return {
    async watch(after, heard) {
      session ??= open().catch((error: unknown) => {
        session = null;
        throw error;
      });
      await session;
      watchers.add(heard);
      return {
        id: idOf(lastMs),
        missed: after === undefined ? [] : missedAfter(after),
        stop: () => void watchers.delete(heard),
      };
    },
    async stop() {
      clearInterval(timer);
      for (const heard of watchers) heard(null);
      watchers.clear();
      const ending = session;
      session = null;
      await looking;
      await (await ending?.catch(() => null))?.end();
    },
  };
}
