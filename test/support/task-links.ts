import { createHash } from 'node:crypto';
import type { App } from '#app/app.ts';
import { until } from '#core/testing/until.ts';
import { type RunningApi, startApi } from '../../src/api/start.ts';
import type { TestGatehouse } from './gatehouse.ts';

/** The web server on ports of its own, for pages that people open with a browser. */
export function startWeb(app: App): Promise<RunningApi> {
  const anyPort = { host: '127.0.0.1', port: 0 };
  return startApi(app, {
    configuration: { listen: anyPort, metricsListen: anyPort, publicUrl: undefined },
    log: { info() {}, warn() {}, error: (fields) => console.error(fields) },
  });
}

interface Letter {
  readonly text: string;
}

/** Where the link of a letter about a task leads, on the server of the test. */
export const linkIn = (web: RunningApi, letter: Letter): string =>
  `${web.url}/task/${tokenIn(letter)}`;

function tokenIn({ text }: Letter): string {
  const [, token] = /\/task\/([A-Za-z0-9_-]{43})\n/.exec(text) ?? [];
  if (token === undefined) throw new Error(`there is no link in: ${text}`);
  return token;
}

/** The page that a browser shows once the form behind a letter is sent; it knows nothing but forms. */
export async function answerByLink(
  gatehouse: TestGatehouse,
  web: RunningApi,
  letter: Letter,
  fields: Readonly<Record<string, string>>,
): Promise<string> {
  const hash = createHash('sha256').update(tokenIn(letter)).digest();
  // Whom the engine asks is stored once all of them are written to: nobody reads faster than that.
  await until('the task to be asked', async () => {
    const [asked] = await gatehouse.rows(
      `select from steps join task_links on step_id = steps.id
        where token_hash = $1 and assignment -> 'people' <> '[]'`,
      hash,
    );
    return asked;
  });
  const answer = await fetch(linkIn(web, letter), {
    method: 'POST',
    body: new URLSearchParams(fields),
    headers: { 'sec-fetch-site': 'same-origin' },
  });
  return answer.text();
}
