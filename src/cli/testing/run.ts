import { PassThrough, Readable, Writable } from 'node:stream';
import { runCli } from '../cli.ts';
import type { Io } from '../io.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly env?: Io['env'];
  /** What comes by standard input. */
  readonly input?: string;
  /** Somebody at a terminal, who answers each question in turn. */
  readonly answers?: readonly string[];
  /** Pretends that the output is a terminal of this size. */
  readonly terminal?: { readonly columns: number; readonly rows: number };
  readonly now?: () => Date;
}

/** Something to write to that keeps what was written. */
export function sink(terminal?: RunOptions['terminal']) {
  const chunks: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(String(chunk));
      done();
    },
  });
  return {
    stream: Object.assign(stream, terminal ? { isTTY: true, ...terminal } : {}),
    text: () => chunks.join(''),
  };
}

/** A terminal that somebody types at: one line whenever a question ends. */
function typist(answers: readonly string[], questions: Writable) {
  const keys = Object.assign(new PassThrough(), { isTTY: true });
  const left = [...answers];
  const write = questions.write.bind(questions);
  questions.write = (chunk: unknown, ...rest: never[]) => {
    if (/[?:] $/.test(String(chunk))) setImmediate(() => keys.write(`${left.shift() ?? ''}\r`));
    return write(chunk, ...rest);
  };
  return keys;
}

/** Runs one command of the client, as typed. */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const out = sink(options.terminal);
  const err = sink();
  const code = await runCli(argv, {
    stdout: out.stream,
    stderr: err.stream,
    stdin: options.answers
      ? typist(options.answers, err.stream)
      : Readable.from(options.input === undefined ? [] : [options.input]),
    env: options.env ?? {},
    zone: 'Europe/Berlin',
    ...(options.now ? { now: options.now } : {}),
  });
  return { code, out: out.text(), err: err.text() };
}
