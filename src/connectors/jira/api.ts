import { z } from 'zod';
import type { Io, RecordFile } from '#connector-kit/contract.ts';
import { formOf, openHttp } from '#connector-kit/http.ts';
import { DocumentNode } from './document.ts';
import type { Settings } from './settings.ts';

const Status = z.object({
  name: z.string(),
  statusCategory: z.object({ key: z.string() }),
});

const Issue = z.object({
  id: z.string(),
  key: z.string(),
  fields: z.object({
    summary: z.string(),
    description: DocumentNode.nullish(),
    labels: z.array(z.string()).default([]),
    status: Status,
  }),
});
export type Issue = z.infer<typeof Issue>;

const Move = z.object({ id: z.string(), name: z.string(), to: Status });
export type Move = z.infer<typeof Move>;

const Attached = z.object({ id: z.string(), filename: z.string(), size: z.number() });

const Page = z.object({
  issues: z.array(Issue),
  nextPageToken: z.string().nullish(),
});

const fields = 'summary,description,labels,status';

/**
 * Jira's API in our words, one function per call.
 * https://developer.atlassian.com/cloud/jira/platform/rest/v3/
 */
export function openJira(settings: Settings, io: Io) {
  const { site, email, token } = settings;
  const http = openHttp(io, {
    baseUrl: site,
    headers: {
      authorization: `Basic ${Buffer.from(`${email}:${token}`).toString('base64')}`,
    },
  });
  const path = (id: string) => `/rest/api/3/issue/${encodeURIComponent(id)}`;

  return {
    settings,

    /** Who signs in. Refused for an unknown token, which searches do not always do. */
    myself: () => http.get('/rest/api/3/myself', z.object({ displayName: z.string() })),

    /** Issues by JQL, page by page. New ones may be missing for a while: the index follows later. */
    async *search(jql: string): AsyncIterable<Issue> {
      for (let next: string | null | undefined = ''; next !== null && next !== undefined; ) {
        const query = new URLSearchParams({ jql, fields });
        if (next !== '') query.set('nextPageToken', next);
        const page: z.infer<typeof Page> = await http.get(`/rest/api/3/search/jql?${query}`, Page);
        yield* page.issues;
        next = page.nextPageToken;
      }
    },

    issue: (id: string) => http.get(`${path(id)}?${new URLSearchParams({ fields })}`, Issue),

    async create(given: object): Promise<string> {
      const made = z.object({ id: z.string() });
      return (await http.post('/rest/api/3/issue', made, { fields: given })).id;
    },

    edit: (id: string, given: object) => http.call('PUT', path(id), { fields: given }),

    /** Where the workflow lets us move an issue from its present status. */
    async moves(id: string): Promise<readonly Move[]> {
      const shape = z.object({ transitions: z.array(Move) });
      return (await http.get(`${path(id)}/transitions`, shape)).transitions;
    },

    /** The files that hang on an issue. */
    async attachments(id: string): Promise<readonly z.infer<typeof Attached>[]> {
      const shape = z.object({ fields: z.object({ attachment: z.array(Attached).nullish() }) });
      const found = await http.get(`${path(id)}?fields=attachment`, shape);
      return found.fields.attachment ?? [];
    },

    /** What a file holds. By itself Jira sends elsewhere for it, where our credentials may not go. */
    content: (attachmentId: string) =>
      http.bytes(
        `/rest/api/3/attachment/content/${encodeURIComponent(attachmentId)}?redirect=false`,
      ),

    async attach(id: string, file: RecordFile): Promise<void> {
      const form = await formOf('file', file);
      // Without this Jira takes the request for one that another site forged.
      const headers = { 'x-atlassian-token': 'no-check' };
      await http.postRaw(`${path(id)}/attachments`, z.array(Attached), { ...form, headers });
    },

    move: (id: string, moveId: string, given: object) =>
      http.call('POST', `${path(id)}/transitions`, {
        transition: { id: moveId },
        ...(Object.keys(given).length > 0 ? { fields: given } : {}),
      }),
  };
}
export type Jira = ReturnType<typeof openJira>;
