import { fakeService, json } from '#connector-kit/testing/fake-service.ts';

export interface FakeIssue {
  readonly id: string;
  readonly key: string;
  /** By the id of the field. */
  fields: Record<string, unknown>;
  status: keyof typeof statuses;
}

interface FakeAttachment {
  readonly id: string;
  readonly issueId: string;
  readonly filename: string;
  readonly mimeType: string;
  bytes: Buffer;
}

const statuses = {
  'To Do': { name: 'To Do', id: '1', statusCategory: { id: 2, key: 'new', name: 'To Do' } },
  'In Progress': {
    name: 'In Progress',
    id: '2',
    statusCategory: { id: 4, key: 'indeterminate', name: 'In Progress' },
  },
  Declined: { name: 'Declined', id: '4', statusCategory: { id: 3, key: 'done', name: 'Done' } },
  Done: { name: 'Done', id: '3', statusCategory: { id: 3, key: 'done', name: 'Done' } },
} as const;
type StatusName = keyof typeof statuses;

export interface FakeJiraOptions {
  readonly email: string;
  readonly token: string;
  /** The key of its one project. */
  readonly project: string;
  /** How many issues one page of a search holds. Default: 50. */
  readonly pageSize?: number;
}

/**
 * A small Jira in memory. As the real one it takes documents and no plain text, lets a strange
 * token search and shows it nothing, and finds only what its index has seen.
 */
