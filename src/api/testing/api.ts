import assert from 'node:assert/strict';
import { type AnswerOrder, startTestApp, type TestApp } from '#app/testing/app.ts';
import { type ProblemDocument, problemMediaType } from '../contract/problem.ts';
import { createApi } from '../server.ts';
import { contractOf } from './contract.ts';

/** One line that the server logged. */
export interface LogLine {
  readonly level: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

export interface Asked {
  readonly method?: string;
  readonly token?: string;
  /** Sent as JSON. */
  readonly json?: unknown;
  readonly text?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Where it comes from; left out: from this very process. */
  readonly address?: string;
}

export interface TestApi extends TestApp {
  readonly api: ReturnType<typeof createApi>;
  readonly log: LogLine[];
  /** The time that rate limits see. */
  readonly clock: { nowMs: number };
  ask(path: string, it?: Asked): Promise<Response>;
  /** Asks for JSON; fails when the status is another. */
  read<Body>(path: string, it: Asked & { status?: number }): Promise<Body>;
}

/** What the API promises, which is the same however often it is started. */
let promised: ReturnType<typeof contractOf> | undefined;

/** The API on a database of its own, asked without a network in between. */
export async function startTestApi(answer?: AnswerOrder): Promise<TestApi> {
  const test = await startTestApp();
  test.startWorker(answer);
  const log: LogLine[] = [];
  const note = (level: string) => (fields: object, message: string) => {
    log.push({ level, fields: { ...fields }, message });
  };
  const clock = { nowMs: 0 };
  const api = createApi(test.app, {
    log: { info: note('info'), warn: note('warn'), error: note('error') },
    publicUrl: 'https://gatehouse.meadow.example',
    version: '1.2.3',
    health: async () => ({ ready: true, checks: [{ name: 'database', ok: true, detail: 'fine' }] }),
    nowMs: () => clock.nowMs,
    beatMs: 100,
  });

  promised ??= contractOf(api);
  const keepsContract = await promised;

  async function ask(path: string, it: Asked = {}): Promise<Response> {
    const { token, json, text, headers = {}, address } = it;
    const body = json === undefined ? text : JSON.stringify(json);
    const method = it.method ?? (body === undefined ? 'GET' : 'POST');
    const request = {
      method,
      headers: {
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    };
    const response = await api.request(path, request, address === undefined ? {} : { address });
    await keepsContract(method, new URL(path, 'http://test').pathname, response.clone());
    return response;
  }

  return {
    ...test,
    api,
    log,
    clock,
    ask,
    async read<Body>(path: string, { status = 200, ...it }: Asked & { status?: number }) {
      const response = await ask(path, it);
      const body = await response.text();
      assert.equal(response.status, status, body);
      return JSON.parse(body) as Body;
    },
  };
}

/** The problem in an answer; fails when it is none, or says more than it may. */
export async function problemIn(response: Response, status: number): Promise<ProblemDocument> {
  const text = await response.text();
  assert.equal(response.status, status, text);
  assert.equal(response.headers.get('content-type'), problemMediaType);
  const problem: ProblemDocument = JSON.parse(text);
  assert.equal(problem.status, status);
  assert.equal(problem.instance, `urn:uuid:${response.headers.get('x-request-id')}`);
  assert.doesNotMatch(text, /\bat .*\.ts:\d+/, 'no stack goes out');
  return problem;
}
