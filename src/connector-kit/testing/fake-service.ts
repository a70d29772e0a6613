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

/**
 * A `fetch` that answers from handlers such as `'GET /users/:id'`.
 *
 * `failNext` makes the next request end badly, whatever it is.
 */
export function fakeService(handlers: Record<string, Handler>) {
  let failure: Response | Error | null = null;

  const routes = Object.entries(handlers).map(([route, handler]) => {
    const [method, pathname] = route.split(' ');
    return { method, pattern: new URLPattern({ pathname: pathname! }), handler };
  });

  async function fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const request = new Request(input, init);
    const url = new URL(request.url);

    if (failure) {
      const ending = failure;
      failure = null;
      if (ending instanceof Error) throw ending;
      return ending;
    }
    for (const { method, pattern, handler } of routes) {
      const match = pattern.exec({ pathname: url.pathname });
      if (match && method === request.method) {
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
