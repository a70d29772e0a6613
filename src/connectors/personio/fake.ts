import { fakeService, json } from '#connector-kit/testing/fake-service.ts';

export interface FakeTermination {
  termination_date?: string;
  last_working_day?: string;
  type?: string;
  reason?: string;
}

export interface FakeEmployment {
  id: string;
  status: 'ACTIVE' | 'INACTIVE' | 'ONBOARDING' | 'LEAVE' | 'UNSPECIFIED';
  employment_start_date?: string;
  employment_end_date?: string;
  contract_end_date?: string;
  type?: 'INTERNAL' | 'EXTERNAL';
  title?: string;
  supervisor?: string;
  office?: string;
  department?: string;
  termination?: FakeTermination;
}

export interface FakePerson {
  first_name: string;
  last_name: string;
  email?: string;
  /** ISO 8601. */
  updated_at: string;
  custom_attributes?: { id: string; value: string }[];
  employments: FakeEmployment[];
}

export interface FakePersonioOptions {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** A small Personio in memory, for tests and for the practice company: tokens that end, and pages of lists. */
export function fakePersonio(
  persons: Record<string, FakePerson>,
  { clientId, clientSecret }: FakePersonioOptions,
) {
  const tokens = new Set<string>();
  let given = 0;
  const service = fakeService({
    'POST /v2/auth/token': (_, { body }) => {
      const form = new URLSearchParams(Buffer.from(body as Uint8Array).toString());
      const isKnown =
        form.get('client_id') === clientId && form.get('client_secret') === clientSecret;
      if (form.get('grant_type') !== 'client_credentials' || !isKnown) {
        const error_description = 'Client authentication failed';
        return json(400, { error: 'invalid_client', error_description });
      }
      given += 1;
      const access_token = `papi-${given}`;
      tokens.add(access_token);
      const scope = form.get('scope') ?? 'personio:persons:read';
      return json(200, { access_token, token_type: 'Bearer', expires_in: 86_400, scope });
    },
    'GET /v2/persons': guarded((_, url) => {
      const since = Date.parse(url.searchParams.get('updated_at.gt') ?? '1970-01-01T00:00:00Z');
      const ids = url.searchParams.get('id')?.split(',');
      const found = Object.entries(persons).filter(
        ([id, it]) => Date.parse(it.updated_at) > since && (ids?.includes(id) ?? true),
      );
      return page(
        url,
        found.map(([id, it]) => personOf(id, it)),
      );
    }),
    'GET /v2/persons/:id': guarded(({ id = '' }) =>
      persons[id] ? json(200, personOf(id, persons[id])) : missing(),
    ),
    'GET /v2/persons/:id/employments': guarded(({ id = '' }, url) =>
      persons[id]
        ? page(url, persons[id].employments.map((it) => employmentOf(id, it)).toReversed())
        : missing(),
    ),
  });
  return {
    ...service,
    persons,
    /** As if a day had gone by. */
    endTokens: () => tokens.clear(),
  };

  type Answer = (params: Record<string, string>, url: URL) => Response;
  function guarded(answer: Answer) {
    return (params: Record<string, string>, { headers, url }: { headers: Headers; url: URL }) => {
      const token = headers.get('authorization')?.replace(/^Bearer /, '') ?? '';
      return tokens.has(token) ? answer(params, url) : problem(401, 'Unauthorized');
    };
  }
}

const problem = (status: number, title: string) => json(status, { errors: [{ title }] });
const missing = () => problem(404, 'Resource not found');

const personOf = (id: string, { employments, custom_attributes = [], ...it }: FakePerson) => ({
  ...{ id, ...it, custom_attributes },
  employments: employments.map((own) => ({ id: own.id })),
});

function employmentOf(personId: string, it: FakeEmployment) {
  const { title, supervisor, office, department, ...rest } = it;
  return {
    employment_end_date: null,
    ...rest,
    ...(title && { position: { title } }),
    ...(supervisor && { supervisor: { id: supervisor } }),
    ...(office && { office: { id: office } }),
    org_units: department ? [{ type: 'department', id: department }] : [],
    person: { id: personId },
  };
}

/** The cursor of a page is where it begins, in words that nobody should read. */
function page(url: URL, all: readonly object[]): Response {
  const limit = Number(url.searchParams.get('limit') ?? '10');
  const from = Number(url.searchParams.get('cursor')?.replace('cur_', '') ?? '0');
  const next = new URL(url.pathname, 'https://api.personio.de');
  next.searchParams.set('cursor', `cur_${from + limit}`);
  const links = { ...(from + limit < all.length && { next: { href: next.href } }) };
  return json(200, { _data: all.slice(from, from + limit), _meta: { links } });
}

/** A delivery as Personio sends it: the token as it was given, and ids without data. */
export function personioDelivery(token: string, body: string) {
  return {
    headers: { 'content-type': 'application/json', authorization: token },
    body: new TextEncoder().encode(body),
  };
}

export const personioEvent = (event_name: string, payload: object, at: Date) => ({
  company_id: '4711',
  occurred_at: at.toISOString(),
  payload,
  meta: {},
  event_name,
});
