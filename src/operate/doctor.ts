import { Command } from 'commander';
import { seeDatabase } from '#store/database.ts';
import type { Configuration } from './configuration.ts';
import { examine, type Finding, type State, wrong } from './doctor-checks.ts';
import { databaseChecks } from './doctor-database.ts';
import { keysInUseChecks } from './doctor-keys.ts';
import { machineChecks } from './doctor-machine.ts';
import { setUpChecks } from './doctor-set-up.ts';
import type { Output } from './local.ts';

const marks: Readonly<Record<State, string>> = { well: '✔', look: '▲', wrong: '✖' };

/**
 * `gatehouse doctor`: one list of what is well, what somebody should look at, and what is wrong, each with what to do.
 * It changes nothing. Ends with 1 where something is wrong.
 */
export function doctorCommand(
  configuration: Configuration,
  { out }: Output,
  end: (code: number) => void,
): Command {
  return new Command('doctor')
    .description('look whether all is well, and what to do where it is not (on the server)')
    .option('--json', 'the list for programs')
    .action(async ({ json }: { json?: boolean }) => {
      const found = await diagnose(configuration);
      const isWell = !found.some(({ state }) => state === 'wrong');
      if (json) out(JSON.stringify({ well: isWell, findings: found }, null, 2));
      else for (const line of linesOf(found)) out(line);
      end(isWell ? 0 : 1);
    });
}

/** Everything that can be seen, in the order in which it is best mended. */
export async function diagnose(configuration: Configuration): Promise<readonly Finding[]> {
  const here = await examine(machineChecks(configuration, new Date()));
  try {
    const seen = await seeDatabase({
      dataDirectory: configuration.dataDirectory,
      keysDirectory: configuration.keysDirectory,
      urls: configuration.databaseUrls,
      onConnectionError: () => {},
    });
    try {
      const checks = {
        ...databaseChecks(seen),
        ...keysInUseChecks(seen, configuration.keysDirectory),
        ...setUpChecks(seen),
      };
      return [...here, ...(await examine(checks))];
    } finally {
      await seen.stop();
    }
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return [
      ...here,
      wrong('database', said, 'Nothing else can be seen until the database answers.'),
    ];
  }
}

function linesOf(found: readonly Finding[]): readonly string[] {
  const width = Math.max(...found.map(({ about }) => about.length)) + 2;
  const lines = found.flatMap(({ about, state, text, remedy }) => [
    `${marks[state]} ${about.padEnd(width)}${text}`,
    ...(remedy === null ? [] : [`  ${' '.repeat(width)}→ ${remedy}`]),
  ]);
  const count = (state: State) => found.filter((it) => it.state === state).length;
  return [
    ...lines,
    '',
    `${count('wrong')} wrong, ${count('look')} to look at, ${count('well')} well.`,
  ];
}
