import { z } from 'zod';
import type { Io } from '#connector-kit/contract.ts';
import { openHttp } from '#connector-kit/http.ts';
import { openOAuth } from '#connector-kit/oauth.ts';
import { ConnectorError } from '#core/failure.ts';
import type { Settings } from './settings.ts';

/** The part of a Zoom user that we read. */
export const User = z.object({
  id: z.string(),
  email: z.string(),
  /** 1 basic, 2 licensed, 3 on-prem, 4 without meetings, 99 none. */
  type: z.int(),
  /** Left out in some lists, which hold one status only. */
  status: z.enum(['active', 'inactive', 'pending']).optional(),
  role_id: z.string().nullish(),
  role_name: z.string().nullish(),
  group_ids: z.array(z.string()).default([]),
  last_login_time: z.coerce.date().nullish(),
});
export type User = z.infer<typeof User>;
export type Status = NonNullable<User['status']>;

const Group = z.object({ id: z.string(), name: z.string() });
const Meeting = z.object({ id: z.int(), topic: z.string().nullish() });
const next = { next_page_token: z.string().nullish() };
const Users = z.object({ ...next, users: z.array(User) });
const Groups = z.object({ ...next, groups: z.array(Group) });
const Meetings = z.object({ ...next, meetings: z.array(Meeting) });

export const hosts = ['api.zoom.us:443', 'zoom.us:443'] as const;

/** What goes along when a user is deleted; Zoom moves it in no other call. */
const everything = {
  ...{ transfer_meeting: 'true', transfer_webinar: 'true' },
  ...{ transfer_recording: 'true', transfer_whiteboard: 'true' },
};

/** Zoom's API in our words, one function per call. https://developers.zoom.us/docs/api/users/ */
export function openZoom(settings: Settings, io: Io) {
  const { accountId, clientId: id, clientSecret } = settings;
  const oauth = openOAuth(io, {
    tokenUrl: 'https://zoom.us/oauth/token',
    client: { id, proof: { kind: 'secret', secret: clientSecret, in: 'header' } },
    grant: { kind: 'account credentials', accountId },
    // Zoom gives those of the app, whatever is asked for.
    scopes: [],
  });
  const http = openHttp(io, {
    baseUrl: 'https://api.zoom.us/v2',
    headers: {},
    authorization: oauth,
  });
  const get = <T>(path: string, shape: z.ZodType<T>) => inZoomsWords(http.get(path, shape));
  const call = (method: string, path: string, body?: unknown) =>
    inZoomsWords(http.call(method, path, body));
  const user = (id: string) => `/users/${encodeURIComponent(id)}`;
  const group = (id: string) => `/groups/${encodeURIComponent(id)}/members`;
  const role = (id: string) => `/roles/${encodeURIComponent(id)}/members`;

  /** Page by page; an empty token is the end. */
  async function* pages<T extends { next_page_token?: string | null | undefined }>(
    path: string,
    shape: z.ZodType<T>,
    query: Readonly<Record<string, string>>,
  ): AsyncIterable<T> {
    for (let token = ''; ; ) {
      const params = { ...query, page_size: '300', ...(token && { next_page_token: token }) };
      const page = await get(`${path}?${new URLSearchParams(params)}`, shape);
      yield page;
      const following = page.next_page_token || '';
      if (following === '') return;
      if (following === token) {
        const detail = `GET ${path} names the same page as the next one again`;
        throw new ConnectorError({ kind: 'unexpected', detail });
      }
      token = following;
    }
  }

  return {
    settings,
    granted: () => oauth.granted(),
    oneUser: () => get('/users?page_size=1', Users),

    /** By id or address. Null: Zoom says that there is none. */
    user: (idOrEmail: string): Promise<User | null> => unlessNobody(get(user(idOrEmail), User)),
    /** Zoom lists one status at a time, and the active ones if it is not told which. */
    async *usersWith(status: Status): AsyncIterable<User> {
      for await (const { users } of pages('/users', Users, { status })) yield* users;
    },

    setStatus: (id: string, action: 'activate' | 'deactivate') =>
      call('PUT', `${user(id)}/status`, { action }),
    setType: (id: string, type: number) => call('PATCH', user(id), { type }),
    endSsoToken: (id: string) => call('DELETE', `${user(id)}/token`),
    /** Without “delete” Zoom would only let the user go, with an account of their own. */
    delete: (id: string, to: string) => {
      const query = { action: 'delete', transfer_email: to, ...everything };
      return call('DELETE', `${user(id)}?${new URLSearchParams(query)}`);
    },
    /** Somebody who was invited and never came cannot be deleted, only let go. */
    takeBackInvitation: (id: string) =>
      call('DELETE', `${user(id)}?${new URLSearchParams({ action: 'disassociate' })}`),

    takeRole: (roleId: string, id: string) =>
      call('DELETE', `${role(roleId)}/${encodeURIComponent(id)}`),
    giveRole: (roleId: string, id: string) => call('POST', role(roleId), { members: [{ id }] }),

    async groups(): Promise<readonly z.infer<typeof Group>[]> {
      const found = [];
      for await (const { groups } of pages('/groups', Groups, {})) found.push(...groups);
      return found;
    },
    leave: (groupId: string, id: string) =>
      call('DELETE', `${group(groupId)}/${encodeURIComponent(id)}`),
    join: (groupId: string, id: string) => call('POST', group(groupId), { members: [{ id }] }),

    /** Those that are to come. */
    async meetingsOf(id: string): Promise<readonly z.infer<typeof Meeting>[]> {
      const found = [];
      const path = `${user(id)}/meetings`;
      for await (const { meetings } of pages(path, Meetings, { type: 'upcoming' })) {
        found.push(...meetings);
      }
      return found;
    },
  };
}
export type Zoom = ReturnType<typeof openZoom>;

/** The numbers by which Zoom says what the status of the answer does not. */
const noSuchUser = /"code"\s*:\s*1001\b/;
const scopeMissing = /"code"\s*:\s*(4700|4711)\b/;

async function inZoomsWords<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    const { kind, detail } = error.failure;
    // Zoom answers 400 where the app lacks a scope, and names it.
    if (kind === 'rejected' && scopeMissing.test(detail)) {
      throw new ConnectorError({ kind: 'forbidden', detail }, { cause: error });
    }
    throw error;
  }
}

/** A wrong address answers 404 as well; that somebody is gone is believed only in Zoom's own words. */
export async function unlessNobody<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    const { failure } = error instanceof ConnectorError ? error : {};
    if (failure?.kind === 'not-found' && noSuchUser.test(failure.detail)) return null;
    throw error;
  }
}
