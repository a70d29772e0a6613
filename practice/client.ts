import { z } from 'zod';

/** One user of Gatehouse, as they reach it: over HTTP, with a token. */
export interface Client {
  readonly name: string;
  get<Shape extends z.ZodType>(path: string, shape: Shape): Promise<z.output<Shape>>;
  /** `body` goes as JSON; text goes as it is, with its media type. */
  send<Shape extends z.ZodType>(
    method: 'POST' | 'PUT' | 'PATCH',
    path: string,
    shape: Shape,
    body?: unknown,
    mediaType?: string,
  ): Promise<z.output<Shape>>;
  /** A file, as text. */
  download(path: string): Promise<string>;
}

const Problem = z.object({
  title: z.string().optional(),
  detail: z.string().optional(),
  errors: z.unknown().optional(),
});

export function openClient(url: string, name: string, token: string): Client {
  async function ask(method: string, path: string, body?: unknown, mediaType?: string) {
    const isText = typeof body === 'string';
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': mediaType ?? 'application/json' }),
      },
      ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    if (response.ok) return text;
    throw new Error(`${method} ${path} was answered ${response.status}: ${reasonIn(text)}`);
  }
  return {
    name,
    get: async (path, shape) => shape.parse(JSON.parse(await ask('GET', path))),
    send: async (method, path, shape, body, mediaType) =>
      shape.parse(JSON.parse(await ask(method, path, body, mediaType))),
    download: (path) => ask('GET', path),
  };
}

/** What a problem document says, or the answer itself. */
function reasonIn(text: string): string {
  try {
    const { title, detail, errors } = Problem.parse(JSON.parse(text));
    return [title, detail, errors === undefined ? undefined : JSON.stringify(errors)]
      .filter((it) => it !== undefined)
      .join(' ');
  } catch {
    return text.slice(0, 500);
  }
}
