import { z } from 'zod';
import { byId } from '#connector-kit/by-id.ts';
import type { Io } from '#connector-kit/contract.ts';
import { openHttp, unlessMissing } from '#connector-kit/http.ts';
import { namesIn } from '#connector-kit/new-account.ts';
import type { NewAccount } from '#core/account.ts';
import { ConnectorError } from '#core/failure.ts';
import { scimFailure } from './failures.ts';

const ScimUser = z.object({
  id: z.string(),
  active: z.boolean(),
  emails: z.array(z.object({ value: z.string().nullish() })).nullish(),
  groups: z.array(z.object({ value: z.string(), display: z.string().nullish() })).nullish(),
});
const ScimGroup = z.object({ id: z.string(), displayName: z.string() });
const pageOf = <T>(shape: z.ZodType<T>) =>
  z.object({ totalResults: z.int().min(0), Resources: z.array(shape).nullish() });

const pageSize = 100;
export const scimHost = 'api.slack.com';

/** Slack's SCIM 2.0 interface in our words. https://docs.slack.dev/reference/scim-api */
export function openSlackScim(token: string, io: Io) {
  const http = openHttp(io, {
    baseUrl: `https://${scimHost}/scim/v2`,
    headers: { authorization: `Bearer ${token}` },
  });

  async function* all<T extends { id: string }>(
    path: string,
    shape: z.ZodType<T>,
    query: Readonly<Record<string, string>> = {},
  ): AsyncIterable<T> {
    for (let seen = 0; ; ) {
      const paging = { startIndex: `${seen + 1}`, count: `${pageSize}` };
      const at = `${path}?${new URLSearchParams({ ...query, ...paging })}`;
      const { totalResults, Resources } = await scimFailure(http.get(at, pageOf(shape)));
      yield* Resources ?? [];
      seen += Resources?.length ?? 0;
      if (seen >= totalResults) return;
      if (!Resources?.length) {
        const detail = `GET ${path} counts ${totalResults} and shows only ${seen}`;
        throw new ConnectorError({ kind: 'unexpected', detail });
      }
    }
  }

  const patch = (path: string, op: 'add' | 'remove' | 'replace', at: string, value: unknown) =>
    scimFailure(
      http.call('PATCH', path, {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
        Operations: [{ op, path: at, value }],
      }),
    );
  const user = (id: string) => `/Users/${encodeURIComponent(id)}`;
  const group = (id: string) => `/Groups/${encodeURIComponent(id)}`;

  return {
    oneUser: () => scimFailure(http.get('/Users?count=1', pageOf(ScimUser))),
    user: (id: string) => scimFailure(http.get(user(id), ScimUser)),
    /** Deactivated ones as well. Whoever else an answer holds stops it: the search did not search. */
    async usersWith(email: string): Promise<{ id: string; active: boolean }[]> {
      const found: { id: string; active: boolean }[] = [];
      const query = { filter: `email eq ${JSON.stringify(email)}` };
      for await (const { id, active, emails } of all('/Users', ScimUser, query)) {
        if (!emails?.some(({ value }) => value?.toLowerCase() === email.toLowerCase())) {
          const detail = 'Slack’s SCIM interface answered somebody who has another address';
          throw new ConnectorError({ kind: 'unexpected', detail });
        }
        found.push({ id, active });
      }
      return found.sort(byId);
    },
    /** Ends what `admin.users.deactivate` and SCIM begin: both set the same flag. */
    setActive: (id: string, active: boolean) => patch(user(id), 'replace', 'active', active),
    async create({ name, email, employeeNumber, title }: NewAccount): Promise<void> {
      const { given, family } = namesIn(name);
      const body = {
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
        // Slack makes a user name of it that fits.
        userName: email,
        externalId: employeeNumber,
        name: { givenName: given ?? family, familyName: family },
        emails: [{ value: email, type: 'work', primary: true }],
        ...(title === null ? {} : { title }),
        active: true,
      };
      await scimFailure(http.call('POST', '/Users', body));
    },

    allGroups: () => all('/Groups', ScimGroup),
    addMember: (groupId: string, id: string) =>
      patch(group(groupId), 'add', 'members', [{ value: id }]),
    /** A group that is gone has no members either. */
    removeMember: (groupId: string, id: string) =>
      unlessMissing(patch(group(groupId), 'remove', 'members', [{ value: id }])),
  };
}
export type SlackScim = ReturnType<typeof openSlackScim>;
