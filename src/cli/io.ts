import { once } from 'node:events';
import { nearest } from '#core/nearest.ts';

/** Where a command writes. A terminal knows its size. */
export type Output = NodeJS.WritableStream & {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
};

/** Where a command reads what nobody else may see: answers and secrets. */
export type Input = NodeJS.ReadableStream & { readonly isTTY?: boolean | undefined };

/** All that a command has of the world around it. */
export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly stdin: Input;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Default: the clock of this machine. */
  readonly now?: () => Date;
  /** The zone of whoever reads, IANA. Default: that of this machine. */
  readonly zone?: string;
}

/** A sentence for whoever typed the command; ends it with `exitCode`. */
export class CliProblem extends Error {
  override readonly name = 'CliProblem';
  /** 1: it did not work; 2: it was typed wrongly. */
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2 = 1, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

export const wrongUsage = (message: string) => new CliProblem(message, 2);

/** That there is nothing of this name, and what may have been meant. */
export function noneNamed(what: string, name: string, names: readonly string[]): string {
  const meant = nearest(name, names);
  const hint = meant ? `Did you mean ${meant}?` : `There are: ${names.join(', ') || 'none'}.`;
  return `There is no ${what} ${name}. ${hint}`;
}

/** Writes, and waits while the reader is slower than we are. */
export async function write(output: Output, text: string | Uint8Array): Promise<void> {
  if (!output.write(text)) await once(output, 'drain');
}

/** Everything that comes by standard input, as text. */
export async function readAll(input: Input): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of input) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
