import type { Io } from '#connector-kit/contract.ts';
import { type HttpExchange, redactExchange } from '#connector-kit/redact.ts';
import { jsonOf } from '#core/json.ts';

/** Longer bodies are cut: whoever tries something out looks at one account, not at a whole list. */
const longestBody = 20_000;

/** Where a token is asked for or given; nothing of such a body is shown. */
const asksForToken = /(^|[&"])grant_type["=]/;

/**
 * The same outside world, in which every exchange over HTTP is told to whoever listens, without any secret: not those of
 * the connection, nor tokens that the system gave for them.
 */
export function listeningTo(
  io: Io,
  secrets: Iterable<string>,
  heard: (exchange: HttpExchange) => void,
): Io {
  const hidden = new Set(secrets);
  const fetch: Io['fetch'] = async (input, init) => {
    const start = performance.now();
    const started_at = io.now().toISOString();
    const headers = Object.fromEntries(new Headers(init?.headers));
    const [, token] = /^\S+ (.+)$/.exec(headers['authorization'] ?? '') ?? [];
    if (token !== undefined) hidden.add(token);
    const sent = typeof init?.body === 'string' ? init.body : '';
    const isForToken = asksForToken.test(sent);
    const tell = (response: HttpExchange['response']) => {
      const request = {
        method: init?.method ?? 'GET',
        url: String(input instanceof Request ? input.url : input),
        headers,
        body: isForToken ? '[redacted]' : shown(sent),
      };
      const ms = Math.round(performance.now() - start);
      heard(redactExchange({ request, response, started_at, ms }, hidden));
    };

    let response: Response;
    try {
      response = await io.fetch(input, init);
    } catch (error) {
      tell(null);
      throw error;
    }
    const text = await response
      .clone()
      .text()
      .catch(() => '');
    tell({
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: isForToken ? '[redacted]' : shown(text),
    });
    return response;
  };
  return { ...io, fetch };
}

const shown = (text: string): unknown =>
  text.length > longestBody ? `${text.slice(0, longestBody)} …` : (jsonOf(text) ?? text);
