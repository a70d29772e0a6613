import { fakeService, json } from '#connector-kit/testing/fake-service.ts';

export interface FakeUser {
  readonly id: string;
  readonly email: string;
  active?: boolean;
}

export interface FakeSampleOptions {
  readonly users: FakeUser[];
  readonly token?: string;
  readonly pageSize?: number;
}

/** A small Sample in memory. Keep every quirk of the real one here that your code has to know. */
export function fakeSample({ users, token = 'a token', pageSize = 100 }: FakeSampleOptions) {
  const service = fakeService({
    'GET /api/me': guarded(() => json(200, shown({ id: 'me', email: 'gatehouse@meadow.example' }))),
    'GET /api/users': guarded((_, url) => {
      const email = url.searchParams.get('email');
      const found = users.filter((it) => email === null || it.email.includes(email));
      const from = Number(url.searchParams.get('after') ?? 0);
      const next = from + pageSize < found.length ? `${from + pageSize}` : null;
      return json(200, { users: found.slice(from, from + pageSize).map(shown), next });
    }),
    'GET /api/users/:id': guarded(({ id }) => {
      const user = users.find((it) => it.id === id);
      return user ? json(200, shown(user)) : json(404, { message: 'no such user' });
    }),
    'PATCH /api/users/:id': guarded(({ id }, _, body) => {
      const user = users.find((it) => it.id === id);
      if (!user) return json(404, { message: 'no such user' });
      Object.assign(user, body);
      return json(200, shown(user));
    }),
  });
  return { ...service, users };

  type Answer = (params: Record<string, string>, url: URL, body: unknown) => Response;
  function guarded(answer: Answer): Parameters<typeof fakeService>[0][string] {
    return (params, { url, headers, body }) =>
      headers.get('authorization') === `Bearer ${token}`
        ? answer(params, url, body)
        : json(401, { message: 'unknown token' });
  }
}

const shown = ({ id, email, active = true }: FakeUser) => ({ id, email, active });
