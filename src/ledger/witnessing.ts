import { setTimeout as pause } from 'node:timers/promises';
import { keyIdOf, type NoteKey } from '#core/note.ts';
import { type Db, type Pool, sql } from '#store/sql.ts';
import { askWitness, type ReachableWitness } from './ask-witness.ts';
import { ForkFound } from './fork-guard.ts';
import { sha256 } from './hash.ts';
import { headOf } from './head.ts';
import type { Beside } from './scribe.ts';
import { keepWitnesses, noteWitness } from './witnesses.ts';

/** Who cosigns the record, and how many of them must have before a pack is issued. */
export interface Witnessing {
  readonly witnesses: readonly ReachableWitness[];
  readonly quorum: number;
  /** How often each is asked while the record grows. */
  readonly everyMs: number;
}

export interface WitnessingParts extends Witnessing {
  readonly fetch: typeof globalThis.fetch;
  readonly onError: (error: unknown) => void;
  /** Told in a sentence, once, when a witness begins to fail. */
  readonly onProblem: (sentence: string) => void;
  /** How often it looks whether something is due. */
  readonly pollMs?: number;
  /** How long at least between two questions where cases end one after the other. */
  readonly sealedMs?: number;
  /** The first pause after a failure; it doubles up to `everyMs`. */
  readonly retryMs?: number;
  /** How long an answer may take. */
  readonly answerMs?: number;
  /** The same at the start, where the scribe waits for it. */
  readonly guardMs?: number;
}

interface Turn {
  /** When it was asked last; null: not since the start. */
  askedMs: number | null;
  failures: number;
}

/**
 * Asks witnesses beside the scribe: each when the scribe starts, then every so often while the record grows,
 * and when a case was sealed. One that does not answer is asked again later, and holds up nothing.
 */
export function witnessing(pool: Pool, parts: WitnessingParts): Beside {
  const { witnesses, quorum, fetch, onError, onProblem, everyMs } = parts;
  const { pollMs = 2_000, sealedMs = 10_000, retryMs = 10_000 } = parts;
  const { answerMs = 30_000, guardMs = 5_000 } = parts;
  const turns = new Map<ReachableWitness, Turn>(
    witnesses.map((it) => [it, { askedMs: null, failures: 0 }]),
  );

  async function ask(witness: ReachableWitness, origin: string, signal: AbortSignal) {
    const turn = turns.get(witness)!;
    const asked = await askWitness(pool, origin, witness, { fetch, signal });
    if (asked.kind === 'nothing signed yet') return;
    turn.askedMs = performance.now();
    turn.failures = asked.kind === 'failed' ? turn.failures + 1 : 0;
    const problem = asked.kind === 'failed' ? asked.problem : null;
    await noteWitness(pool, witness.name, problem);
    if (problem !== null && turn.failures === 1) {
      onProblem(
        `The witness ${witness.name} did not sign the record, and is asked again: ${problem}.`,
      );
    }
  }

  async function follow(
    witness: ReachableWitness,
    stopped: AbortSignal,
    onFork: (found: ForkFound) => void,
  ): Promise<void> {
    while (!stopped.aborted) {
      await pause(pollMs, undefined, { signal: stopped }).catch(() => {});
      if (stopped.aborted) return;
      try {
        const { origin } = await headOf(pool);
        if (!(await isDue(origin, witness))) continue;
        const signal = AbortSignal.any([stopped, AbortSignal.timeout(answerMs)]);
        await ask(witness, origin, signal);
      } catch (error) {
        if (stopped.aborted) return;
        if (error instanceof ForkFound) return onFork(error);
        onError(error);
      }
    }
  }

  async function isDue(origin: string, witness: ReachableWitness): Promise<boolean> {
    const { askedMs, failures } = turns.get(witness)!;
    const quietMs = askedMs === null ? Number.POSITIVE_INFINITY : performance.now() - askedMs;
    if (failures > 0) return quietMs >= Math.min(retryMs * 2 ** (failures - 1), everyMs);
    if (quietMs < Math.min(sealedMs, everyMs)) return false;
    const { grown, sealed } = await unsignedBy(pool, origin, witness.key);
    return (sealed && quietMs >= sealedMs) || (grown && quietMs >= everyMs);
  }

  return {
    async guard() {
      await keepWitnesses(pool, witnesses, quorum);
      const { origin } = await headOf(pool);
      await Promise.all(witnesses.map((it) => ask(it, origin, AbortSignal.timeout(guardMs))));
    },
    start(onFork) {
      const stop = new AbortController();
      const following = witnesses.map((it) => follow(it, stop.signal, onFork));
      return {
        async stop() {
          stop.abort();
          await Promise.all(following);
        },
      };
    },
  };
}

/**
 * What was signed since a witness cosigned last: anything worth a signature, and the end of a case. That its
 * own cosignature came is not, or it would be asked for ever.
 */
async function unsignedBy(
  db: Db,
  origin: string,
  key: NoteKey,
): Promise<{ grown: boolean; sealed: boolean }> {
  const { rows } = await db.query<{ grown: boolean; sealed: boolean }>(sql`
    with span as (
      select (select coalesce(max(size), 0)
                from ledger.cosignature
               where origin = ${origin} and key_id = decode(${keyIdOf(sha256, key)}, 'hex')) as first,
             (select coalesce(max(size), 0) from ledger.checkpoint where origin = ${origin}) as size
    )
    select exists (select from ledger.event_ix
                    where idx >= first and idx < size and type <> 'anchor.received') as grown,
           exists (select from ledger.event_ix
                    where idx >= first and idx < size and type = 'case.sealed') as sealed
      from span
  `);
  return rows[0]!;
}
