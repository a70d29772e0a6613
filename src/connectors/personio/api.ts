import { z } from 'zod';
import type { Io } from '#connector-kit/contract.ts';
import { openHttp, unlessMissing } from '#connector-kit/http.ts';
import { openOAuth } from '#connector-kit/oauth.ts';
import { ConnectorError } from '#core/failure.ts';
import { addressOf, type Settings } from './settings.ts';

/** What reading persons and their employments needs, and all that we ask for. */
export const scopes = ['personio:persons:read'] as const;

const moment = z.iso.datetime({ offset: true });
const day = z.iso.date().nullish();
const reference = z.object({ id: z.coerce.string() }).nullish();

const Person = z.object({
  id: z.coerce.string(),
  email: z.string().nullish(),
  first_name: z.string().nullish(),
  last_name: z.string().nullish(),
  updated_at: moment,
  custom_attributes: z
    .array(
      z.object({
        id: z.string().nullish(),
        global_id: z.string().nullish(),
        value: z.unknown(),
      }),
    )
    .nullish(),
});
export type Person = z.infer<typeof Person>;

const Termination = z.object({
  termination_date: day,
  last_working_day: day,
  /** So it is spelled in the examples of the published document. */
  last_working_date: day,
  /** Words that this version of us does not know may come. */
  type: z.string().nullish(),
  reason: z.string().nullish(),
});
export type Termination = z.infer<typeof Termination>;

const Employment = z.object({
  id: z.coerce.string(),
  status: z.string(),
  type: z.string().nullish(),
  employment_start_date: day,
  employment_end_date: day,
  updated_at: moment.nullish(),
  position: z.object({ title: z.string().nullish() }).nullish(),
  supervisor: reference,
  office: reference,
  org_units: z.array(z.object({ type: z.string().nullish(), id: z.coerce.string() })).nullish(),
  termination: Termination.nullish(),
});
export type Employment = z.infer<typeof Employment>;

const pageOf = <T>(item: z.ZodType<T>) =>
  z.object({
    _data: z.array(item),
    _meta: z
      .object({
        links: z.record(z.string(), z.looseObject({ href: z.string().nullish() })).nullish(),
      })
      .nullish(),
  });

/** How many the service gives at a time, and not more. */
const pageSize = '50';

/** Personio's API of version 2 in our words, one function per call. https://developer.personio.de/reference */
export function openPersonio(settings: Settings, io: Io) {
  const { clientId: id, clientSecret } = settings;
  const baseUrl = addressOf(settings);
  const oauth = openOAuth(io, {
    tokenUrl: `${baseUrl.replace(/\/$/, '')}/v2/auth/token`,
    client: { id, proof: { kind: 'secret', secret: clientSecret, in: 'body' } },
    grant: { kind: 'client credentials' },
    scopes,
  });
  const http = openHttp(io, { baseUrl, headers: {}, authorization: oauth });

  /** All pages. The cursor stands in the link to the next one; it is sent with the same filters again. */
  async function* all<T>(
    path: string,
    item: z.ZodType<T>,
    filters: Readonly<Record<string, string>> = {},
  ): AsyncIterable<T> {
    const shape = pageOf(item);
    const seen = new Set<string>();
    for (let cursor: string | null = null; ; ) {
      const query = new URLSearchParams({ limit: pageSize, ...filters, ...(cursor && { cursor }) });
      const page: z.infer<typeof shape> = await http.get(`${path}?${query}`, shape);
      yield* page._data;
      const next = page._meta?.links?.['next']?.href;
      if (next === null || next === undefined) return;
      cursor = new URL(next, baseUrl).searchParams.get('cursor');
      if (cursor === null || seen.has(cursor)) throw noWayOn(path);
      seen.add(cursor);
    }
  }

  return {
    settings,
    now: io.now,
    granted: oauth.granted,

    /** Everybody, or whoever was changed after a moment (ISO 8601). */
    persons: (since: string | null) =>
      all('/v2/persons', Person, since === null ? {} : { 'updated_at.gt': since }),

    /** Null: Personio knows nobody of that id. */
    async person(personId: string): Promise<Person | null> {
      const found = await unlessMissing(
        http.get(`/v2/persons/${encodeURIComponent(personId)}`, Person),
      );
      if (found !== null) return found;
      // Any address may answer 404, so something is asked that must be there.
      for await (const _ of all('/v2/persons', Person, { id: personId })) break;
      return null;
    },

    /** Every employment of somebody, those to come included, in no order that we rely on. */
    async employments(personId: string): Promise<readonly Employment[]> {
      const path = `/v2/persons/${encodeURIComponent(personId)}/employments`;
      return collected(all(path, Employment));
    },
  };
}
export type Personio = ReturnType<typeof openPersonio>;

export async function collected<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const noWayOn = (path: string) =>
  new ConnectorError({
    kind: 'unexpected',
    detail: `GET ${path.replace(/[^/]+\/employments$/, '…/employments')} answered a next page that leads nowhere or back.`,
  });
