import type { Command } from 'commander';
import { PlanPreview } from '#api/contract/plans.ts';
import { answering, type Cli } from './context.ts';
import {
  type DepartureOptions,
  departureFrom,
  kindOption,
  withDates,
} from './departure-options.ts';
import { clean } from './paint.ts';

/** `gatehouse plan`: what a departure would do. */
export function addPlan(program: Command, cli: Cli): void {
  const plan = answering(
    program,
    'plan <person>',
    'see what a departure would do; nothing happens. PERSON is the HR id',
  )
    .addOption(kindOption().makeOptionMandatory())
    .option('--urgent', 'end access now')
    .option('--confidential', 'only HR, IT admins and Security may know of it');
  withDates(plan).action(
    async (
      person: string,
      options: DepartureOptions & { kind: NonNullable<DepartureOptions['kind']>; json?: boolean },
    ) => {
      const asked = { person, departure: departureFrom(options) };
      const preview = await cli.client().send('POST', '/plans', asked, PlanPreview);
      cli.answer(options, preview, () => {
        if ('question' in preview) return [`First a question: ${clean(preview.question)}`];
        return [
          ...preview.text.map(clean),
          ...preview.unanswered.map(({ connection, because }) =>
            cli.paint('attention', clean(`${connection} could not be asked: ${because}`)),
          ),
        ];
      });
    },
  );
}
