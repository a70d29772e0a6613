/**
 * The commands in a piece of shell, each as its words: enough of the shell's grammar for what
 * documentation shows. Quotes are taken off; assignments in front, redirections and comments are
 * left out; what `$(…)` would give stays as it is written.
 */
export function commandsIn(text: string): readonly (readonly string[])[] {
  const commands: string[][] = [];
  let words: string[] = [];
  const end = () => {
    const first = words.findIndex((it) => !/^[A-Z_]+=/.test(it));
    const command = first < 0 ? [] : withoutRedirections(words.slice(first));
    if (command.length > 0) commands.push(command);
    words = [];
  };
  for (const [part] of text.replaceAll('\\\n', ' ').matchAll(parts)) {
    if (/^[\n;|&]+$/.test(part)) end();
    else if (!/^[ \t]+$/.test(part) && !part.startsWith('#')) words.push(unquoted(part));
  }
  end();
  return commands;
}

const quotedWord = /"(?:[^"\\]|\\.)*"|'[^']*'|\$\([^()]*\)/;
const parts = new RegExp(
  `[\\n;]|[|&]+|[ \\t]+|#(?<=(?:^|[\\s])#)[^\\n]*|(?:${quotedWord.source}|[^\\s;|&"'])+`,
  'gm',
);

const unquoted = (word: string): string =>
  word.replace(/"((?:[^"\\]|\\.)*)"|'([^']*)'/g, (_, double?: string, single?: string) =>
    double === undefined ? (single ?? '') : double.replace(/\\(.)/g, '$1'),
  );

function withoutRedirections(words: readonly string[]): string[] {
  return words.filter((word, i) => {
    const isRedirection = (it: string | undefined) => it !== undefined && /^[<>]/.test(it);
    const isItsFile = /^[<>]+$/.test(words[i - 1] ?? '');
    return !isRedirection(word) && !isItsFile;
  });
}
