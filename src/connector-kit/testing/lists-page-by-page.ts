import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Failure } from '#core/failure.ts';
import type { AnyConnector } from '../contract.ts';
import { clientFor } from './trial.ts';

interface LargeSystem {
  /** As they come out of the connector's own `settings`. */
  readonly settings: unknown;
  /** A system with so many accounts. */
  system(count: number): System | Promise<System>;
  /** How it says “not now”. Default: 429 with `Retry-After`. */
  readonly notNow?: () => Response;
  /** How many accounts. Default: 10,000. */
  readonly count?: number;
}

interface System {
  readonly fetch: typeof globalThis.fetch;
}

/**
 * Holds `accounts.list` to a large company: every account comes once, whatever “not now” comes in
 * between, and no page is asked for before the accounts of the page before it were taken, so that they are
 * never all held in memory.
 */
export function listsPageByPage(connector: AnyConnector, large: LargeSystem): void {
  const count = large.count ?? 10_000;

  describe(`${connector.name} lists ${count} accounts`, () => {
    it('each once, and a page at a time', async () => {
      const { taken, askedAt } = await listed(connector, large, { count });
      assert.deepEqual([taken.length, new Set(taken).size], [count, count]);
      assert.equal(hoarding(askedAt, count), null);
    });

    it('each once, although it is told “not now” in between', async () => {
      const { taken, waits } = await listed(connector, large, { count, busyEvery: 3 });
      assert.deepEqual([taken.length, new Set(taken).size], [count, count]);
      assert.ok(waits.length > 0, 'it was never told to wait');
    });

    it('and asks nothing more once nobody wants to hear more', async () => {
      const { taken, askedAt } = await listed(connector, large, { count, stopAt: 1 });
      assert.equal(taken.length, 1);
      assert.ok(askedAt.every((it) => it === 0));
    });
  });
}

interface Listing {
  readonly count: number;
  /** Every so many requests the system says “not now” first. */
  readonly busyEvery?: number;
  /** Nothing is taken after so many accounts. */
  readonly stopAt?: number;
}

/** Takes the accounts one by one, and notes how many had been taken when each request went out. */
export async function listed(
  connector: AnyConnector,
  large: LargeSystem,
  { count, busyEvery = 0, stopAt = Number.POSITIVE_INFINITY }: Listing,
) {
  const { fetch } = await large.system(count);
  const notNow =
    large.notNow ?? (() => Response.json({}, { status: 429, headers: { 'retry-after': '1' } }));
  const taken: string[] = [];
  const askedAt: number[] = [];
  const waits: Failure[] = [];
  let requests = 0;
  const client = clientFor(
    connector,
    large,
    async (input, init) => {
      requests += 1;
      if (busyEvery > 0 && requests % busyEvery === 0) return notNow();
      askedAt.push(taken.length);
      return fetch(input, init);
    },
    {
      patience: async (failure) => {
        waits.push(failure);
        return failure.kind === 'rate-limited';
      },
    },
  );
  for await (const { id } of connector.accounts!.list(client)) {
    taken.push(id);
    if (taken.length === stopAt) break;
  }
  // What was asked for ahead goes out now.
  await new Promise(setImmediate);
  return { taken, askedAt, waits };
}

/** How a list held more than it had to, or null. `askedAt`: accounts taken by the time of each request. */
export function hoarding(askedAt: readonly number[], count: number): string | null {
  const total = askedAt.length;
  const atOnce = askedAt.filter((it) => it === 0).length;
  if (total < 5) return `the whole list is ${total} requests; make its pages smaller`;
  if (atOnce > total / 5) {
    return `${atOnce} of ${total} requests go out before the first account is taken`;
  }
  // One page ahead is fine, with everything that is asked about a page.
  const early = askedAt.findIndex((taken, i) => taken < ((i - 2 * atOnce) * count) / total);
  return early < 0
    ? null
    : `request ${early + 1} of ${total} goes out when only ${askedAt[early]} accounts were taken`;
}
