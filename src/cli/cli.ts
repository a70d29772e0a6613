import { Command, CommanderError } from 'commander';
import { addAccess } from './access.ts';
import { addAlerts } from './alerts.ts';
import { addApprovals } from './approvals.ts';
import { addArrive } from './arrive.ts';
import { addAudit } from './audit.ts';
import { addBulk } from './bulk.ts';
import { addCase } from './case.ts';
import { Refused } from './client.ts';
import { addConnection } from './connection.ts';
import { addConnectors } from './connectors.ts';
import { openCli } from './context.ts';
import { addDepart } from './depart.ts';
import { addDescription } from './description.ts';
import { addFeed } from './feed.ts';
import { addHint } from './hint.ts';
import { addImport } from './import.ts';
import { CliProblem, type Io } from './io.ts';
import { addKillSwitch } from './kill-switch.ts';
import { addLegalHold } from './legal-hold.ts';
import { clean, type Paint, paintFor } from './paint.ts';
import { addPerson } from './person.ts';
import { addPlan } from './plan.ts';
import { addPlaybook } from './playbook.ts';
import { addPopulation } from './population.ts';
import { addProtected } from './protected.ts';
import { addPruning } from './pruning.ts';
import { addReadiness } from './readiness.ts';
import { addRulePacks } from './rule-packs.ts';
import { addSettings } from './settings.ts';
import { addStep } from './step.ts';
import { addSurvey } from './survey.ts';
import { addTasks } from './tasks.ts';
import { addToken } from './token.ts';

const onServer = `
On the server itself:
  gatehouse serve          start everything; web, work and scribe start one part each
  gatehouse demo           the practice company, on this machine only
  gatehouse user …         add people who work with Gatehouse
  gatehouse token create   make a key

Where Gatehouse is: GATEHOUSE_URL, otherwise this machine. The key: GATEHOUSE_TOKEN, otherwise
cli-token in the data directory (GATEHOUSE_DATA).`;

/**
 * Runs one command of the client and returns its exit code: 0, 1 when it did not work, 2
 * when it was typed wrongly. `argv` holds the words after the program’s name.
 */
export async function runCli(argv: readonly string[], io: Io): Promise<number> {
  const cli = openCli(io);
  const program = new Command('gatehouse')
    .description('Offboarding that reads every change back.')
    .addHelpText('after', onServer)
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
      getOutHelpWidth: () => io.stdout.columns ?? 100,
      getErrHelpWidth: () => io.stderr.columns ?? 100,
    });
  const commands = [
    addDepart,
    addHint,
    addArrive,
    addPlan,
    addCase,
    addBulk,
    addStep,
    addTasks,
    addApprovals,
    addAlerts,
    addAccess,
    addKillSwitch,
    addLegalHold,
    addFeed,
    addProtected,
    addPerson,
    addPruning,
    addImport,
    addConnection,
    addDescription,
    addConnectors,
    addPlaybook,
    addPopulation,
    addReadiness,
    addRulePacks,
    addSurvey,
    addSettings,
    addAudit,
    addToken,
  ];
  for (const add of commands) add(program, cli);

  ignoreHangUp(io);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return cli.failed() ? 1 : 0;
  } catch (error) {
    return tell(error, io, paintFor(io.stderr, io.env));
  }
}

/** Says what went wrong, on standard error, and returns the exit code. */
function tell(error: unknown, io: Io, paint: Paint): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof Refused) {
    const { title, detail, errors } = error.problem;
    const lines = [
      `${paint('attention', title)}: ${clean(detail)}`,
      ...errors.map((it) => `  ${clean(it.at)}: ${clean(it.problem)}`),
    ];
    io.stderr.write(`${lines.join('\n')}\n`);
    return 1;
  }
  if (error instanceof CliProblem) {
    io.stderr.write(`${error.message.split('\n').map(clean).join('\n')}\n`);
    return error.exitCode;
  }
  throw error;
}

/** Whoever reads our output may stop early, as `head` does; that is no fault, and may show when all is written. */
function ignoreHangUp({ stdout }: Io): void {
  stdout.on('error', (error) => {
    if (!('code' in error && error.code === 'EPIPE')) throw error;
  });
}
