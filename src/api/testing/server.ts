import type { AnswerOrder } from '#app/testing/app.ts';
import { type Listening, listen } from '../listen.ts';
import { startTestApi, type TestApi } from './api.ts';

export interface TestServer extends TestApi, Listening {}

/** The API behind a real socket. Whoever starts it stops it. */
export async function startTestServer(answer?: AnswerOrder): Promise<TestServer> {
  const test = await startTestApi(answer);
  const log = { info() {}, warn() {}, error() {} };
  const listening = await listen((it) => test.api.fetch(it), { host: '127.0.0.1', port: 0, log });
  return { ...test, ...listening };
}
