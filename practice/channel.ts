import type { Case } from '../src/api/contract/cases.ts';
import { count, type Stage } from './stage.ts';
import { expectThat } from './wait.ts';

/** Prints what stands in the chat of IT operations, past Gatehouse: alerts that name nobody, and one notice. */
export function showChannel({ screen, systems }: Stage, { person }: Case): void {
  const { name, posted } = systems.channel;
  const alerts = posted.filter((it) => it.startsWith('Gatehouse: '));
  const notices = posted.filter((it) => it.includes(person.name));
  expectThat(alerts.length > 0, `an alert in the channel ${name}`, () => posted.join('\n'));
  expectThat(notices.length === 1, `one notice in the channel ${name}`, () => posted.join('\n'));
  const telling = alerts.filter((it) => it.includes(person.name));
  expectThat(telling.length === 0, 'nobody named in an alert', () => telling.join('\n'));

  screen.line();
  screen.paragraph(
    `Whoever reads along in Teams saw it too. Many do, so an alert says what happened and where to look:`,
  );
  for (const it of [...alerts, ...notices]) screen.quote(it.split('\n').slice(0, 2).join(' · '));
  screen.entry(
    '✔',
    'good',
    name,
    `${count(alerts.length, 'alert')} without a name, and ${count(notices.length, 'notice')} once access had ended.`,
  );
}
