import { readConfiguration } from '../../src/operate/configuration.ts';
import { localCommands } from '../../src/operate/local.ts';
import type { TestGatehouse } from './gatehouse.ts';

/** `gatehouse ledger …` as typed on the server: what it prints, and its exit code. */
export async function ledgerCommand(
  { database, keysFolder, markFolder, mirrorFolder }: TestGatehouse,
  ...words: string[]
): Promise<{ out: string; code: number }> {
  const read = readConfiguration({
    workingDirectory: keysFolder,
    environment: {
      GATEHOUSE_DATA: keysFolder,
      GATEHOUSE_KEYS: keysFolder,
      LEDGER_MARK_DIR: markFolder,
      LEDGER_MIRROR: mirrorFolder,
      DATABASE_URL: database.url('admin'),
      DATABASE_URL_WEB: database.url('web'),
      DATABASE_URL_WORK: database.url('worker'),
      DATABASE_URL_SCRIBE: database.url('scribe'),
    },
  });
  if (!read.ok) throw new Error(JSON.stringify(read));
  const lines: string[] = [];
  let code = 0;
  const print = (line: string) => void lines.push(line);
  const output = { out: print, raw: print, error: print };
  const commands = localCommands(read.configuration, output, (it) => (code = it));
  const command = commands.find((it) => it.name() === 'ledger')!;
  await command.exitOverride().parseAsync(words, { from: 'user' });
  return { out: lines.join('\n'), code };
}
