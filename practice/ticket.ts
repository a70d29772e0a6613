import type { Case } from '../src/api/contract/cases.ts';
import { count, type Stage } from './stage.ts';
import { expectThat } from './wait.ts';

const shownLines = 15;

/** What the ticket says once access is removed and people still have something to do. */
export function ticketAfterCut({ systems }: Stage, found: Case): string | null {
  const written = found.steps.some(
    (it) => it.key === `ticket:access-removed@${systems.desk.connection.id}` && it.grade !== null,
  );
  return written ? (ticketOf(systems, found)?.text ?? null) : null;
}

/** Prints the ticket as it stood after the cut, and how it stands now, past Gatehouse. */
export function showTicket({ screen, systems }: Stage, found: Case, afterCut: string | null): void {
  const ticket = ticketOf(systems, found);
  expectThat(ticket?.status === 'resolved', 'the ticket resolved', () => ticket?.status ?? 'none');
  const open = linesBelow(ticket?.text ?? '', 'Open for people:');
  expectThat(open === 0, 'nothing open in the ticket', () => String(open));
  expectThat(afterCut !== null, 'a ticket once access is removed', () => 'none');

  const { name } = systems.desk.connection;
  const lines = (afterCut ?? '').split('\n').filter((it) => it !== '');
  screen.line();
  screen.paragraph(`Nobody wrote a ticket. Gatehouse did, in the ${name}; after the cut it said:`);
  for (const it of lines.slice(0, shownLines)) screen.quote(it);
  screen.quote(`… and ${count(lines.length - shownLines, 'line')} more`);
  const done = linesBelow(ticket?.text ?? '', 'Done:');
  screen.entry(
    '✔',
    'good',
    'Ticket',
    `${ticket?.id}: ${ticket?.status} now, with ${count(done, 'step')} done and nothing open.`,
  );
}

const ticketOf = ({ desk }: Stage['systems'], found: Case) =>
  [...desk.server.tickets.values()].find((it) => it.reference.includes(found.id));

/** How many points of a list stand below a heading. */
function linesBelow(text: string, heading: string): number {
  const lines = text.split('\n');
  const start = lines.indexOf(heading);
  if (start < 0) return 0;
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((it) => !it.startsWith('- '));
  return end < 0 ? rest.length : end;
}
