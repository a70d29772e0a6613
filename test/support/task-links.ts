import type { App } from '#app/app.ts';
import { type RunningApi, startApi } from '../../src/api/start.ts';

/** The web server on ports of its own, for pages that people open with a browser. */
export function startWeb(app: App): Promise<RunningApi> {
  const anyPort = { host: '127.0.0.1', port: 0 };
  return startApi(app, {
    configuration: { listen: anyPort, metricsListen: anyPort, publicUrl: undefined },
    log: { info() {}, warn() {}, error: (fields) => console.error(fields) },
  });
}

/** Where the link of a letter about a task leads, on the server of the test. */
export function linkIn(web: RunningApi, letter: { readonly text: string }): string {
  const [, token] = /\/task\/([A-Za-z0-9_-]{43})\n/.exec(letter.text) ?? [];
  if (token === undefined) throw new Error(`there is no link in: ${letter.text}`);
  return `${web.url}/task/${token}`;
}

/** The page that a browser shows once the form behind a letter is sent; it knows nothing but forms. */
export async function answerByLink(
  web: RunningApi,
  letter: { readonly text: string },
  fields: Readonly<Record<string, string>>,
): Promise<string> {
  const answer = await fetch(linkIn(web, letter), {
    method: 'POST',
    body: new URLSearchParams(fields),
    headers: { 'sec-fetch-site': 'same-origin' },
  });
  return answer.text();
}
