import type { Io } from '../src/cli/io.ts';
import { cut, paintFor, type Tone, widthOf } from '../src/cli/paint.ts';

/** One thing that happened, in a table whose last column may run over several lines. */
export interface Row {
  readonly time: string;
  readonly sign: string;
  readonly tone: Tone;
  readonly where: string;
  readonly what: string;
  /** Never the sign or a colour alone: always a word. */
  readonly word: string;
  readonly detail?: string | undefined;
}

const narrowest = 72;
const widest = 100;

export type Screen = ReturnType<typeof openScreen>;

/** Everything that the practice company says goes through here. */
export function openScreen({ stdout, env }: Pick<Io, 'stdout' | 'env'>) {
  const isTerminal = stdout.isTTY === true && env['TERM'] !== 'dumb';
  const columns = isTerminal ? stdout.columns : undefined;
  const width = Math.min(widest, Math.max(narrowest, columns ?? widest));
  const paint = paintFor(stdout, env);
  const write = (text: string) => stdout.write(text);
  // Time, icon, where, what, and the rest of the line.
  const widths = { where: 11, what: width >= 92 ? 24 : 20 };
  const resultAt = 2 + 7 + 2 + 2 + widths.where + 1 + widths.what + 1;

  let status: { text: () => string; timer: NodeJS.Timeout } | null = null;
  let shown = false;
  let turn = 0;
  const wipe = () => {
    if (shown) write('\r\x1b[2K');
    shown = false;
  };
  const drawStatus = () => {
    if (!status) return;
    turn += 1;
    const ring = '◐◓◑◒'[turn % 4];
    wipe();
    write(paint('busy', cut(`  ${ring} ${status.text()}`, width - 1)));
    shown = true;
  };
  const line = (text = '') => {
    wipe();
    write(`${text.trimEnd()}\n`);
  };

  return {
    width,
    paint,
    line,
    /** A heading of one part of the story, numbered. */
    heading(number: number, title: string) {
      line();
      line(paint('strong', `${number}  ${title}`));
    },
    /** Text below a heading, broken at blanks. */
    paragraph(text: string, tone: Tone = 'plain') {
      for (const it of broken(text, width - 3)) line(`   ${paint(tone, it)}`);
    },
    /** A line that somebody else wrote. */
    quote(text: string) {
      for (const it of broken(text, width - 7)) line(`     ${paint('quiet', `│ ${it}`)}`);
    },
    /** A name and what is to be said of it. */
    entry(sign: string, tone: Tone, name: string, text: string) {
      const [first = '', ...rest] = broken(text, width - 22);
      line(`   ${paint(tone, sign)} ${fit(name, 16)} ${first}`);
      for (const it of rest) line(`${' '.repeat(22)}${it}`);
    },
    row({ time, sign, tone, where, what, word, detail }: Row) {
      const result = detail ? `${word}  ${detail}` : word;
      const whats = broken(what, widths.what);
      const results = broken(result, width - resultAt);
      for (let i = 0; i < Math.max(whats.length, results.length); i += 1) {
        const head =
          i === 0
            ? `  ${paint('quiet', time.padStart(7))}  ${paint(tone, sign)} ${fit(where, widths.where)}`
            : ' '.repeat(resultAt - widths.what - 2);
        const text = results[i] ?? '';
        const toned =
          i === 0 && text.startsWith(word)
            ? paint(tone, word) + paint('quiet', text.slice(word.length))
            : paint(i === 0 ? tone : 'quiet', text);
        line(`${head} ${fit(whats[i] ?? '', widths.what)} ${toned}`);
      }
    },
    /** What is waited for, on a line of its own that comes and goes; only on a terminal. */
    status(text: (() => string) | null) {
      if (status) clearInterval(status.timer);
      status = null;
      wipe();
      if (!text || !isTerminal) return;
      status = { text, timer: setInterval(drawStatus, 120) };
      drawStatus();
    },
  };
}

/** Seconds with one decimal below ten minutes, such as “0.4 s”. */
export const seconds = (ms: number): string => `${(Math.max(0, ms) / 1_000).toFixed(1)} s`;

const fit = (text: string, width: number) => {
  const short = cut(text, width);
  return short + ' '.repeat(width - widthOf(short));
};

/** Breaks text at blanks into lines of at most `width`; a longer word stays whole. */
export function broken(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/(?<=\s)/)) {
    if (line !== '' && widthOf((line + word).trimEnd()) > width) {
      lines.push(line.trimEnd());
      line = '';
    }
    line += word;
  }
  return line.trim() === '' && lines.length > 0 ? lines : [...lines, line.trimEnd()];
}
