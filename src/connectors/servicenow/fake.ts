import { fakeService, json } from '#connector-kit/testing/fake-service.ts';

export type FakeRecord = Record<string, string>;

interface FakeAttachment {
  readonly about: FakeRecord;
  bytes: Buffer;
}

export interface FakeServiceNowOptions {
  readonly user: string;
  readonly password: string;
  readonly table: string;
  /** What a record must have before it may take one of these states. */
  readonly neededWhen?: { readonly states: readonly string[]; readonly fields: readonly string[] };
}

/**
 * A small ServiceNow in memory. As the real one it leaves out what it does not understand of a
 * query, drops fields that may not be written without a word, and has data policies.
 */
export function fakeServiceNow({ user, password, table, neededWhen }: FakeServiceNowOptions) {
  const records = new Map<string, FakeRecord>();
  const attachments = new Map<string, FakeAttachment>();
  const hooks = {
    /** Fields that our user may not write. */
    readOnly: [] as string[],
    /** Whether our user may search by correlation id. */
    knowsCorrelation: true,
    /** Whether our user may search attachments by what they hang on. */
    knowsAttachedTo: true,
  };

  const failure = (status: number, message: string, detail: string | null = null) =>
    json(status, { error: { message, detail }, status: 'failure' });
  const shown = (record: FakeRecord, url: URL) => {
    const names = (url.searchParams.get('sysparm_fields') ?? '').split(',');
    return Object.fromEntries(names.map((name) => [name, record[name] ?? '']));
  };
  const guarded =
    (answer: (id: string, it: { url: URL; body: unknown }) => Response) =>
    (
      params: Record<string, string>,
      request: { url: URL; body: unknown; headers: Headers },
    ): Response => {
      const expected = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
      if (request.headers.get('authorization') !== expected)
        return failure(401, 'User Not Authenticated', 'Required to provide Auth information');
      if (params['table'] !== undefined && params['table'] !== table)
        return failure(400, `Invalid table ${params['table']}`);
      return answer(params['id'] ?? '', request);
    };

  function write(record: FakeRecord, body: unknown): Response | null {
    const given = Object.entries(Object(body)).filter(([name]) => !hooks.readOnly.includes(name));
    const next = { ...record, ...(Object.fromEntries(given) as FakeRecord) };
    const missing = neededWhen?.states.includes(next['state'] ?? '')
      ? neededWhen.fields.filter((name) => !next[name])
      : [];
    if (missing.length > 0) {
      const detail = `Data Policy Exception: The following fields are mandatory: ${missing.join(', ')}`;
      return failure(403, 'Operation Failed', detail);
    }
    records.set(next['sys_id']!, next);
    return null;
  }

  const shownFile = ({ about, bytes }: FakeAttachment) => ({
    ...about,
    size_bytes: String(bytes.length),
  });

  const service = fakeService({
    'GET /api/now/attachment': guarded((_, { url }) => {
      const [, name, id] =
        /^table_name=(.*)\^table_sys_id=(.*)$/.exec(url.searchParams.get('sysparm_query') ?? '') ??
        [];
      const found = [...attachments.values()].filter(
        ({ about }) =>
          !hooks.knowsAttachedTo || (about['table_name'] === name && about['table_sys_id'] === id),
      );
      return json(200, { result: found.map(shownFile) });
    }),
    'POST /api/now/attachment/file': guarded((_, { url, body }) => {
      const about = Object.fromEntries(url.searchParams);
      if (about['table_name'] !== table || !records.has(about['table_sys_id'] ?? ''))
        return failure(404, 'No Record found', 'Record doesn’t exist or ACL restricts it');
      const sys_id = `a${String(attachments.size + 1).padStart(31, '0')}`;
      const made = { about: { ...about, sys_id }, bytes: body as Buffer };
      attachments.set(sys_id, made);
      return json(201, { result: shownFile(made) });
    }),
    'GET /api/now/attachment/:id/file': guarded((id) => {
      const found = attachments.get(id);
      return found
        ? new Response(new Uint8Array(found.bytes))
        : failure(404, 'No Record found', 'Record doesn’t exist or ACL restricts it');
    }),
    'GET /api/now/table/:table': guarded((_, { url }) => {
      const [, wanted] =
        /^correlation_id=(.*)$/.exec(url.searchParams.get('sysparm_query') ?? '') ?? [];
      const limit = Number(url.searchParams.get('sysparm_limit'));
      const found = [...records.values()].filter(
        (it) => !hooks.knowsCorrelation || it['correlation_id'] === wanted,
      );
      return json(200, { result: found.slice(0, limit).map((it) => shown(it, url)) });
    }),
    'POST /api/now/table/:table': guarded((_, { url, body }) => {
      const count = records.size + 1;
      const made = {
        sys_id: String(count).padStart(32, '0'),
        number: `INC001000${count}`,
        state: '1',
      };
      const refused = write(made, body);
      return refused ?? json(201, { result: shown(records.get(made.sys_id)!, url) });
    }),
    'GET /api/now/table/:table/:id': guarded((id, { url }) => {
      const record = records.get(id);
      if (!record)
        return failure(404, 'No Record found', 'Record doesn’t exist or ACL restricts it');
      return json(200, { result: shown(record, url) });
    }),
    'PATCH /api/now/table/:table/:id': guarded((id, { url, body }) => {
      const record = records.get(id);
      if (!record)
        return failure(404, 'No Record found', 'Record doesn’t exist or ACL restricts it');
      return write(record, body) ?? json(200, { result: shown(records.get(id)!, url) });
    }),
  });
  return Object.assign(hooks, service, { records, attachments });
}
