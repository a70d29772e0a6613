type Handler = (
  params: Record<string, string>,
  request: {
    readonly url: URL;
    /** What JSON says, a `FormData`, or the bytes of anything else; undefined: there was none. */
    readonly body: unknown;
    readonly headers: Headers;
  },
) => Response | Promise<Response>;

export const json = (status: number, body: unknown) => Response.json(body, { status });

async function bodyOf(request: Request): Promise<unknown> {
  const type = request.headers.get('content-type') ?? 'application/json';
  if (type.startsWith('multipart/form-data')) return request.formData();
  const bytes = Buffer.from(await request.arrayBuffer());
  if (bytes.length === 0) return undefined;
  // A file that hangs on something stays a file, also where it holds JSON.
  return type.includes('json') && !request.url.includes('/attachment/')
    ? JSON.parse(bytes.toString())
    : bytes;
}

interface Route {
  readonly method: string;
  /** What every path of it begins with, since a look is cheaper than the pattern. */
  readonly begins: string;
  readonly pattern: URLPattern;
}

/** A trial makes thousands of the same fakes. */
const routes = new Map<string, Route>();

function routeOf(text: string): Route {
  const present = routes.get(text);
  if (present) return present;
  const [method = '', pathname = ''] = text.split(' ');
  const [begins = ''] = /^[\w/.~-]*/.exec(pathname) ?? [];
  const made = { method, begins, pattern: new URLPattern({ pathname }) };
  routes.set(text, made);
  return made;
}

/**
 * A `fetch` that answers from handlers such as `'GET /users/:id'`.
 *
 * `failNext` makes the next request end badly, whatever it is.
 */
export function fakeService(handlers: Record<string, Handler>) {
  let failure: Response | Error | null = null;

  const served = Object.entries(handlers).map(([route, handler]) => ({
    ...routeOf(route),
    handler,
  }));

  async function fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const request = new Request(input, init);
    const url = new URL(request.url);

    if (failure) {
      const ending = failure;
      failure = null;
      if (ending instanceof Error) throw ending;
      return ending;
    }
    for (const { method, begins, pattern, handler } of served) {
      if (method !== request.method || !url.pathname.startsWith(begins)) continue;
      const match = pattern.exec({ pathname: url.pathname });
      if (match) {
        return handler(match.pathname.groups as Record<string, string>, {
          url,
          body: await bodyOf(request),
          headers: request.headers,
        });
      }
    }
    throw new Error(`The fake has no handler for ${request.method} ${url.pathname}`);
  }

  return {
    fetch,
    failNext(ending: Response | Error) {
      failure = ending;
    },
  };
}
