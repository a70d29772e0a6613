import type { Actor, World } from './world-clock.ts';

/*
 * The systems of a history. Each knows what is true in it, which is not always what it shows, and keeps every change
 * and every reading for whoever judges the history afterwards.
 */

/** What is true of one account. */
export interface Truth {
  exists: boolean;
  suspended: boolean;
  sessions: number;
  keys: readonly string[];
  groups: readonly string[];
  /** Each order to hand data over makes one more; a second one is a harm of its own. */
  transfers: readonly { readonly to: string; readonly doneAt: number }[];
}

export interface Account {
  readonly id: string;
  readonly system: string;
  readonly email: string;
  truth: Truth;
  /** Every state so far, the newest last. */
  readonly past: { readonly at: number; readonly truth: Truth }[];
}

export type Act =
  | 'suspend'
  | 'activate'
  | 'end-sessions'
  | 'end-keys'
  | 'leave'
  | 'join'
  | 'delete'
  | 'transfer';

/** Something that a request of ours changed. */
export interface Effect {
  readonly at: number;
  readonly account: Account;
  readonly act: Act;
}

/** A reading that was answered, with what was true and what was shown. */
export interface Look {
  readonly at: number;
  readonly account: Account;
  readonly truth: Truth;
  readonly shown: Truth;
}

/** A request, whatever it asks for. */
export interface Request {
  readonly sentAt: number;
  readonly system: string;
  /** Whose process sent it. */
  readonly by: string;
  /** Whom it is about; null: nobody. */
  readonly email: string | null;
}

/** A request that asks for a change. */
export interface Order {
  readonly sentAt: number;
  readonly account: Account;
  readonly act: Act;
  readonly by: string;
}

/** How often a system misbehaves, out of 1, while it does. */
export interface Moods {
  readonly lost: number;
  readonly late: number;
  readonly noEffect: number;
  readonly cut: number;
  readonly broken: number;
  readonly brokenAfter: number;
  readonly busy: number;
  readonly garbage: number;
  readonly hang: number;
  readonly slow: number;
  readonly forbidden: number;
  readonly stale: number;
  /** How old what is shown then may be. */
  readonly staleMs?: readonly [low: number, high: number];
}

export const calm: Moods = {
  lost: 0,
  late: 0,
  noEffect: 0,
  cut: 0,
  broken: 0,
  brokenAfter: 0,
  busy: 0,
  garbage: 0,
  hang: 0,
  slow: 0,
  forbidden: 0,
  stale: 0,
};

/** An effect comes at most so long after its call, and shows at most so long after it came. */
const latestMs = 120_000;
const usuallyStaleMs = [1_000, 45_000] as const;
const callMs = [2, 60] as const;

export class Systems {
  readonly accounts = new Map<string, Account>();
  readonly effects: Effect[] = [];
  readonly looks: Look[] = [];
  readonly requests: Request[] = [];
  readonly orders: Order[] = [];
  readonly letters: { readonly at: number; readonly to: string; readonly id: string }[] = [];
  readonly moods = new Map<string, Moods>();
  /** Systems that answer nobody until then. */
  readonly downUntil = new Map<string, number>();
  private readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  add(system: string, email: string, truth: Truth): Account {
    const id = `${system}-${email.split('@')[0]}`;
    const account = { id, system, email, truth, past: [{ at: this.world.now, truth }] };
    this.accounts.set(id, account);
    return account;
  }

  /** Something outside changes an account: a synchronisation, an administrator. */
  change(account: Account, truth: Truth): void {
    account.truth = truth;
    account.past.push({ at: this.world.now, truth });
  }

