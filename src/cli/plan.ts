import { type Command, Option } from 'commander';
import { PlanPreview } from '#api/contract/plans.ts';
import { arrivalKinds } from '#core/arrival.ts';
import { departureKinds } from '#core/departure-kind.ts';
import { type ArrivalOptions, arrivalFrom, withNewRole } from './arrive.ts';
import { answering, type Cli } from './context.ts';
import { type DepartureOptions, departureFrom, withDates } from './departure-options.ts';
import { wrongUsage } from './io.ts';
import { clean } from './paint.ts';

/** `gatehouse plan`: what a departure would do. */
export function addPlan(program: Command, cli: Cli): void {
  const plan = answering(
    program,
    'plan <person>',
    'see what a departure or an arrival would do; nothing happens. PERSON is the HR id',
  )
    .addOption(anyKind().makeOptionMandatory())
    .option('--start-day <day>', 'of an arrival or a new role, such as 2026-12-01')
    .option('--urgent', 'end access now')
    .option('--confidential', 'only HR, IT admins and Security may know of it')
    .option('--hold', 'nothing begins and nobody is told until it is released');
  withNewRole(withDates(plan)).action(
    async (
      person: string,
      options: ArrivalOptions & Omit<DepartureOptions, 'kind'> & { json?: boolean },
    ) => {
      const asked = { person, ...occasionFrom(options) };
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

const anyKind = () =>
  new Option('--kind <kind>', 'why').choices([...departureKinds, ...arrivalKinds]);

function occasionFrom(options: ArrivalOptions & Omit<DepartureOptions, 'kind'>) {
  const kind = departureKinds.find((it) => it === options.kind);
  if (!kind) return { arrival: arrivalFrom(options) };
  if (options.startDay !== undefined) throw wrongUsage('A departure has no --start-day.');
  return { departure: departureFrom({ ...options, kind }) };
}
