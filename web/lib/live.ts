import { useSyncExternalStore } from 'react';
import type { Change } from '#core/live.ts';
import { messageReader, type StreamMessage } from './event-stream.ts';
import { isTouched } from './live-paths.ts';
import { queries } from './queries.ts';

/** Whether changes made elsewhere appear by themselves; since when not, where they did before. */
export interface LiveState {
  readonly isLive: boolean;
  readonly since: string | null;
}

/** What the tab that reads the stream tells the other tabs of this browser, and what a new one asks. */
type Word =
  | { readonly kind: 'ask' }
  | { readonly kind: 'state'; readonly state: LiveState; readonly last: string }
  | { readonly kind: 'changed'; readonly changes: readonly Change[] | 'all' };

const name = 'gatehouse-live';
/** The server speaks every 15 s; a line that is silent for this long is dead. */
const silentMs = 40_000;
const [firstWaitMs, longestWaitMs] = [1_000, 30_000];
/** While much changes, pages are read again at most this often. */
const restMs = 2_000;

const listeners = new Set<() => void>();
let state: LiveState = { isLive: false, since: null };
let last = '';
let channel: BroadcastChannel | undefined;

/** Whether changes made elsewhere appear by themselves. The first who asks begins it, for all of the page. */
export function useLive(): LiveState {
  return useSyncExternalStore(subscribe, () => state);
}

function subscribe(listener: () => void): () => void {
  if (!channel) begin();
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/**
 * One tab of a browser reads the stream and tells the others; when it goes, another takes over. Where there
 * are no locks (a page without TLS under a name) each tab reads for itself.
 */
function begin(): void {
  channel = new BroadcastChannel(name);
  channel.onmessage = ({ data }: MessageEvent<Word>) => hear(data);
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) void flush();
  });
  if (!('locks' in navigator)) return void follow(() => {});
  void navigator.locks.request(name, () => follow(say));
  say({ kind: 'ask' });
}

const say = (word: Word) => channel?.postMessage(word);
let isReader = false;

function hear(word: Word): void {
  if (word.kind === 'ask') {
    if (isReader) say({ kind: 'state', state, last });
  } else if (word.kind === 'state') {
    last = word.last;
    become(word.state);
  } else changed(word.changes);
}

function become(next: LiveState): void {
  if (next.isLive === state.isLive && next.since === state.since) return;
  state = next;
  for (const listener of listeners) listener();
}

/** Reads the stream, again whenever it ends, for as long as the page lives. */
async function follow(tell: (word: Word) => void): Promise<never> {
  isReader = true;
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
    const heardOf = await readOnce(tell).catch(() => false);
    if (heardOf) waitMs = firstWaitMs;
    become({ isLive: false, since: state.since ?? (heardOf ? new Date().toISOString() : null) });
    tell({ kind: 'state', state, last });
    await new Promise((resolve) => setTimeout(resolve, waitMs * (0.7 + 0.6 * Math.random())));
  }
}

/** Reads until the stream ends or falls silent; whether anything came. Throws when it cannot be had. */
async function readOnce(tell: (word: Word) => void): Promise<boolean> {
  const leaving = new AbortController();
  let silence = setTimeout(() => leaving.abort(), silentMs);
  let heardOf = false;
  try {
    const response = await fetch('/api/v1/live', {
      credentials: 'same-origin',
      headers: {
        accept: 'text/event-stream',
        // No person asks for it, so it keeps no session alive.
        'gatehouse-unattended': 'yes',
        ...(last ? { 'last-event-id': last } : {}),
      },
      signal: leaving.signal,
    });
    if (response.status === 401) signInAgain();
    if (!response.ok || !response.body) return false;
    const read = messageReader();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return heardOf;
      clearTimeout(silence);
      silence = setTimeout(() => leaving.abort(), silentMs);
      for (const message of read(value)) take(message, tell);
      heardOf = true;
    }
  } catch (error) {
    if (heardOf) return true;
    throw error;
  } finally {
    clearTimeout(silence);
  }
}

/** Whoever is not signed in any more comes back to where they were. */
function signInAgain(): void {
  const { pathname, search } = window.location;
  window.location.assign(`/sign-in?to=${encodeURIComponent(pathname + search)}`);
}

function take({ event, id, data }: StreamMessage, tell: (word: Word) => void) {
  if (last === '') setTimeout(renewIdle, restMs);
  last = id || last;
  become({ isLive: true, since: null });
  tell({ kind: 'state', state, last });
  const changes = event === 'all' ? 'all' : event === 'change' ? JSON.parse(data) : null;
  if (!changes) return;
  tell({ kind: 'changed', changes });
  changed(changes);
}

/**
 * What was asked for before the first message may have changed before it. Read anew a moment later: who has just
 * opened a page sees it first.
 */
const renewIdle = () =>
  void queries.invalidateQueries({
    predicate: ({ queryKey: [path], state }) => isOfPage(path) && state.fetchStatus === 'idle',
  });

const isOfPage = (path: unknown): path is string => typeof path === 'string' && path !== '/session';

let waiting: Change[] | 'all' = [];
let resting: ReturnType<typeof setTimeout> | undefined;

function changed(changes: readonly Change[] | 'all'): void {
  waiting = waiting === 'all' || changes === 'all' ? 'all' : [...waiting, ...changes];
  void flush();
}

/** Reads anew what is shown and was touched; a tab that nobody sees waits until somebody does. */
async function flush(): Promise<void> {
  if (resting || document.hidden || waiting.length === 0) return;
  const changes = waiting;
  waiting = [];
  resting = setTimeout(() => {
    resting = undefined;
    void flush();
  }, restMs);
  await queries.invalidateQueries({
    predicate: ({ queryKey: [path] }) =>
      isOfPage(path) && (changes === 'all' || isTouched(path, changes)),
  });
}
