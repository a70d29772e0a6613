import type { Command } from 'commander';
import { Requested } from '#api/contract/cases.ts';
import { answering, type Cli } from './context.ts';
import {
  type DepartureOptions,
  departureFrom,
  kindOption,
  withDates,
} from './departure-options.ts';
import { follow } from './follow.ts';

/** `gatehouse depart`: somebody leaves. */
export function addDepart(program: Command, cli: Cli): void {
  const depart = answering(program, 'depart <person>', 'start a departure; PERSON is the HR id')
    .addOption(kindOption().makeOptionMandatory())
    .option('--urgent', 'end access now')
    .option('--confidential', 'only HR, IT admins and Security may know of it')
    .option('--hold', 'nothing begins and nobody is told until it is released')
    .option('--watch', 'follow it until it ends');
  withDates(depart).action(
    async (
      person: string,
      options: DepartureOptions & {
        kind: NonNullable<DepartureOptions['kind']>;
        watch?: boolean;
        json?: boolean;
      },
    ) => {
      const asked = { personId: person, departure: departureFrom(options) };
      const requested = await cli.client().send('POST', '/cases', asked, Requested);
      const { caseId, detail } = requested;
      if (caseId !== null && options.watch) {
        return follow(cli, caseId, { everyMs: 2_000, json: options.json ?? false });
      }
      cli.answer(options, requested, () =>
        caseId === null
          ? [`Request ${requested.requestId}: ${detail}`]
          : [`Departure ${caseId}: ${detail}`, `Follow it: gatehouse case watch ${caseId}`],
      );
    },
  );
}
