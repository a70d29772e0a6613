import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createApi } from '../../src/api/server.ts';
import type { TestGatehouse } from './gatehouse.ts';

export const core = 'urn:ietf:params:scim:schemas:core:2.0';
export const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const messages = 'urn:ietf:params:scim:api:messages:2.0';

/** What a SCIM server may answer, as far as tests look at it. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look at it from the outside, as a provider does
  readonly body: any;
}

/** The HTTP face of a Gatehouse for identity providers, each with an address and a token of its own. */
export function providersOf(gatehouse: TestGatehouse) {
  const clock = { nowMs: 0 };
  const logs: string[] = [];
  const note = (fields: object) => void logs.push(JSON.stringify(fields));
  const api = createApi(gatehouse.app, {
    log: { info: note, warn: note, error: (fields) => console.error(fields) },
    publicUrl: gatehouse.app.publicUrl,
    version: '0.0.0',
    health: async () => ({ ready: true, checks: [] }),
    nowMs: () => clock.nowMs,
  });

  /** Connects a provider. */
  async function connect(id: string, settings: object = {}) {
    const token = randomBytes(32).toString('hex');
    await gatehouse.connect({ id, connector: 'scim-inbound', settings: { token, ...settings } });
    return provider(id, token);
  }

  function provider(id: string, token: string) {
    async function send(
      method: string,
      path: string,
      body?: unknown,
      headers: Readonly<Record<string, string>> = {},
    ): Promise<Answer> {
      const response = await api.request(`/scim/${id}/v2${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/scim+json' }),
          ...headers,
        },
        ...(body === undefined
          ? {}
          : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const type = response.headers.get('content-type');
      assert.equal(type, text === '' ? null : 'application/scim+json', text);
      return {
        status: response.status,
        headers: response.headers,
        body: text === '' ? null : JSON.parse(text),
      };
    }
    return {
      id,
      token,
      send,
      /** Makes a user and returns their id. */
      async make(userName: string, more: object = {}): Promise<string> {
        const user = { schemas: [`${core}:User`], userName, active: true, ...more };
        const { status, body } = await send('POST', '/Users', user);
        assert.equal(status, 201, JSON.stringify(body));
        return body.id;
      },
      patch: (path: string, ...Operations: object[]) =>
        send('PATCH', path, { schemas: [`${messages}:PatchOp`], Operations }),
      bulk: (Operations: object[], failOnErrors?: number) =>
        send('POST', '/Bulk', {
          schemas: [`${messages}:BulkRequest`],
          ...(failOnErrors === undefined ? {} : { failOnErrors }),
          Operations,
        }),
      find: async (filter: string, more = '', list = 'Users') =>
        send('GET', `/${list}?filter=${encodeURIComponent(filter)}${more}`),
    };
  }

  return { api, clock, logs, connect, provider };
}

export type Provider = Awaited<ReturnType<ReturnType<typeof providersOf>['connect']>>;

/** Fails unless it is a mistake in the words of SCIM. */
export function assertRefused(answer: Answer, status: number, scimType?: string): void {
  const { body } = answer;
  assert.equal(answer.status, status, JSON.stringify(body));
  assert.deepEqual(body.schemas, [`${messages}:Error`]);
  assert.equal(body.status, String(status));
  assert.equal(body.scimType, scimType, body.detail);
  assert.ok(body.detail.length > 0);
}
