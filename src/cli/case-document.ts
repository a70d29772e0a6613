import { writeFile } from 'node:fs/promises';
import { Argument, type Command, Option } from 'commander';
import { exitDocumentKinds } from '#core/exit-document.ts';
import { languages } from '#core/language.ts';
import type { Cli } from './context.ts';
import { CliProblem, write } from './io.ts';
import { clean } from './paint.ts';

/** `gatehouse case document …`: writes a page to print; on a terminal a file reads better. */
export function addCaseDocument(parent: Command, cli: Cli): void {
  parent
    .command('document')
    .description('make an exit document, as a page to print')
    .argument('<case>', 'the departure')
    .addArgument(new Argument('<kind>', 'which document').choices(exitDocumentKinds))
    .addOption(new Option('--language <language>', 'not that of the reader').choices(languages))
    .option('-o, --out <file>', 'into a file')
    .action(async (id: string, kind: string, { out, language }: Options) => {
      const path = `/cases/${encodeURIComponent(id)}/documents/${kind}`;
      const pieces: Uint8Array[] = [];
      for await (const piece of cli.client().download(path, { language })) pieces.push(piece);
      const page = Buffer.concat(pieces);
      if (out === undefined) return write(cli.io.stdout, page);
      await keep(out, page);
      cli.io.stdout.write(`${clean(out)} is written. Open it in a browser to print it.\n`);
    });
}

interface Options {
  readonly out?: string;
  readonly language?: string;
}

/** For the eyes of its owner: there is a person in it. */
async function keep(file: string, page: Uint8Array): Promise<void> {
  try {
    await writeFile(file, page, { mode: 0o600 });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CliProblem(`${file} cannot be written: ${why}`, 1, { cause: error });
  }
}
