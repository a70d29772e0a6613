import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { Problem } from '#app/problem.ts';
import { type NoteKey, NoteProblem, readVkey } from '#core/note.ts';
import { sha256 } from '#ledger/hash.ts';
import { openWitness } from '#ledger/witness.ts';
import { serveWitness } from '#ledger/witness-server.ts';
import { listenAddress } from './configuration-values.ts';
import type { Output } from './local.ts';

interface Options {
  readonly name: string;
  readonly file: string;
  readonly listen: string;
  readonly log: readonly string[];
  readonly logs?: string;
}

/**
 * `gatehouse ledger witness`: signs that other people’s records only ever grow. For an auditor, on a machine of
 * his own: it needs no database and no Gatehouse. Runs until it is told to stop.
 */
export function witnessCommand({ out, error }: Output): Command {
  return new Command('witness')
    .description('sign that a record only ever grows; for auditors, on a machine of their own')
    .requiredOption('--name <name>', 'its name, such as witness.firm.example; for ever the same')
    .option('--file <file>', 'holds its key and what it has signed', 'witness.json')
    .option('--listen <address>', 'where it is asked', '127.0.0.1:8090')
    .option('--log <key...>', 'a key of a record to watch, as gatehouse ledger keys prints it', [])
    .option('--logs <file>', 'a file with such keys, one a line')
    .action(async (it: Options) => {
      const address = listenAddress(it.listen);
      if ('problem' in address) throw new Problem('not readable', `--listen ${address.problem}`);
      const logs = await keysFrom(it);
      const { name, file } = it;
      const witness = await openWitness({ file, name, logs, now: () => new Date() }).catch(
        asProblem,
      );
      const server = await serveWitness(witness, address, (failure) => error(String(failure)));
      for (const origin of new Set(logs.map((key) => key.name))) out(`It watches ${origin}.`);
      out(`It is asked at ${server.url}. Its key, for those whose record it watches:`);
      out(witness.vkey);
      await told();
      await server.stop();
    });
}

async function keysFrom({ log, logs }: Options): Promise<readonly NoteKey[]> {
  const file = logs === undefined ? '' : await readFile(logs, 'utf8').catch(() => null);
  if (file === null) throw new Problem('not readable', `${logs} cannot be read.`);
  const vkeys = [...log, ...file.split('\n')].map((it) => it.trim()).filter(Boolean);
  if (vkeys.length === 0) {
    throw new Problem('not readable', 'Name the keys of the record to watch: --log or --logs.');
  }
  try {
    return vkeys.map((vkey) => readVkey(sha256, vkey));
  } catch (error) {
    return asProblem(error);
  }
}

function asProblem(error: unknown): never {
  if (error instanceof NoteProblem) throw new Problem('not readable', error.message);
  throw error;
}

/** Resolves when somebody wants it to end. */
const told = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
