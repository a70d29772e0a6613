import { setTimeout as wait } from 'node:timers/promises';
import { loadOrder, placeOrder } from '#store/orders.ts';
import { newId } from '#store/random.ts';
import type { App, Caller } from './app.ts';
import { Problem } from './problem.ts';

/** What web asks of a worker, which alone may call outside systems. */
export type OrderKind = 'preview' | 'check' | 'discover' | 'try' | 'mend-access';

/** Places an order and waits for its answer. Throws a Problem when there is none in time. */
export async function order(
  app: App,
  caller: Caller,
  it: { kind: OrderKind; input: unknown; patienceMs?: number },
): Promise<unknown> {
  const id = newId();
  await placeOrder(app.pool, { id, kind: it.kind, input: it.input, askedBy: caller.user.id });
  const until = performance.now() + (it.patienceMs ?? 35_000);
  for (;;) {
    const found = await loadOrder(app.pool, id);
    if (found?.answeredAt) {
      if (found.problem !== null) throw new Problem('not possible', found.problem);
      return found.output;
    }
    if (performance.now() > until) {
      throw new Problem(
        'busy',
        'No worker has answered yet. Check that one is running (gatehouse serve, or gatehouse work).',
      );
    }
    await wait(25);
  }
}
