import type { Command } from 'commander';
import { type Client, openClient } from './client.ts';
import type { Io } from './io.ts';
import { type Paint, paintFor } from './paint.ts';
import { findServer } from './server-address.ts';

/** What every command works with. */
export interface Cli {
  readonly io: Io;
  readonly paint: Paint;
  /** The zone of whoever reads, for what has no place of its own. */
  readonly zone: string;
  readonly now: () => Date;
  /** Finds server and key when first asked; a wrong command is told before that. */
  client(): Client;
  /** Writes the answer: as lines for people, or as JSON where that was asked for. */
  answer(options: { json?: boolean }, data: unknown, lines: () => readonly string[]): void;
  /** Ends with 1 although the answer was given: something in it did not work. */
  fail(): void;
}

export function openCli(io: Io): Cli & { readonly failed: () => boolean } {
  let client: Client | undefined;
  let failed = false;
  return {
    io,
    paint: paintFor(io.stdout, io.env),
    zone: io.zone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone,
    now: io.now ?? (() => new Date()),
    client() {
      client ??= openClient(findServer(io.env));
      return client;
    },
    answer({ json = false }, data, lines) {
      const text = json ? JSON.stringify(data, null, 2) : lines().join('\n');
      if (text !== '') io.stdout.write(`${text}\n`);
    },
    fail() {
      failed = true;
    },
    failed: () => failed,
  };
}

/** A command that answers; every one of them can do so in JSON. */
export const answering = (parent: Command, usage: string, summary: string): Command =>
  parent.command(usage).description(summary).option('--json', 'answer as JSON, for programs');

/** A word that only groups commands. */
export const group = (parent: Command, word: string, summary: string): Command =>
  parent.command(word).description(summary);
