import { z } from 'zod';
import type { Io, RecordFile } from '#connector-kit/contract.ts';
import { openHttp } from '#connector-kit/http.ts';
import type { Failure } from '#core/failure.ts';
import type { Settings } from './settings.ts';

const TicketRecord = z.object({
  sys_id: z.string().min(1),
  number: z.string(),
  short_description: z.string(),
  description: z.string(),
  state: z.string().min(1),
  correlation_id: z.string(),
});
export type TicketRecord = z.infer<typeof TicketRecord>;

const Attached = z.object({
  sys_id: z.string().min(1),
  file_name: z.string(),
  /** A number, written as text. */
  size_bytes: z.string().regex(/^[0-9]+$/),
  table_name: z.string(),
  table_sys_id: z.string(),
});

const fields = Object.keys(TicketRecord.shape).join(',');

/** Transactions that the instance breaks off end with 200 and an error in the body. */
const Refusal = z.object({
  error: z.object({ message: z.string(), detail: z.string().nullish() }),
});

/**
 * ServiceNow's Table and Attachment APIs in our words, one function per call.
 * https://www.servicenow.com/docs/r/api-reference/rest-apis/c_TableAPI.html
 * https://www.servicenow.com/docs/r/api-reference/rest-apis/c_AttachmentAPI.html
 */
export function openServiceNow(settings: Settings, io: Io) {
  const { instance, user, password, table } = settings;
  const http = openHttp(io, {
    baseUrl: instance,
    headers: {
      authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
    },
    failureIn,
  });
  const path = `/api/now/table/${table}`;
  const one = z.object({ result: TicketRecord });
  const shown = new URLSearchParams({ sysparm_fields: fields });

  return {
    settings,

    /** Some records, at most two: enough to tell one from several. */
    async search(query: string): Promise<readonly TicketRecord[]> {
      const parameters = new URLSearchParams({
        sysparm_query: query,
        sysparm_fields: fields,
        sysparm_limit: '2',
      });
      const shape = z.object({ result: z.array(TicketRecord) });
      return (await http.get(`${path}?${parameters}`, shape)).result;
    },

    record: async (id: string): Promise<TicketRecord> =>
      (await http.get(`${path}/${encodeURIComponent(id)}?${shown}`, one)).result,

    create: async (given: Readonly<Record<string, string>>): Promise<TicketRecord> =>
      (await http.post(`${path}?${shown}`, one, given)).result,

    /** The files that hang on a record of our table. What is not understood of a query is left out. */
    async attachments(id: string): Promise<readonly z.infer<typeof Attached>[]> {
      const parameters = new URLSearchParams({
        sysparm_query: `table_name=${table}^table_sys_id=${id}`,
        sysparm_limit: '1000',
      });
      const shape = z.object({ result: z.array(Attached) });
      return (await http.get(`/api/now/attachment?${parameters}`, shape)).result;
    },

    content: (id: string) => http.bytes(`/api/now/attachment/${encodeURIComponent(id)}/file`),

    async attach(id: string, { name, mediaType, bytes }: RecordFile): Promise<void> {
      const place = new URLSearchParams({ table_name: table, table_sys_id: id, file_name: name });
      await http.postRaw(`/api/now/attachment/file?${place}`, z.object({ result: Attached }), {
        bytes: new Uint8Array(bytes),
        contentType: mediaType,
      });
    },

    change: async (id: string, given: Readonly<Record<string, string>>): Promise<TicketRecord> =>
      (await http.patch(`${path}/${encodeURIComponent(id)}?${shown}`, one, given)).result,
  };
}
export type ServiceNow = ReturnType<typeof openServiceNow>;

function failureIn(body: unknown): Failure | null {
  const refusal = Refusal.safeParse(body);
  if (!refusal.success) return null;
  const { message, detail } = refusal.data.error;
  return {
    kind: 'unavailable',
    detail: `ServiceNow broke off: ${[message, detail].filter(Boolean).join(': ')}`,
  };
}
