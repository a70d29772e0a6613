import { z } from 'zod';
import type { Io } from '#connector-kit/contract.ts';
import { openHttp } from '#connector-kit/http.ts';
import { ConnectorError, type Failure } from '#core/failure.ts';
import type { Settings } from './settings.ts';

/** Snipe-IT escapes names for web pages, also where no page is asked for. */
const Text = z.string().transform(unescapeHtml);
const Named = z.object({ id: z.int(), name: Text }).nullish();

export const User = z.object({
  id: z.int(),
  username: Text,
  email: Text.nullish(),
  employee_num: Text.nullish(),
});
export type User = z.infer<typeof User>;

export const Asset = z.object({
  id: z.int(),
  name: Text.nullish(),
  asset_tag: Text,
  serial: Text.nullish(),
  model: Named,
  assigned_to: z.object({ id: z.int(), type: z.string(), name: Text.nullish() }).nullable(),
});
export type Asset = z.infer<typeof Asset>;

export const License = z.object({
  id: z.int(),
  name: Text,
  purchase_cost: z.string().nullish(),
  seats: z.int(),
});

export const Seat = z.object({
  id: z.int(),
  license_id: z.int(),
  assigned_user: z.object({ id: z.int() }).nullable(),
  reassignable: z.boolean(),
});
export type Seat = z.infer<typeof Seat>;

const Answer = z.object({ status: z.literal('success') });

const pageSize = 200;

/** Snipe-IT's API in our words, one function per call. https://snipe-it.readme.io/reference */
export function openSnipeIt(settings: Settings, io: Io) {
  const http = openHttp(io, {
    baseUrl: `${settings.address.replace(/\/+$/, '')}/api/v1`,
    headers: { authorization: `Bearer ${settings.token}` },
    failureIn,
  });

  /** Page by page until all that are counted have come. Some lists come whole, whatever is asked. */
  async function* all<T extends { id: number }>(
    path: string,
    row: z.ZodType<T>,
    query: Readonly<Record<string, string>> = {},
  ): AsyncIterable<T> {
    const Page = z.object({ total: z.int(), rows: z.array(row) });
    const seen = new Set<number>();
    for (;;) {
      const paging = { limit: `${pageSize}`, offset: `${seen.size}` };
      const { total, rows } = await http.get(
        `${path}?${new URLSearchParams({ ...query, ...paging })}`,
        Page,
      );
      const fresh = rows.filter(({ id }) => !seen.has(id));
      for (const it of fresh) seen.add(it.id);
      yield* fresh;
      if (seen.size >= total) return;
      if (fresh.length === 0) {
        const detail = `GET ${path} counts ${total} and shows only ${seen.size}`;
        throw new ConnectorError({ kind: 'unexpected', detail });
      }
    }
  }

  return {
    settings,
    me: () => http.get('/users/me', User),
    /** Deleted ones as well: who is deleted may still have a laptop. */
    usersBy: (key: 'employee_num' | 'email', value: string) =>
      whole(all('/users', User, { [key]: value, all: 'true' })),
    assetsOf: (userId: number) => whole(all(`/users/${userId}/assets`, Asset)),
    allAssets: () => all('/hardware', Asset, { sort: 'id', order: 'asc' }),
    asset: (id: string) => http.get(`/hardware/${encodeURIComponent(id)}`, Asset),
    async checkIn(id: string): Promise<void> {
      const { statusAfterReturn: status } = settings;
      const body = {
        note: 'Return confirmed in Gatehouse',
        ...(status !== undefined && { status_id: status }),
      };
      await http.post(`/hardware/${encodeURIComponent(id)}/checkin`, Answer, body);
    },
    licencesOf: (userId: number) => whole(all(`/users/${userId}/licenses`, License)),
    allLicences: () => all('/licenses', License, { sort: 'id', order: 'asc' }),
    seatsOf: (licenceId: number) => whole(all(`/licenses/${licenceId}/seats`, Seat)),
    seat: (licenceId: string, seatId: string) => http.get(seatPath(licenceId, seatId), Seat),
    async freeSeat(licenceId: string, seatId: string): Promise<void> {
      await http.patch(seatPath(licenceId, seatId), Answer, { assigned_to: null });
    },
  };
}
export type SnipeIt = ReturnType<typeof openSnipeIt>;

async function whole<T>(list: AsyncIterable<T>): Promise<T[]> {
  const rows: T[] = [];
  for await (const row of list) rows.push(row);
  return rows;
}

const seatPath = (licenceId: string, seatId: string) =>
  `/licenses/${encodeURIComponent(licenceId)}/seats/${encodeURIComponent(seatId)}`;

const Refusal = z.object({ status: z.literal('error'), messages: z.unknown() });

/** Snipe-IT answers 200 to what it refuses, and to what it does not have. */
function failureIn(body: unknown): Failure | null {
  const refusal = Refusal.safeParse(body);
  if (!refusal.success) return null;
  const { messages } = refusal.data;
  const said = typeof messages === 'string' ? messages : JSON.stringify(messages ?? null);
  const isMissing = /not found|does not exist/i.test(said);
  return {
    kind: isMissing ? 'not-found' : 'rejected',
    detail: `Snipe-IT says: ${unescapeHtml(said).slice(0, 300)}`,
  };
}

const entities: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#039;': "'",
};

function unescapeHtml(text: string): string {
  return text.replace(/&(?:amp|lt|gt|quot|#039);/g, (it) => entities[it] ?? it);
}
