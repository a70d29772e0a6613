import type { Io, PlannedRequest } from '#connector-kit/contract.ts';
import { openHttp } from '#connector-kit/http.ts';
import { redactText } from '#connector-kit/redact.ts';
import { ConnectorError } from '#core/failure.ts';
import type { Description } from './description.ts';
import { type FailureRule, failureBy } from './failures.ts';
import type { Json } from './pointer.ts';
import { fill, type Request, type Values } from './request.ts';
import type { Settings } from './settings.ts';
import { openSignIn } from './sign-in.ts';

/** One described system, opened. */
export interface Client {
  readonly description: Description;
  readonly knownAccount: Settings['knownAccount'];
  /** The user or the client id that we sign in with. */
  readonly signedInAs: string | undefined;
  /** Sends one request and hands over the answer, or throws what went wrong. */
  ask(request: Request, values: Values, page?: Page): Promise<Answer>;
  /** The same request as it would be sent. */
  written(request: Request, values: Values): PlannedRequest;
}

/** Which page of a list: query parameters to add, or the address that the system gave. */
export type Page = { readonly query: Readonly<Record<string, string>> } | { readonly url: string };

export interface Answer {
  /** Undefined: an empty body, or one that the description ignores. */
  readonly body: Json | undefined;
  readonly headers: Headers;
  /** What was asked, and where: links in the answer count from here. */
  readonly url: string;
  /** Method, path and status, for evidence. */
  readonly summary: string;
}

export function openClient(settings: Settings, io: Io): Client {
  const { address, description, knownAccount } = settings;
  const base = new URL(address.endsWith('/') ? address : `${address}/`);
  const signIn = openSignIn(settings, io);

  async function ask(request: Request, values: Values, page?: Page): Promise<Answer> {
    try {
      const headers = await signIn.headers();
      try {
        return await askOnce(request, values, page, headers);
      } catch (error) {
        // Refused is not done: with a token that was taken back early, nothing was carried out.
        if (!signIn.renew || !isUnauthenticated(error)) throw error;
        await signIn.renew();
        return await askOnce(request, values, page, await signIn.headers());
      }
    } catch (error) {
      throw error instanceof ConnectorError ? withoutSecrets(error, signIn.secrets()) : error;
    }
  }

  async function askOnce(
    request: Request,
    values: Values,
    page: Page | undefined,
    signed: Readonly<Record<string, string>>,
  ): Promise<Answer> {
    const { method, target, json, form } = fill(request, values);
    const rules = [...(request.failures ?? []), ...(description.failures ?? [])];
    const url = new URL(page && 'url' in page ? page.url : `.${target}`, base);
    if (page && 'query' in page) {
      for (const [name, value] of Object.entries(page.query)) url.searchParams.set(name, value);
    }
    const called = `${method} ${url.pathname}`;

    // The kit sends JSON and knows the usual meaning of a status. What else a description may
    // say, a form and rules of its own for an error, goes in between.
    const fetch: Io['fetch'] = async (input, init) => {
      const headers = new Headers(init?.headers);
      if (form) headers.set('content-type', 'application/x-www-form-urlencoded');
      const response = await io.fetch(input, {
        ...init,
        headers: Object.fromEntries(headers),
        ...(form ? { body: form.toString() } : {}),
      });
      if (!response.ok) {
        const body = jsonOf(await response.clone().text());
        const failure = failureBy(rules, response.status, body, called);
        if (failure) throw new ConnectorError(failure);
      }
      return response;
    };

    const headers = { ...description.headers, ...signed };
    const http = openHttp({ ...io, fetch }, { baseUrl: base.href, headers });
    const response = await http.send(method, url.href, json);
    const body = await read(response, request, rules, called);
    const summary = `${called} answered ${response.status}.`;
    return { body, headers: response.headers, url: url.href, summary };
  }

  async function read(
    response: Response,
    request: Request,
    rules: readonly FailureRule[],
    called: string,
  ) {
    const text = await response.text().catch((cause: unknown) => {
      const detail = `${called}: the answer broke off`;
      throw new ConnectorError({ kind: 'unavailable', detail }, { cause });
    });
    const isIgnored = request.answer === 'ignored';
    const body = isIgnored ? undefined : jsonOf(text);
    const counting = isIgnored ? rules.filter((it) => it.at === undefined) : rules;
    const failure = failureBy(counting, response.status, body, called);
    if (failure) throw new ConnectorError(failure);
    if (!isIgnored && body === undefined && text.trim() !== '') {
      // A page for people where data was due, most likely a sign-in page.
      const detail = `${called} answered ${response.status} with something that is not JSON`;
      throw new ConnectorError({ kind: 'unexpected', detail });
    }
    return body;
  }

  function written(request: Request, values: Values): PlannedRequest {
    const { method, target, json, form } = fill(request, values);
    const body = form ? Object.fromEntries(form) : (json ?? null);
    return { method, url: new URL(`.${target}`, base).href, body };
  }

  const signedInAs = settings.user ?? settings.clientId;
  return { description, knownAccount, signedInAs, ask, written };
}

function jsonOf(text: string): Json | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isUnauthenticated = (error: unknown): boolean =>
  error instanceof ConnectorError && error.failure.kind === 'unauthenticated';

/** Some systems repeat what they were sent. The cause goes too: its message would say it again. */
function withoutSecrets(error: ConnectorError, secrets: readonly string[]): ConnectorError {
  const detail = redactText(error.failure.detail, secrets);
  return detail === error.failure.detail ? error : new ConnectorError({ ...error.failure, detail });
}
