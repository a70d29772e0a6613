import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { CliProblem, type Io } from './io.ts';

/** Asks on the terminal. The question goes beside the output, so that this can be piped. */
export async function ask(io: Io, question: string): Promise<string> {
  return (await answerTo(io, question, io.stderr)).trim();
}

/** Asks for what must not be seen: nothing of the answer appears. */
export async function askHidden(io: Io, question: string): Promise<string> {
  io.stderr.write(question);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  try {
    return await answerTo(io, '', nowhere);
  } finally {
    io.stderr.write('\n');
  }
}

async function answerTo(io: Io, question: string, output: NodeJS.WritableStream): Promise<string> {
  const stopped = new AbortController();
  const lines = createInterface({ input: io.stdin, output, terminal: io.stdin.isTTY === true });
  lines.once('SIGINT', () => stopped.abort());
  lines.once('close', () => stopped.abort());
  try {
    return await lines.question(question, { signal: stopped.signal });
  } catch (error) {
    throw new CliProblem('Stopped; nothing was sent.', 1, { cause: error });
  } finally {
    lines.close();
  }
}