  /** The way out of one process of ours. */
  fetchFor(actor: Actor): typeof globalThis.fetch {
    const { world } = this;
    return (input, init = {}) =>
      new Promise((resolve, reject) => {
        const url = new URL(String(input));
        const method = init.method ?? 'GET';
        const what = `${method} ${url.hostname}${url.pathname}`;
        const { signal, body } = init;
        if (signal?.aborted) return reject(signal.reason);
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
        actor.crossing?.(what, 'before');
        if (actor.dead) return;
        const sentAt = world.now;
        const tell = (it: Answer | null) => () => {
          if (it === null) reject(Object.assign(new Error('cut'), { code: 'ECONNRESET' }));
          else resolve(responseOf(it));
        };
        const answer = (it: Answer | null, afterMs = 0) => {
          world.afterFor(actor, afterMs + this.latency(), () => {
            actor.crossing?.(what, 'after');
            // Whoever froze with the answer on its way learns of it later.
            world.afterFor(actor, 0, tell(it));
          });
        };
        const request = { url, method, what, sentAt, by: actor.name, answer };
        const given = body === undefined ? {} : JSON.parse(String(body));
        // Once it is sent nobody can call it back, whatever becomes of the sender.
        world.after(this.latency(), () => this.serve({ ...request, body: given }));
      });
  }

  private latency(): number {
    const [low, high] = callMs;
    return low + this.world.chance.next() * (high - low);
  }

  private serve(it: Incoming) {
    const { chance, now } = this.world;
    const { url } = it;
    const system = url.hostname.split('.')[0]!;
    const moods = this.moods.get(system) ?? calm;
    const account = this.accounts.get(url.pathname.split('/')[2] ?? '');
    const email = account?.email ?? url.searchParams.get('email');
    this.requests.push({ sentAt: it.sentAt, system, by: it.by, email });
    const say = (mood: string) => this.world.say(`${it.by} ${it.what}: ${mood}`);
    const end = (mood: string, answer?: Answer | null) => {
      say(mood);
      if (answer !== undefined) it.answer(answer);
    };
    // Or nobody ever answers.
    if ((this.downUntil.get(system) ?? 0) > now)
      return end('down', chance.is(0.5) ? null : undefined);
    if (chance.is(moods.cut)) return end('cut', null);
    if (chance.is(moods.broken)) return end('503', { status: 503, body: 'sorry' });
    if (chance.is(moods.forbidden)) return end('403', { status: 403, body: 'no' });
    if (chance.is(moods.busy)) {
      const seconds = `${chance.between(1, 90)}`;
      const headers = { 'retry-after': seconds };
      return end(`429 for ${seconds} s`, { status: 429, body: 'slowly', headers });
    }
    const slowMs = chance.is(moods.slow) ? chance.between(1_000, 25_000) : 0;
    if (it.method !== 'GET') return this.order({ ...it, slowMs, moods, say, end });
    if (chance.is(moods.hang)) return end('hangs');
    if (chance.is(moods.garbage)) return end('garbage', page);
    it.answer({ status: 200, body: this.read(url, system, moods, say) }, slowMs);
  }

  private order(it: IncomingOrder) {
    const { chance } = this.world;
    const { moods, say, end, url, body } = it;
    const good = { status: 200, body: {} };
    if (url.pathname === '/mail') {
      const { to = '', messageId: id = '' } = body;
      this.letters.push({ at: this.world.now, to, id });
      return end(`letter ${id}`, good);
    }
    const [, , id = '', word = ''] = url.pathname.split('/');
    const act = word as Act;
    const account = this.accounts.get(id);
    if (!account?.truth.exists) return end('404', { status: 404, body: 'who?' });
    this.orders.push({ sentAt: it.sentAt, account, act, by: it.by });
    const apply = () => {
      this.apply(account, act, body);
      say('effect');
    };
    // Answers are lost most where it matters most.
    const harm = act === 'transfer' ? 4 : 1;
    if (chance.is(moods.noEffect)) return end('200 without effect', good);
    if (chance.is(moods.late * harm)) {
      const ms = chance.between(1_000, latestMs);
      this.world.after(ms, apply);
      return end(`no answer, effect in ${ms} ms`, chance.is(0.5) ? null : undefined);
    }
    apply();
    if (chance.is(moods.lost * harm)) return end('answer lost', null);
    if (chance.is(moods.hang)) return end('no answer');
    if (chance.is(moods.brokenAfter)) return end('500 after effect', { status: 500, body: 'oops' });
    if (chance.is(moods.garbage)) return end('garbage', page);
    it.answer(good, it.slowMs);
  }

