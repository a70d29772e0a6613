import { type Command, Option } from 'commander';
import type { ArrivalInput } from '#api/contract/arrivals.ts';
import { Requested } from '#api/contract/cases.ts';
import { arrivalKinds } from '#core/arrival.ts';
import { answering, type Cli } from './context.ts';
import { follow } from './follow.ts';
import { wrongUsage } from './io.ts';

export interface ArrivalOptions {
  readonly kind?: string;
  readonly startDay?: string;
  readonly confidential?: boolean;
  readonly department?: string;
  readonly title?: string;
  readonly location?: string;
}

/** `gatehouse arrive`: somebody begins, or changes their role. */
export function addArrive(program: Command, cli: Cli): void {
  const arrive = answering(
    program,
    'arrive <person>',
    'start an arrival or a change of role; PERSON is the HR id',
  )
    .addOption(new Option('--kind <kind>', 'what it is').choices(arrivalKinds).default('arrival'))
    .requiredOption('--start-day <day>', 'the first day, such as 2026-12-01')
    .option('--confidential', 'only HR, IT admins and Security may know of it')
    .option('--watch', 'follow it until it ends');
  withNewRole(arrive).action(
    async (person: string, options: ArrivalOptions & { watch?: boolean; json?: boolean }) => {
      const asked = { personId: person, arrival: arrivalFrom(options) };
      const requested = await cli.client().send('POST', '/cases', asked, Requested);
      const { caseId, detail } = requested;
      if (caseId !== null && options.watch) {
        return follow(cli, caseId, { everyMs: 2_000, json: options.json ?? false });
      }
      cli.answer(options, requested, () =>
        caseId === null
          ? [`Request ${requested.requestId}: ${detail}`]
          : [`Case ${caseId}: ${detail}`, `Follow it: gatehouse case watch ${caseId}`],
      );
    },
  );
}

export const withNewRole = (command: Command): Command =>
  command
    .option('--department <name>', 'of a new role')
    .option('--title <text>', 'of a new role')
    .option('--location <name>', 'of a new role');

/** An arrival from options. Throws where they contradict each other. */
export function arrivalFrom(options: ArrivalOptions): ArrivalInput {
  const { startDay, confidential = false, department, title, location } = options;
  const kind = arrivalKinds.find((it) => it === options.kind);
  if (!kind || startDay === undefined) {
    throw wrongUsage(`Add --start-day, and --kind as one of: ${arrivalKinds.join(', ')}.`);
  }
  const role = Object.fromEntries(
    Object.entries({ department, title, location }).filter(([, value]) => value !== undefined),
  );
  const isNamed = Object.keys(role).length > 0;
  if (isNamed && kind !== 'role change') {
    throw wrongUsage('--department, --title and --location go with --kind "role change".');
  }
  return { kind, startDay, confidential, ...(isNamed ? { role } : {}) };
}
