import { fakeService, json } from '#connector-kit/testing/fake-service.ts';

export interface FakeSnipeItUser {
  readonly id: number;
  readonly username: string;
  readonly email: string | null;
  readonly employeeNumber: string | null;
}

export interface FakeAsset {
  readonly id: number;
  readonly tag: string;
  readonly serial: string;
  readonly model: string;
  /** Who has it; null: nobody. */
  user: number | null;
  status?: number;
}

export interface FakeLicence {
  readonly id: number;
  readonly name: string;
  readonly reassignable: boolean;
  /** Seats by their number: who has each. */
  readonly seats: Record<number, number | null>;
}

export interface FakeSnipeItData {
  readonly users: readonly FakeSnipeItUser[];
  readonly assets: FakeAsset[];
  readonly licences: readonly FakeLicence[];
}

/**
 * A small Snipe-IT in memory. As the real one it escapes what it shows, pages some lists and not
 * others, and answers 200 to what it refuses.
 */
export function fakeSnipeIt(
  { users, assets, licences }: FakeSnipeItData,
  token: string,
  /** The most that one page holds, whatever is asked for. */
  largestPage = 2,
) {
  const service = fakeService({
    'GET /api/v1/users': guarded((_, { searchParams: asked }) => {
      const found = users.filter(
        ({ email, employeeNumber }) =>
          (!asked.has('email') || email === asked.get('email')) &&
          (!asked.has('employee_num') || employeeNumber === asked.get('employee_num')),
      );
      return paged(found.map(userShown), asked);
    }),
    'GET /api/v1/users/me': guarded(() => json(200, userShown(users[0]!))),
    'GET /api/v1/users/:id/assets': guarded(({ id }) =>
      whole(assets.filter(({ user }) => user === Number(id)).map(assetShown)),
    ),
    'GET /api/v1/users/:id/licenses': guarded(({ id }) =>
      whole(
        licences.filter(({ seats }) => Object.values(seats).includes(Number(id))).map(licenceShown),
      ),
    ),
    'GET /api/v1/hardware': guarded((_, { searchParams }) =>
      paged(assets.map(assetShown), searchParams),
    ),
    'GET /api/v1/hardware/:id': guarded(({ id }) => {
      const found = assets.find((it) => it.id === Number(id));
      return found ? json(200, assetShown(found)) : refused('Asset not found');
    }),
    'POST /api/v1/hardware/:id/checkin': guarded(({ id }, _, body) => checkIn(Number(id), body)),
    'GET /api/v1/licenses': guarded((_, { searchParams }) =>
      paged(licences.map(licenceShown), searchParams),
    ),
    'GET /api/v1/licenses/:licence/seats': guarded(({ licence }, { searchParams }) => {
      const found = licences.find((it) => it.id === Number(licence));
      if (!found) return refused('License does not exist');
      const ids = Object.keys(found.seats).map(Number);
      return paged(
        ids.map((id) => seatShown(found, id)),
        searchParams,
      );
    }),
    'GET /api/v1/licenses/:licence/seats/:seat': guarded((params) =>
      withSeat(params, (licence, seat) => json(200, seatShown(licence, seat))),
    ),
    'PATCH /api/v1/licenses/:licence/seats/:seat': guarded((params, _, body) =>
      withSeat(params, (licence, seat) => {
        const { assigned_to: user } = body as { assigned_to?: number | null };
        if (user !== undefined) licence.seats[seat] = user;
        return accepted();
      }),
    ),
  });

  return { ...service, users, assets, licences };

  function paged(rows: readonly object[], asked: URLSearchParams): Response {
    const offset = Number(asked.get('offset') ?? 0);
    const limit = Math.min(largestPage, Number(asked.get('limit') ?? largestPage));
    return json(200, { total: rows.length, rows: rows.slice(offset, offset + limit) });
  }

  function guarded(
    answer: (params: Record<string, string>, url: URL, body: unknown) => Response,
  ): Parameters<typeof fakeService>[0][string] {
    return (params, { url, headers, body }) =>
      headers.get('authorization') === `Bearer ${token}`
        ? answer(params, url, body)
        : json(401, { error: 'Unauthorized or unauthenticated.' });
  }

  function checkIn(id: number, body: unknown): Response {
    const found = assets.find((it) => it.id === id);
    if (!found) return refused('Asset not found');
    if (found.user === null) return refused('That asset is already checked in.');
    found.user = null;
    const { status_id: status } = (body ?? {}) as { status_id?: number };
    if (status !== undefined) found.status = status;
    return accepted();
  }

  function withSeat(
    { licence, seat }: Record<string, string>,
    answer: (licence: FakeLicence, seat: number) => Response,
  ): Response {
    const found = licences.find((it) => it.id === Number(licence));
    return found && Number(seat) in found.seats
      ? answer(found, Number(seat))
      : refused('Seat not found');
  }
}

const whole = (rows: readonly object[]): Response => json(200, { total: rows.length, rows });

const refused = (messages: string): Response =>
  json(200, { status: 'error', messages, payload: null });
const accepted = (): Response => json(200, { status: 'success', messages: 'Done', payload: null });

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll("'", '&#039;');

const userShown = ({ id, username, email, employeeNumber }: FakeSnipeItUser) => ({
  id,
  name: escaped(username),
  username: escaped(username),
  email: email && escaped(email),
  employee_num: employeeNumber && escaped(employeeNumber),
});

const assetShown = ({ id, tag, serial, model, user }: FakeAsset) => ({
  id,
  name: '',
  asset_tag: escaped(tag),
  serial: escaped(serial),
  model: { id: 1, name: escaped(model) },
  assigned_to: user === null ? null : { id: user, name: `user ${user}`, type: 'user' },
});

const licenceShown = ({ id, name, seats, reassignable }: FakeLicence) => ({
  id,
  name: escaped(name),
  purchase_cost: '1,200.00',
  seats: Object.keys(seats).length,
  reassignable,
});

const seatShown = ({ id, seats, reassignable }: FakeLicence, seat: number) => ({
  id: seat,
  license_id: id,
  assigned_user: seats[seat] == null ? null : { id: seats[seat], name: 'somebody', email: '' },
  assigned_asset: null,
  reassignable,
});
