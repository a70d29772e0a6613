import { json } from '#connector-kit/testing/fake-service.ts';
import { type Answer, refusal, type World, whole } from './fake-world.ts';

export interface FakeMatter {
  readonly matterId: string;
  state: 'OPEN' | 'CLOSED';
  readonly holds: FakeHold[];
}

export interface FakeHold {
  readonly holdId: string;
  readonly name: string;
  readonly corpus: string;
  readonly accounts?: { accountId: string }[];
  readonly orgUnit?: { orgUnitId: string };
  readonly query?: object;
}

/** Whether an account is held, by itself or with its unit; Google deletes none that is, as long as it has a licence. */
export const isOnHold = ({ matters, units }: World, id: string, unitPath = '/'): boolean => {
  const around = units
    .filter(({ path }) => `${unitPath}/`.startsWith(path === '/' ? path : `${path}/`))
    .map((it) => it.id);
  return matters
    .filter(({ state }) => state === 'OPEN')
    .flatMap(({ holds }) => holds)
    .some(
      ({ accounts = [], orgUnit }) =>
        accounts.some(({ accountId }) => accountId === id) ||
        (orgUnit && around.includes(orgUnit.orgUnitId)),
    );
};

/** Matters, holds, and the units that holds may be on. */
export function vaultHandlers({ matters, units, page }: World): Record<string, Answer> {
  const missing = () => refusal(404, 'Requested entity was not found.', 'notFound');
  const within =
    (answer: (matter: FakeMatter, ...rest: Parameters<Answer>) => Response): Answer =>
    (params, request) => {
      const matter = matters.find(({ matterId }) => matterId === params['matterId']);
      return matter ? answer(matter, params, request) : missing();
    };
  const shown = ({ matterId, state }: FakeMatter) => ({ matterId, name: 'A matter', state });
  return {
    'GET /v1/matters': (_, { url }) => {
      const state = url.searchParams.get('state');
      const found = matters.filter((it) => state === null || it.state === state);
      return page('matters', found.map(shown), url);
    },
    'GET /v1/matters/:matterId': within((matter) => json(200, shown(matter))),
    'GET /v1/matters/:matterId/holds': within(({ holds }, _, { url }) => page('holds', holds, url)),
    'POST /v1/matters/:matterId/holds': within(({ holds, state }, _, { body }) => {
      const wanted = body as Omit<FakeHold, 'holdId'>;
      if (state !== 'OPEN') return refusal(400, 'The matter is not open.', 'failedPrecondition');
      if (holds.some(({ name }) => name === wanted.name)) {
        return refusal(409, 'Requested entity already exists', 'alreadyExists');
      }
      const hold = { ...wanted, holdId: `hold-${holds.length}` };
      holds.push(hold);
      return json(200, hold);
    }),
    'POST /v1/matters/:matterId/holds/:holdId/accounts': within(
      ({ holds }, { holdId }, { body }) => {
        const hold = holds.find((it) => it.holdId === holdId);
        if (!hold) return missing();
        if (!hold.accounts) return refusal(400, 'The hold is on a unit.', 'invalidArgument');
        const account = body as { accountId: string };
        hold.accounts.push(account);
        return json(200, account);
      },
    ),
    'GET /admin/directory/v1/customer/my_customer/orgunits': () =>
      whole(
        'organizationUnits',
        units.map(({ id, path }) => ({ orgUnitId: id, orgUnitPath: path })),
      ),
  };
}
