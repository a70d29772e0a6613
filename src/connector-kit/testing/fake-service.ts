type Handler = (
  params: Record<string, string>,
  request: { readonly url: URL; readonly body: unknown; readonly headers: Headers },
) => Response;

export const json = (status: number, body: unknown) => Response.json(body, { status });

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
        const text = await request.text();
        return handler(match.pathname.groups as Record<string, string>, {
          url,
          body: text === '' ? undefined : JSON.parse(text),
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
