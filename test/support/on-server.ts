import { type Configuration, readConfiguration } from '../../src/operate/configuration.ts';
import { localCommands } from '../../src/operate/local.ts';
import type { TestGatehouse } from './gatehouse.ts';

/** The configuration that an environment gives. */
export function configurationOf(environment: Readonly<Record<string, string>>): Configuration {
  const read = readConfiguration({ workingDirectory: '/', environment });
  if (!read.ok) throw new Error(JSON.stringify(read));
  return read.configuration;
}

/** A command as typed on the server: what it prints, and its exit code. */
export async function onServer(
  where: Configuration | TestGatehouse,
  ...words: string[]
): Promise<{ out: string; code: number }> {
  const configuration = 'dataDirectory' in where ? where : ofGatehouse(where);
  const lines: string[] = [];
  let code = 0;
  const print = (line: string) => void lines.push(line);
  const output = { out: print, raw: print, error: print };
  const [name, ...rest] = words;
  const commands = localCommands(configuration, output, (it) => (code = it));
  const command = commands.find((it) => it.name() === name)!;
  await command.exitOverride().parseAsync(rest, { from: 'user' });
  return { out: lines.join('\n'), code };
}

/** `gatehouse ledger …`. */
export const ledgerCommand = (gatehouse: TestGatehouse, ...words: string[]) =>
  onServer(gatehouse, 'ledger', ...words);

const ofGatehouse = ({ database, keysFolder, markFolder, mirrorFolder }: TestGatehouse) =>
  configurationOf({
    GATEHOUSE_DATA: keysFolder,
    GATEHOUSE_KEYS: keysFolder,
    LEDGER_MARK_DIR: markFolder,
    LEDGER_MIRROR: mirrorFolder,
    DATABASE_URL: database.url('admin'),
    DATABASE_URL_WEB: database.url('web'),
    DATABASE_URL_WORK: database.url('worker'),
    DATABASE_URL_SCRIBE: database.url('scribe'),
  });