export function fakeJira({ email, token, project, pageSize = 50 }: FakeJiraOptions) {
  const issues = new Map<string, FakeIssue>();
  const attachments = new Map<string, FakeAttachment>();
  const hooks = {
    /** Issues made from here on are not found by a search. */
    indexStandsStill: false,
    /** Where the workflow leads. */
    leadsTo: Object.keys(statuses) as StatusName[],
  };
  const indexed: string[] = [];

  const isKnown = (headers: Headers) =>
    headers.get('authorization') === `Basic ${Buffer.from(`${email}:${token}`).toString('base64')}`;
  const refused = () => json(401, { errorMessages: ['Client must be authenticated.'], errors: {} });
  const notThere = () =>
    json(404, {
      errorMessages: ['Issue does not exist or you do not have permission.'],
      errors: {},
    });
  const wrong = (field: string, why: string) =>
    json(400, { errorMessages: [], errors: { [field]: why } });
  const shown = ({ id, key, fields, status }: FakeIssue) => ({
    id,
    key,
    self: `https://fake.atlassian.net/rest/api/3/issue/${id}`,
    fields: {
      summary: fields['summary'],
      description: fields['description'] ?? null,
      labels: fields['labels'] ?? [],
      status: statuses[status],
    },
  });
  const attached = ({ id, filename, mimeType, bytes }: FakeAttachment) => ({
    self: `https://fake.atlassian.net/rest/api/3/attachment/${id}`,
    ...{ id, filename, mimeType, size: bytes.length },
    content: `https://fake.atlassian.net/rest/api/3/attachment/content/${id}`,
  });
  const find = (idOrKey = '') =>
    issues.get(idOrKey) ?? [...issues.values()].find(({ key }) => key === idOrKey);

  const service = fakeService({
    'GET /rest/api/3/myself': (_, { headers }) =>
      isKnown(headers)
        ? json(200, {
            accountId: '5b1',
            accountType: 'app',
            displayName: 'Gatehouse',
            active: true,
          })
        : refused(),

    'GET /rest/api/3/search/jql': (_, { url, headers }) => {
      const jql = url.searchParams.get('jql') ?? '';
      const [, key, label] = /^project = "([^"]+)" AND labels = "([^"]+)"$/.exec(jql) ?? [];
      if (key !== project) return wrong('jql', `The value '${key}' does not exist for 'project'.`);
      const seen = isKnown(headers) ? indexed : [];
      const wanted = seen
        .flatMap((id) => issues.get(id) ?? [])
        .filter(({ fields }) => (fields['labels'] as string[] | undefined)?.includes(label ?? ''));
      const start = Number(url.searchParams.get('nextPageToken') ?? 0);
      const end = start + pageSize;
      const isLast = end >= wanted.length;
      return json(200, {
        isLast,
        issues: wanted.slice(start, end).map(shown),
        ...(isLast ? {} : { nextPageToken: String(end) }),
      });
    },

    'POST /rest/api/3/issue': (_, { body, headers }) => {
      if (!isKnown(headers)) return refused();
      const { fields } = Object(body) as { fields: Record<string, unknown> };
      if (typeof fields['summary'] !== 'string')
        return wrong('summary', 'You must specify a summary.');
      if (typeof fields['description'] === 'string')
        return wrong('description', 'Operation value must be an Atlassian Document.');
      const id = String(10_000 + issues.size + 1);
      const key = `${project}-${issues.size + 1}`;
      issues.set(id, { id, key, fields, status: 'To Do' });
      if (!hooks.indexStandsStill) indexed.push(id);
      return json(201, { id, key, self: `https://fake.atlassian.net/rest/api/3/issue/${id}` });
    },

    'GET /rest/api/3/issue/:id': ({ id }, { url, headers }) => {
      const issue = isKnown(headers) ? find(id) : undefined;
      if (!issue) return notThere();
      if (url.searchParams.get('fields') !== 'attachment') return json(200, shown(issue));
      const attachment = [...attachments.values()]
        .filter(({ issueId }) => issueId === issue.id)
        .map(attached);
      return json(200, { id: issue.id, key: issue.key, fields: { attachment } });
    },

    // Two files of the same name stand side by side, as in the real one.
    'POST /rest/api/3/issue/:id/attachments': async ({ id }, { body, headers }) => {
      const issue = isKnown(headers) ? find(id) : undefined;
      if (!issue) return notThere();
      if (headers.get('x-atlassian-token') !== 'no-check')
        return new Response('XSRF check failed', { status: 403 });
      const file = body instanceof FormData ? body.get('file') : null;
      if (!(file instanceof File)) return wrong('file', 'There is no part of this name.');
      const one: FakeAttachment = {
        id: String(20_001 + attachments.size),
        issueId: issue.id,
        filename: file.name,
        mimeType: file.type,
        bytes: Buffer.from(await file.arrayBuffer()),
      };
      attachments.set(one.id, one);
      return json(200, [attached(one)]);
    },

    'GET /rest/api/3/attachment/content/:id': ({ id = '' }, { url, headers }) => {
      const found = isKnown(headers) ? attachments.get(id) : undefined;
      if (!found) return notThere();
      if (url.searchParams.get('redirect') === 'false')
        return new Response(new Uint8Array(found.bytes));
      const location = 'https://api.media.atlassian.com/file/1/binary';
      return new Response(null, { status: 303, headers: { location } });
    },

    'PUT /rest/api/3/issue/:id': ({ id }, { body, headers }) => {
      const issue = isKnown(headers) ? find(id) : undefined;
      if (!issue) return notThere();
      Object.assign(issue.fields, Object(body).fields);
      return new Response(null, { status: 204 });
    },

    'GET /rest/api/3/issue/:id/transitions': ({ id }, { headers }) => {
      const issue = isKnown(headers) ? find(id) : undefined;
      if (!issue) return notThere();
      const transitions = hooks.leadsTo
        .filter((name) => name !== issue.status)
        .map((name) => ({ id: `1${statuses[name].id}`, name: `To ${name}`, to: statuses[name] }));
      return json(200, { transitions });
    },

    'POST /rest/api/3/issue/:id/transitions': ({ id }, { body, headers }) => {
      const issue = isKnown(headers) ? find(id) : undefined;
      if (!issue) return notThere();
      const { transition, fields } = Object(body);
      const name = hooks.leadsTo.find((it) => `1${statuses[it].id}` === transition?.id);
      if (!name) return wrong('transition', 'It is not valid for this issue.');
      issue.status = name;
      Object.assign(issue.fields, fields);
      return new Response(null, { status: 204 });
    },
  });
  return Object.assign(hooks, service, { issues, attachments });
}
