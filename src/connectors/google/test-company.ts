import { AsyncLocalStorage } from 'node:async_hooks';
import type { Plan, Transition } from '#connector-kit/contract.ts';
import { conforming } from '#connector-kit/testing/conforming.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { type Google, openGoogle } from './api.ts';
import { fakeGoogle } from './fake.ts';
import type { FakeGoogleOptions, FakeUser } from './fake-world.ts';
import { type Settings, settings } from './settings.ts';
import spec from './spec.json' with { type: 'json' };

/** Which of the companies is asked: the documents are read once for all of them. */
const asked = new AsyncLocalStorage<typeof fetch>();
const strict = new Map<string, typeof fetch>();

function strictFor(scope: string): typeof fetch {
  const known = strict.get(scope);
  if (known) return known;
  const made = conforming((...it) => asked.getStore()!(...it), spec, [scope]);
  strict.set(scope, made);
  return made;
}

/** A Google Workspace with Priya, whose every request is held to Google's documents and to the scope of its token. */
export function setUp(
  priya: Partial<FakeUser> = {},
  options: Partial<FakeGoogleOptions> = {},
  chosen: Partial<Settings> = {},
) {
  const user: FakeUser = { id: 'priya', primaryEmail: 'priya.nair@meadow.example', ...priya };
  const service = fakeGoogle({ ...options, users: [user, ...(options.users ?? [])] });
  const heldToDocuments: typeof fetch = (input, init) => {
    const request = new Request(input, init);
    const token = request.headers.get('authorization')?.replace('Bearer ', '') ?? '';
    return asked.run(service.fetch, () => strictFor(service.scopeOf(token) ?? '')(request));
  };
  const connection = settings.parse({ key: service.keyFile, admin: service.admin, ...chosen });
  const client = openGoogle(connection, { ...loopbackIo, fetch: heldToDocuments });
  return { ...service, client, user, accountId: 'priya' };
}

/** What a transition plans for Priya when it reads now. */
export async function planFor<State, Params, Change>(
  { read, plan }: Transition<Google, State, Params, Change>,
  client: Google,
  params: NoInfer<Params>,
  before: State | null = null,
): Promise<Plan<Change>> {
  return plan(await read(client, 'priya', { params, before }), params);
}
