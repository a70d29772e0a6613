/** A message as it came over the wire, taken apart as far as tests and people need. */
export interface ReadMessage {
  /** By name in lower case; of a name that stands there twice, the first. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/**
 * Reads a message of one text part (RFC 5322, with the encodings of RFC 2045 and 2047).
 * Several parts stay as they are: nothing that we send has them.
 */
export function readMessage(raw: string): ReadMessage {
  const end = /\r?\n\r?\n/.exec(raw);
  const head = end ? raw.slice(0, end.index) : raw;
  const body = end ? raw.slice(end.index + end[0].length) : '';

  const headers: Record<string, string> = {};
  for (const line of head.replaceAll(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const [, name, value = ''] = /^([^:]+):\s*(.*)$/.exec(line) ?? [];
    if (name !== undefined) headers[name.toLowerCase()] ??= decodeWords(value);
  }
  const encoding = headers['content-transfer-encoding']?.toLowerCase();
  return { headers, text: decodeBody(body, encoding).replaceAll('\r\n', '\n').trimEnd() };
}

function decodeBody(body: string, encoding: string | undefined): string {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8');
  if (encoding === 'quoted-printable') return decodeQuoted(body.replaceAll(/=\r?\n/g, ''));
  return body;
}

/** `=?utf-8?Q?…?=` and `=?utf-8?B?…?=`; blanks between two of them do not count. */
function decodeWords(value: string): string {
  return value
    .replaceAll(/\?=\s+=\?/g, '?==?')
    .replaceAll(/=\?[^?]+\?([BQ])\?([^?]*)\?=/gi, (_, kind: string, text: string) =>
      kind.toUpperCase() === 'B'
        ? Buffer.from(text, 'base64').toString('utf8')
        : decodeQuoted(text.replaceAll('_', ' ')),
    );
}

function decodeQuoted(text: string): string {
  const bytes: Buffer[] = [];
  for (const [part, hex] of text.matchAll(/=([0-9A-F]{2})|[^=]+|=/gi)) {
    bytes.push(hex === undefined ? Buffer.from(part, 'utf8') : Buffer.from(hex, 'hex'));
  }
  return Buffer.concat(bytes).toString('utf8');
}
