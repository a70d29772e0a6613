import { setTimeout as wait } from 'node:timers/promises';
import { type PreparedFact, stating } from '#ledger/record.ts';
import { type Claim, type Mark, markCalls } from '#store/leases.ts';
import { despiteDeadlocks, type Pool } from '#store/sql.ts';
import { loadWorks, type Released, type Settlement, settleSteps, type Work } from '#store/steps.ts';

/** Something to write for a step of a case, with the facts that say so. */
interface Stated {
  readonly caseId: string;
  readonly facts: readonly PreparedFact[];
}

/**
 * The three statements that every step costs, for many steps at once: few sessions, few commits, and
 * nobody waits for the chain of a case that a neighbour holds.
 */
export interface Groups {
  /** Null: there is no such step. */
  load(stepId: string): Promise<Work | null>;
  /** Null: somebody else moved the step, or calls; then nothing was written for it. */
  claim(it: Stated & { readonly claim: Claim }): Promise<Claiming | null>;
  /** Null: somebody else moved the step, or the claim ran out; then nothing was written for it. */
  settle(it: Stated & { readonly settlement: Settlement }): Promise<Settling | null>;
}

interface Claiming {
  readonly mark: Mark;
  /** When the database was asked, by the monotonic clock of this process, in milliseconds. */
  readonly askedAt: number;
}

interface Settling {
  readonly released: Released;
  /** One of those that settled steps of a case together has to see to the case. */
  readonly seesToCase: boolean;
}

/** Those of a group wait for its slowest. */
const largestGroup = 32;

/** How long a group is gathered, as a multiple of what the last one took: the busier the database, the larger. */
const gatheredFor = 2;
const longestGatheringMs = 50;

export function openGroups(it: { pool: Pool; worker: string; leaseMs: number }): Groups {
  const { pool } = it;
  const byCase = ({ caseId }: Stated) => caseId;
  return {
    load: inGroups(
      largestGroup,
      (stepId) => stepId,
      (all) => loadWorks(pool, all),
    ),
    claim: inGroups(
      largestGroup,
      byCase,
      async (all: readonly (Stated & { readonly claim: Claim })[]) => {
        let askedAt = 0;
        const facts = stating(all.flatMap(({ facts }) => facts));
        const claims = all.map(({ claim }) => claim);
        const marks = await despiteDeadlocks(() => {
          askedAt = performance.now();
          return markCalls(pool, facts, claims, it);
        });
        return marks?.map((mark) => ({ mark, askedAt }));
      },
    ),
    settle: inGroups(
      largestGroup,
      byCase,
      async (all: readonly (Stated & { readonly settlement: Settlement })[]) => {
        const facts = stating(all.flatMap(({ facts }) => facts));
        const settlements = all.map(({ settlement }) => settlement);
        const ofCase = await despiteDeadlocks(() => settleSteps(pool, facts, settlements));
        return (
          ofCase &&
          all.map(({ caseId }, i) => ({
            released: ofCase(caseId),
            seesToCase: all[i + 1]?.caseId !== caseId,
          }))
        );
      },
    ),
  };
}

/**
 * Does for many at once what each asks for. What comes while a group is under way, and for a while
 * after one of several, makes up the next one: an idle program waits for nothing, and a busy one pays
 * once for what all have in common.
 *
 * `doAll` gets those of one key side by side, and answers in their order. Null, or an error, says
 * that nothing was done for any of them: then each is done alone, and only itself to blame.
 */
export function inGroups<Item, Answer>(
  largest: number,
  keyOf: (item: Item) => string,
  doAll: (items: readonly Item[]) => Promise<readonly Answer[] | null | undefined>,
  pause: (ms: number) => Promise<void> = wait,
): (item: Item) => Promise<Answer | null> {
  interface Waiting {
    readonly item: Item;
    readonly key: string;
    readonly resolve: (answer: Answer | null) => void;
    readonly reject: (error: unknown) => void;
  }
  const waiting: Waiting[] = [];
  let underWay = false;

  async function alone({ item, resolve, reject }: Waiting): Promise<void> {
    try {
      resolve((await doAll([item]))?.[0] ?? null);
    } catch (error) {
      reject(error);
    }
  }

  async function together(group: readonly Waiting[]): Promise<void> {
    const sorted = group.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
    const answers = await doAll(sorted.map(({ item }) => item)).catch(() => null);
    for (const [i, it] of sorted.entries()) {
      if (answers) it.resolve(answers[i]!);
      else await alone(it);
    }
  }

  async function work(): Promise<void> {
    if (underWay) return;
    underWay = true;
    while (waiting.length > 0) {
      const group = waiting.splice(0, largest);
      if (group.length === 1) {
        await alone(group[0]!);
        continue;
      }
      const startedAt = performance.now();
      await together(group);
      const tookMs = performance.now() - startedAt;
      if (waiting.length < largest) await pause(Math.min(tookMs * gatheredFor, longestGatheringMs));
    }
    underWay = false;
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, key: keyOf(item), resolve, reject });
      void work();
    });
}
