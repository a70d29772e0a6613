import { z } from 'zod';
import type { Io } from '#connector-kit/contract.ts';
import { openHttp } from '#connector-kit/http.ts';
import type { Settings } from './settings.ts';

/** The part of a user that we read. */
const User = z.object({ id: z.string(), email: z.string(), active: z.boolean() });
export type User = z.infer<typeof User>;

const Page = z.object({ users: z.array(User), next: z.string().nullable() });

/** Sample's API in our words, one function per call. Say here where the vendor describes it. */
export function openSample(settings: Settings, io: Io) {
  const http = openHttp(io, {
    baseUrl: settings.address,
    headers: { authorization: `Bearer ${settings.token}` },
  });
  const user = (id: string) => `/api/users/${encodeURIComponent(id)}`;

  return {
    me: () => http.get('/api/me', User),

    /** Everybody, or whom a search by address finds, page by page to the end. */
    async *users(email?: string): AsyncIterable<User> {
      for (let after: string | null = ''; after !== null; ) {
        const query = new URLSearchParams({
          ...(email === undefined ? {} : { email }),
          ...(after === '' ? {} : { after }),
        });
        const page: z.infer<typeof Page> = await http.get(`/api/users?${query}`, Page);
        yield* page.users;
        after = page.next;
      }
    },

    user: (id: string) => http.get(user(id), User),
    setActive: (id: string, active: boolean) => http.call('PATCH', user(id), { active }),
  };
}
export type SampleClient = ReturnType<typeof openSample>;
