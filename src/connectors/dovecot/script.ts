import { createHash } from 'node:crypto';

/** What a script of ours does with mail that comes. */
export interface Wanted {
  readonly reply: string | undefined;
  readonly subject: string | undefined;
  /** The last day, such as 2026-12-31, on which it is replied. */
  readonly until: string | undefined;
  /** The address that gets new mail as well; null: it goes nowhere else. */
  readonly forwardTo: string | null;
}

export interface Script {
  readonly name: string;
  readonly text: string;
}

/**
 * The Sieve script (RFC 5228) that does what is wanted, which may be nothing: a script that Dovecot shows as the one
 * that runs says for sure that no other does. Its name comes from its text, so that one of before stays as it was.
 *
 * It is plain ASCII: Dovecot spoils other characters at random when it gives a script back.
 */
export function scriptFor({ reply, subject, until, forwardTo }: Wanted): Script {
  const needs = [
    ...(reply === undefined ? [] : ['vacation']),
    ...(reply === undefined || until === undefined ? [] : ['date', 'relational']),
    ...(forwardTo === null ? [] : ['copy']),
  ];
  const acts = [
    ...(reply === undefined ? [] : replying(reply, subject, until)),
    ...(forwardTo === null ? [] : [`redirect :copy ${quoted(forwardTo)};`]),
  ];
  const words = ['variables', 'encoded-character'];
  const text = [
    '# By Gatehouse. The script that ran before is still there.',
    `require [${[...needs, ...words].map((it) => `"${it}"`).join(', ')}];`,
    'set "dollar" "$";',
    ...(acts.length > 0 ? acts : ['keep;']),
    '',
  ].join('\n');
  return {
    name: `gatehouse-${createHash('sha256').update(text).digest('hex').slice(0, 12)}`,
    text,
  };
}

/** Where Dovecot puts a script that somebody made by hand, once another one is to run. Until then it shows none. */
export const handMade = 'dovecot.orig';

/** Whether a script carries a name of ours. */
export const isOurs = (name: string): boolean => /^gatehouse-[\da-f]{12}$/.test(name);

function replying(reply: string, subject: string | undefined, until: string | undefined) {
  const before =
    subject === undefined ? '' : ` :subject ${quoted(`${subject} `, variable('subject'))}`;
  const act = `vacation${before} ${quoted(inShortLines(reply))};`;
  return [
    ...(subject === undefined
      ? []
      : [`if header :matches "subject" "*" { set "subject" "${variable('1')}"; }`]),
    until === undefined ? act : `if currentdate :value "le" "date" "${until}" { ${act} }`,
  ];
}

/** Mail servers cut lines of more than 998 bytes, in the middle of letters. */
const inShortLines = (text: string): string =>
  text
    .split('\n')
    .map((line) =>
      line.length <= 200 ? line : line.replaceAll(/(.{1,200})( +|$)/gu, '$1\n').trimEnd(),
    )
    .join('\n');

/** As the language quotes text, in ASCII, and so that nothing in it means anything; `then` follows as it is. */
function quoted(text: string, then = ''): string {
  const ascii = text
    .replaceAll('\r\n', '\n')
    .replaceAll('$', variable('dollar'))
    .replaceAll(/["\\]/g, (it) => `\\${it}`)
    .replaceAll(/[^\n\u0020-\u007e]/gu, (it) =>
      variable(`unicode:${it.codePointAt(0)!.toString(16)}`),
    );
  return `"${ascii}${then}"`;
}

const variable = (name: string): string => `\${${name}}`;
