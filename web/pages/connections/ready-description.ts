import type { WholeDescription } from '#api/contract/descriptions.ts';

/** What the makers of a description say beside it: what to enter, what it proves, traps, sources. */
export function aboutText({ name, does, file }: WholeDescription): string {
  const about = file['about'] as About | undefined;
  const connect = file['connect'] as { readonly credential?: string } | undefined;
  const list = (title: string, lines: readonly string[] = []) =>
    lines.length === 0 ? [] : [`## ${title}`, '', ...lines.map((it) => `- ${it}`), ''];
  return [
    `# ${name}`,
    '',
    does,
    '',
    ...(connect?.credential ? ['## What to enter', '', connect.credential.trim(), ''] : []),
    ...(about?.proves ? ['## What it proves', '', about.proves, ''] : []),
    ...list('Traps', about?.traps),
    ...list('What stays by hand', about?.byHand),
    ...list(
      'Sources',
      about?.sources?.map(({ url }) => `[${url}](${url})`),
    ),
  ].join('\n');
}

interface About {
  readonly proves?: string;
  readonly traps?: readonly string[];
  readonly byHand?: readonly string[];
  readonly sources?: readonly { readonly url: string }[];
}
