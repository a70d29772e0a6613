import type { Io } from '#connector-kit/contract.ts';
import type { Capability } from '#core/capability.ts';
import { type Client, openClient } from './client.ts';
import { type DescriptionFile, draftOf, type Sample } from './library.ts';
import type { Request as Described } from './request.ts';
import { type Settings, settings } from './settings.ts';

/** What a described system is asked, played for tests. */
export interface Playing {
  readonly client: Client;
  /** How many of the answers nobody asked for yet. */
  left(): number;
  /** Whether each request of this part has been sent. */
  wasAskedFor(part: 'apply' | 'restore'): boolean;
}

interface Part {
  /** One after the other, whatever is asked. */
  readonly answers?: readonly Sample[];
  /** Or the system of one account, which this changes. */
  readonly capability?: Capability;
}

const knownId = 'the-known-account';

/** Settings that fit the file, with made-up credentials. */
export function settingsOf(file: DescriptionFile, known = knownId): Settings {
  const { refreshToken, ...draft } = draftOf(file);
  return settings.parse({
    ...draft,
    secret: 'a-made-up-secret',
    ...(refreshToken === undefined ? {} : { refreshToken: 'r-1', accessToken: 'a-1' }),
    knownAccount: { id: known, email: 'known@meadow.example' },
  });
}

/**
 * A system that has the samples of the file for answers, and knows no request but those of its description. The
 * account is as `before` until every request of `apply` came, then as `after`, and as `before` again after `restore`.
 */
export function playing(file: DescriptionFile, { answers, capability }: Part): Playing {
  const queue = [...(answers ?? [])];
  const asked = { apply: new Set<Described>(), restore: new Set<Described>() };
  const described = capability && file.description.capabilities[capability];
  const samples = capability && file.samples?.capabilities[capability];
  const steps = { apply: described?.apply ?? [], restore: described?.restore ?? [] };
  const wasAskedFor = (part: 'apply' | 'restore') => steps[part].every((it) => asked[part].has(it));
  let now: 'before' | 'after' = 'before';

  function answerTo(request: Sent): Sample {
    if (described === undefined) {
      const next = queue.shift();
      if (next) return next;
      throw new Error(`nobody expected ${request.method} ${request.url.pathname}`);
    }
    if (described.read && fits(described.read.request, request, file)) {
      const isKnown = decodeURIComponent(`${request.url}${request.body}`).includes(knownId);
      const sample = samples?.[isKnown ? 'before' : now];
      if (sample) return sample;
    }
    for (const part of ['apply', 'restore'] as const) {
      const before = now === 'before' ? 'apply' : 'restore';
      const step = steps[part].find(
        (it) => part === before && fits(it, request, file) && isOpen(it),
      );
      if (!step) continue;
      asked[part].add(step);
      if (wasAskedFor(part)) now = part === 'apply' ? 'after' : 'before';
      return samples?.applied ?? { status: 204 };
    }
    const { one } = file.description;
    if (one && fits(one.request, request, file) && file.samples?.one) return file.samples.one;
    throw new Error(`nobody described ${request.method} ${request.url}`);
  }
  /** Steps that look alike but for their values are told apart by which of them came already. */
  const isOpen = (step: Described) => !asked.apply.has(step) && !asked.restore.has(step);

  const io: Io = {
    now: () => new Date('2026-11-30T00:00:00Z'),
    ca: null,
    address: () => Promise.reject(new Error('Only HTTP is spoken here')),
    replaceSecrets: () => Promise.reject(new Error('the access token is good')),
    async fetch(input, init) {
      const request = new Request(input, init);
      if (request.url === file.connect?.tokenAddress) {
        return Response.json({ access_token: 'a-2', token_type: 'bearer', expires_in: 3600 });
      }
      const body = await request.text();
      const {
        status = 200,
        headers = {},
        body: answer,
      } = answerTo({
        method: request.method,
        url: new URL(request.url),
        body,
      });
      const text = answer === undefined ? null : JSON.stringify(answer);
      return new Response(text, { status, headers });
    },
  };
  const client = openClient(settingsOf(file, capability ? knownId : file.samples?.account.id), io);
  return { client, left: () => queue.length, wasAskedFor };
}

interface Sent {
  readonly method: string;
  readonly url: URL;
  readonly body: string;
}

/** Whether what was sent is this request, with whatever stands in the place of its placeholders. */
function fits(described: Described, { method, url, body }: Sent, file: DescriptionFile): boolean {
  const base = new URL(file.connect?.address ?? 'http://nowhere.invalid').pathname.replace(
    /\/$/,
    '',
  );
  return (
    method === described.method &&
    like(described.path, decodeURIComponent(url.pathname.slice(base.length))) &&
    Object.entries(described.query ?? {}).every(([name, value]) =>
      like(String(value), url.searchParams.get(name) ?? ''),
    ) &&
    like(described.json === undefined ? '' : JSON.stringify(described.json), body)
  );
}

function like(template: string, text: string): boolean {
  const parts = template
    .split(/"?\{[\w.]+\}"?/)
    .map((it) => it.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.+')}$`).test(text);
}
