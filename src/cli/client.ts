import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { ProblemDocument, problemMediaType } from '#api/contract/problem.ts';
import { CliProblem } from './io.ts';
import type { ServerAddress } from './server-address.ts';

/** What the API refused, with its reasons field by field. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly problem: ProblemDocument;

  constructor(problem: ProblemDocument) {
    super(problem.detail);
    this.problem = problem;
  }
}

/** Nobody answered; trying again later may help. */
export class Unreachable extends CliProblem {}

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** The HTTP API, as commands use it. Throws {@link Refused}, or a {@link CliProblem}. */
export interface Client {
  get<Shape extends z.ZodType>(path: string, shape: Shape, query?: Query): Promise<z.output<Shape>>;
  /** Sends JSON; undefined: nothing. */
  send<Shape extends z.ZodType>(
    method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body: unknown,
    shape: Shape,
  ): Promise<z.output<Shape>>;
  /** Sends a file as it is. */
  sendFile<Shape extends z.ZodType>(
    path: string,
    file: { readonly bytes: Uint8Array; readonly type: string },
    shape: Shape,
    method?: 'POST' | 'PUT',
  ): Promise<z.output<Shape>>;
  /** The pieces of a file that is too large to hold. */
  download(path: string, query: Query): AsyncIterable<Uint8Array>;
}

interface Sent {
  readonly method: string;
  readonly query?: Query | undefined;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly type?: string;
}

export function openClient({ url, token }: ServerAddress): Client {
  async function ask(path: string, it: Sent): Promise<Response> {
    const address = new URL(`${url}/api/v1${path}`);
    for (const [name, value] of Object.entries(it.query ?? {})) {
      if (value !== undefined) address.searchParams.set(name, String(value));
    }
    let response: Response;
    try {
      response = await fetch(address, {
        method: it.method,
        // A redirect would carry the key to somewhere else.
        redirect: 'error',
        headers: {
          authorization: `Bearer ${token}`,
          accept: `application/json, ${problemMediaType}, */*`,
          ...(it.type ? { 'content-type': it.type } : {}),
          ...(it.method === 'POST' ? { 'idempotency-key': randomUUID() } : {}),
        },
        ...(it.body === undefined ? {} : { body: it.body }),
      });
    } catch (error) {
      throw unreachable(url, error);
    }
    if (response.ok) return response;
    const refused = ProblemDocument.safeParse(await response.json().catch(() => undefined));
    if (refused.success) throw new Refused(refused.data);
    throw new CliProblem(
      `${url} answered ${response.status}, and not as Gatehouse would. ` +
        'Check GATEHOUSE_URL, and what stands in front of it.',
    );
  }

  async function read<Shape extends z.ZodType>(
    response: Response,
    shape: Shape,
  ): Promise<z.output<Shape>> {
    const body: unknown =
      response.status === 204 ? undefined : await response.json().catch(() => undefined);
    const parsed = shape.safeParse(body);
    if (parsed.success) return parsed.data;
    throw new CliProblem(
      `What answers at ${url} does not speak as this version of Gatehouse does. ` +
        'Check GATEHOUSE_URL, and use the command line of the same version as the server.',
      1,
      { cause: parsed.error },
    );
  }

  return {
    async get(path, shape, query) {
      return read(await ask(path, { method: 'GET', query }), shape);
    },
    async send(method, path, body, shape) {
      const json =
        body === undefined ? {} : { body: JSON.stringify(body), type: 'application/json' };
      return read(await ask(path, { method, ...json }), shape);
    },
    async sendFile(path, { bytes, type }, shape, method = 'POST') {
      return read(await ask(path, { method, body: new Uint8Array(bytes), type }), shape);
    },
    async *download(path, query) {
      const response = await ask(path, { method: 'GET', query });
      try {
        for await (const piece of response.body ?? []) yield piece;
      } catch (error) {
        throw new CliProblem(
          'The answer was cut off before its end; what has arrived is not all of it. Try again.',
          1,
          { cause: error },
        );
      }
    },
  };
}

function unreachable(url: string, error: unknown): CliProblem {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (code === 'UND_ERR_HEADERS_TIMEOUT') {
    return new CliProblem(
      'There is no answer after five minutes. The server may still be at it; look again later.',
    );
  }
  const reasons: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'nothing listens there',
    ENOTFOUND: 'there is no such name',
    ECONNRESET: 'the connection was cut',
    UND_ERR_SOCKET: 'the connection was cut',
  };
  const why = reasons[code] ?? (cause instanceof Error ? cause.message : String(cause));
  return new Unreachable(
    `Gatehouse does not answer at ${url} (${why}). Start it there with "gatehouse serve", ` +
      'or say with GATEHOUSE_URL where it runs.',
    1,
    { cause: error },
  );
}