  private apply(account: Account, act: Act, body: Record<string, string>): void {
    const before = account.truth;
    if (!before.exists) return;
    const after = { ...before };
    if (act === 'suspend') after.suspended = true;
    if (act === 'activate') after.suspended = false;
    if (act === 'end-sessions') after.sessions = 0;
    if (act === 'end-keys') after.keys = [];
    if (act === 'leave') after.groups = [];
    if (act === 'join') after.groups = (body['groups'] ?? '').split(',').filter((it) => it !== '');
    if (act === 'delete') after.exists = false;
    if (act === 'transfer') {
      const doneAt = this.world.now + this.world.chance.between(1_000, 90_000);
      after.transfers = [...before.transfers, { to: body['to'] ?? '', doneAt }];
    }
    if (JSON.stringify(before) === JSON.stringify(after)) return;
    this.change(account, after);
    this.effects.push({ at: this.world.now, account, act });
  }

  private read(url: URL, system: string, moods: Moods, say: (mood: string) => void): unknown {
    const { now } = this.world;
    if (url.pathname === '/me') return { actingAs: 'gatehouse' };
    const all = [...this.accounts.values()].filter((it) => it.system === system);
    const [, , id] = url.pathname.split('/');
    if (id === undefined) {
      const email = url.searchParams.get('email');
      const found = all.filter((it) => it.truth.exists && (email === null || it.email === email));
      return found.map((it) => ({ id: it.id, login: it.email, suspended: it.truth.suspended }));
    }
    const account = this.accounts.get(id);
    if (!account) return { missing: true };
    let shown = account.truth;
    if (this.world.chance.is(moods.stale)) {
      const asOf = now - this.world.chance.between(...(moods.staleMs ?? usuallyStaleMs));
      const old = account.past.findLast((it) => it.at <= asOf)?.truth ?? account.past[0]!.truth;
      // What was true once may be shown too long, and what never was is not shown at all: nobody could know better.
      if (!isMoreEnded(old, account.truth)) {
        shown = old;
        say('stale');
      }
    }
    this.looks.push({ at: now, account, truth: account.truth, shown });
    const transfers = shown.transfers.map((it) => ({ to: it.to, done: it.doneAt <= now }));
    return { ...shown, transfers };
  }
}

const isMoreEnded = (a: Truth, b: Truth): boolean =>
  (a.suspended && !b.suspended) ||
  a.sessions < b.sessions ||
  a.keys.length < b.keys.length ||
  a.groups.length < b.groups.length ||
  (!a.exists && b.exists);

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A page for people where JSON was due. */
const page: Answer = { status: 200, body: '<html>' };

interface Incoming {
  readonly url: URL;
  readonly method: string;
  readonly body: Readonly<Record<string, string>>;
  readonly what: string;
  readonly sentAt: number;
  readonly by: string;
  /** Null: the connection is cut. */
  readonly answer: (it: Answer | null, afterMs?: number) => void;
}

interface IncomingOrder extends Incoming {
  readonly slowMs: number;
  readonly moods: Moods;
  readonly say: (mood: string) => void;
  readonly end: (mood: string, answer?: Answer | null) => void;
}

/** As much of a Response as is read of one. */
function responseOf(it: Answer): Response {
  const text = typeof it.body === 'string' ? it.body : JSON.stringify(it.body);
  const type = text.startsWith('<') ? 'text/html' : 'application/json';
  return {
    ok: it.status < 300,
    status: it.status,
    headers: new Headers({ 'content-type': type, ...it.headers }),
    text: async () => text,
    body: { cancel: async () => {} },
  } as unknown as Response;
}
