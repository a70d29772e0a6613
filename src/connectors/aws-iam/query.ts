import { AwsV4Signer } from 'aws4fetch';
import { z } from 'zod';
import type { Io } from '#connector-kit/contract.ts';
import { openHttp } from '#connector-kit/http.ts';
import { ConnectorError } from '#core/failure.ts';
import { failureIn, unexpected } from './failures.ts';
import { partitions, type Settings } from './settings.ts';
import { readXml, type XmlValue } from './xml.ts';

type Params = Readonly<Record<string, string>>;

/** What every list of IAM says beside its things. */
const Paged = z.object({
  IsTruncated: z.enum(['true', 'false']).optional(),
  Marker: z.string().optional(),
});

/**
 * The Query API of IAM: an action and its parameters, signed (Signature Version 4), answered in XML. What only
 * reads goes by GET, what changes by POST; IAM takes either for every action (IAM User Guide, query requests).
 */
export function openQuery(settings: Settings, io: Io) {
  const { host } = partitions[settings.partition];
  const http = openHttp(
    { ...io, fetch: signing(settings, io) },
    // Asked for JSON, IAM would answer in a form that it documents nowhere.
    { baseUrl: `https://${host}`, headers: { accept: 'text/xml' } },
  );
  const sent = (action: string, params: Params) =>
    Object.entries({ Action: action, Version: '2010-05-08', ...params })
      // Never a plus for a blank: in an address that would be signed as something else.
      .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
      .join('&');

  async function read<T>(action: string, params: Params, shape: z.ZodType<T>): Promise<T> {
    const response = await http.send('GET', `/?${sent(action, params)}`);
    const parsed = shape.safeParse(resultIn(await answerOf(response, action), action));
    if (parsed.success) return parsed.data;
    const { path, message } = parsed.error.issues[0]!;
    throw unexpected(
      `${action} answered something else than expected at /${path.join('/')}: ${message}`,
    );
  }

  return {
    read,

    /** An action that changes something and answers nothing that we need. */
    async change(action: string, params: Params): Promise<void> {
      const response = await http.sendRaw('/', {
        bytes: new TextEncoder().encode(sent(action, params)),
        contentType: 'application/x-www-form-urlencoded; charset=utf-8',
      });
      await answerOf(response, action);
    },

    /** Every page of a list. A list that breaks off, or goes in circles, is an error and no short list. */
    async *pages<Shape extends z.ZodRawShape>(
      action: string,
      params: Params,
      shape: z.ZodObject<Shape>,
    ): AsyncGenerator<z.infer<z.ZodObject<Shape>>> {
      const seen = new Set<string>();
      for (let marker: string | undefined; ; ) {
        const asked = marker === undefined ? params : { ...params, Marker: marker };
        const page = await read(action, asked, z.intersection(shape.loose(), Paged));
        yield page as z.infer<z.ZodObject<Shape>>;
        if (page.IsTruncated !== 'true') return;
        marker = page.Marker;
        if (marker === undefined || seen.has(marker)) {
          throw unexpected(`${action} says that there is more, and not where`);
        }
        seen.add(marker);
      }
    },
  };
}

/** A fetch that signs each request, and fails by the code that IAM gives beside the status. */
function signing(settings: Settings, io: Io): Io['fetch'] {
  const { accessKeyId, secretAccessKey, partition } = settings;
  const { region } = partitions[partition];
  const cache = new Map<string, ArrayBuffer>();
  return async (input, init = {}) => {
    const body = init.body as Uint8Array<ArrayBuffer> | undefined;
    const signer = new AwsV4Signer({
      ...{ url: String(input), method: init.method ?? 'GET', headers: init.headers ?? {} },
      ...(body ? { body } : {}),
      ...{ accessKeyId, secretAccessKey, service: 'iam', region, cache },
      // By the rules of the signature, the kind of a body is signed as well.
      allHeaders: true,
      datetime: io
        .now()
        .toISOString()
        .replaceAll(/[:-]|\.\d{3}/g, ''),
    });
    const { url, headers } = await signer.sign();
    const response = await io.fetch(url, { ...init, headers });
    if (response.ok) return response;
    const said = await response
      .clone()
      .text()
      .catch(() => '');
    const asked = body ? new URLSearchParams(Buffer.from(body).toString()) : url.searchParams;
    const failure = failureIn(response.status, said, asked);
    if (failure) throw new ConnectorError(failure);
    return response;
  };
}

/** What stands below the outermost element, which is named after the action. */
async function answerOf(response: Response, action: string): Promise<XmlValue> {
  const text = await response.text().catch((cause: unknown) => {
    const detail = `${action}: the answer was cut off`;
    throw new ConnectorError({ kind: 'unavailable', detail }, { cause });
  });
  const root = readXml(text);
  if (root?.name === `${action}Response`) return root.value;
  throw unexpected(`${action} answered no XML of IAM`);
}

const resultIn = (answer: XmlValue, action: string): XmlValue | undefined =>
  (answer as { readonly [name: string]: XmlValue })[`${action}Result`];
