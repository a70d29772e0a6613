import { createRoute } from '@hono/zod-openapi';
import type { Context, MiddlewareHandler } from 'hono';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import { z } from 'zod';
import type { App, Caller } from '#app/app.ts';
import type { RecordedChange } from '#app/live.ts';
import { authorizeWatching, changesFor } from '#app/live-changes.ts';
import { LiveChange, LiveQuery } from '../contract/live.ts';
import { Refusal } from '../problems.ts';
import { type Api, problems, type SignedIn } from '../route.ts';

const live = createRoute({
  method: 'get',
  path: '/live',
  operationId: 'watchChanges',
  summary: 'What changes from now on, as server-sent events',
  description:
    'Each `change` carries a list of `LiveChange`; `all` says that anything may have changed; `alive` that ' +
    'the line stands. Ends when whoever reads it may not any more. Goes on after `last-event-id`.',
  tags: ['Changes'],
  request: { query: LiveQuery },
  responses: {
    200: { description: 'The stream', content: { 'text/event-stream': { schema: z.string() } } },
    ...problems,
  },
});

export interface LiveOptions {
  /** What stands before all routes: it is asked again and again whether the reader still may. */
  readonly guard: MiddlewareHandler<SignedIn>;
  /** In milliseconds. */
  readonly beatMs: number;
}

/** A browser needs one, however many tabs it has. */
const mostOfOne = 20;

/** Tells pages what changed, so that they read it again; what it became they are not told. */
export function liveRoutes(api: Api, app: App, options: LiveOptions): void {
  api.openAPIRegistry.register('LiveChange', LiveChange);
  const open = new Map<string, number>();

  api.openapi(live, (c) => {
    const caller = c.get('caller');
    authorizeWatching(caller);
    const { id } = caller.user;
    const count = open.get(id) ?? 0;
    if (count >= mostOfOne) {
      throw new Refusal('too-many-requests', `You have ${count} live streams open; end some.`, {
        'retry-after': '60',
      });
    }
    open.set(id, count + 1);
    const after = c.req.header('last-event-id') ?? c.req.valid('query').after;
    const response = streamSSE(c, async (stream) => {
      try {
        await tell(app, c, stream, after, options);
      } catch {
        // Whoever reads sees the end, asks again, and is told why in the answer to that.
      } finally {
        const left = (open.get(id) ?? 1) - 1;
        if (left === 0) open.delete(id);
        else open.set(id, left);
      }
    });
    response.headers.set('cache-control', 'no-store');
    return response;
  });
}

/** Writes until the reader goes, may not any more, or all ends. Throws what the guard throws. */
async function tell(
  app: App,
  c: Context<SignedIn>,
  stream: SSEStreamingApi,
  after: string | undefined,
  { guard, beatMs }: LiveOptions,
): Promise<void> {
  let bell = Promise.withResolvers<void>();
  let pending: RecordedChange[] = [];
  let isTooMuch = false;
  let isOver = false;
  let id = '';
  const end = () => {
    isOver = true;
    bell.resolve();
  };
  const keep = (facts: readonly RecordedChange[] | null) => {
    isTooMuch ||= facts === null || pending.length + facts.length > mostPending;
    pending = isTooMuch ? [] : [...pending, ...(facts ?? [])];
  };
  stream.onAbort(end);
  const watch = await app.live.watch(after, (batch) => {
    if (!batch) return end();
    id = batch.id;
    keep(batch.facts);
    bell.resolve();
  });
  try {
    id ||= watch.id;
    keep(watch.missed);
    let nextBeatMs = 0;
    while (!isOver && !stream.aborted) {
      const isTime = performance.now() >= nextBeatMs;
      if (isTime) {
        if (nextBeatMs > 0) await guard(c, async () => {});
        nextBeatMs = performance.now() + beatMs;
      }
      const message = isTooMuch ? { event: 'all', data: '' } : told(c.get('caller'), pending);
      bell = Promise.withResolvers();
      isTooMuch = false;
      pending = [];
      if (message) await stream.writeSSE({ id, ...message });
      else if (isTime) await stream.writeSSE({ id, event: 'alive', data: '' });
      const beat = setTimeout(bell.resolve, Math.max(0, nextBeatMs - performance.now()));
      await bell.promise;
      clearTimeout(beat);
    }
  } finally {
    watch.stop();
  }
}

/** Facts kept for a reader who is slow; after more than that they read all again. */
const mostPending = 5_000;

function told(caller: Caller, facts: readonly RecordedChange[]) {
  const changes = changesFor(caller, facts);
  return changes.length === 0 ? null : { event: 'change', data: JSON.stringify(changes) };
}
