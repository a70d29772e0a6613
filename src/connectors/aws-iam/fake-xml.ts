/** A list becomes elements called `member`; what is undefined is left out. */
export type Body =
  | string
  | boolean
  | undefined
  | readonly Body[]
  | { readonly [name: string]: Body };

export class IamError extends Error {
  override readonly name = 'IamError';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function written(body: Body): string {
  if (Array.isArray(body)) return body.map((it) => `<member>${written(it)}</member>`).join('\n');
  if (typeof body !== 'object') return escaped(String(body));
  return Object.entries(body)
    .filter(([, it]) => it !== undefined)
    .map(([name, it]) => `<${name}>${written(it)}</${name}>`)
    .join('\n');
}

const xml = (status: number, name: string, inside: string) =>
  new Response(
    `<${name} xmlns="https://iam.amazonaws.com/doc/2010-05-08/">\n${inside}\n</${name}>`,
    {
      status,
      headers: { 'content-type': 'text/xml' },
    },
  );
const request = { RequestId: '7a62c49f-347e-4fc4-9331-6e8eEXAMPLE' };

/** As the Query protocol answers an action; without a body, only that it was done. */
export function xmlOf(action: string, body: Body): Response {
  const result = body === undefined ? '' : `<${action}Result>${written(body)}</${action}Result>\n`;
  const metadata = written({ ResponseMetadata: request });
  return xml(200, `${action}Response`, result + metadata);
}

export const errorXml = ({ status, code, message }: IamError): Response =>
  xml(
    status,
    'ErrorResponse',
    written({ Error: { Type: 'Sender', Code: code, Message: message }, ...request }),
  );
