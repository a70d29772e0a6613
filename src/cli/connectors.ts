import type { Command } from 'commander';
import { ConnectorPage } from '#api/contract/connections.ts';
import { fieldsOf } from './connector-form.ts';
import { answering, type Cli } from './context.ts';
import { everything } from './everything.ts';
import { CliProblem, noneNamed } from './io.ts';
import { clean } from './paint.ts';
import { table } from './table.ts';

/** Every kind of system that can be connected. */
export const allConnectors = (cli: Cli) => everything(cli, '/connectors', ConnectorPage);

/** One of them by its id. */
export async function connectorNamed(cli: Cli, id: string) {
  const connectors = await allConnectors(cli);
  const found = connectors.find((it) => it.id === id);
  if (found) return found;
  const ids = connectors.map((it) => it.id);
  throw new CliProblem(noneNamed('connector', id, ids));
}

/** `gatehouse connectors`: kinds of systems, and what each has to be told. */
export function addConnectors(program: Command, cli: Cli): void {
  answering(
    program,
    'connectors [id]',
    'kinds of systems; with an id: what it has to be told',
  ).action(async (id: string | undefined, options: { json?: boolean }) => {
    if (id !== undefined) {
      const connector = await connectorNamed(cli, id);
      return cli.answer(options, connector, () => [
        clean(`${connector.name} (${connector.category})`),
        '',
        ...table(
          cli.paint,
          ['Setting', 'Needed', 'Kind', 'What it is'],
          fieldsOf(connector).map((it) => [
            it.name,
            it.required ? 'yes' : 'no',
            it.choices.length > 0 ? it.choices.join(' | ') : it.kind,
            [it.title, it.description].filter(Boolean).join(': '),
          ]),
          'It has no settings.',
        ),
      ]);
    }
    const items = await allConnectors(cli);
    cli.answer(options, items, () =>
      table(
        cli.paint,
        ['Connector', 'Name', 'Category'],
        items.map((it) => [it.id, it.name, it.category]),
        'There are none.',
      ),
    );
  });
}
