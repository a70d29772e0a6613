import type { Colleague } from './company.ts';
import type { Stage } from './stage.ts';
import { expectThat } from './wait.ts';

/** Prints what became of a mailbox, past Gatehouse: who reads it, and what whoever writes is told. */
export function showMailbox({ screen, systems }: Stage, of: Colleague, reader: Colleague): void {
  const { mailServer } = systems;
  const { readers, script } = mailServer.mailboxOf(of);
  const { name } = mailServer.connection;
  const readBy = readers.join(', ');
  expectThat(readBy === reader.email, `her mail read by ${reader.email}`, () => readBy || 'nobody');
  expectThat(
    script !== null && !script.includes(of.privateEmail),
    'nothing sent on to her private address',
    () => script ?? 'no script',
  );
  const [, until] = /currentdate :value "le" "date" "([^"]+)"/.exec(script!) ?? [];
  const [, reply] = /vacation [^;]*"([^"]+)";/.exec(script!) ?? [];
  expectThat(
    until !== undefined && reply !== undefined,
    'an answer to whoever writes',
    () => script!,
  );
  screen.entry(
    '✔',
    'good',
    name,
    `${reader.name} reads her mail, and nothing goes on to her private address. Until ${until} whoever writes ` +
      `is told: “${reply}”`,
  );
}
