import { z } from 'zod';
import {
  blocked,
  change,
  done,
  type Moving,
  type Plan,
  type Ticket,
  type TicketContent,
  type Tickets,
} from './contract.ts';

const content = { title: z.string(), text: z.string(), open: z.boolean() };
const State = z.strictObject({
  /** Null: there is none that carries our reference. */
  ticket: z.strictObject({ id: z.string(), name: z.string(), ...content }).nullable(),
});
export type TicketState = z.infer<typeof State>;

/** What a ticket is to show, as it is kept with its step. */
export const TicketParams = z.strictObject(content);

const StepParams = z.object({ wanted: TicketParams }).transform(({ wanted }) => wanted);

type Change =
  | { readonly kind: 'create'; readonly content: TicketContent }
  | { readonly kind: 'update'; readonly ticket: Ticket; readonly content: TicketContent };

/** The ticket that a step left behind, by the state it settled with. */
export const ticketIn = (state: unknown): Ticket | null =>
  State.safeParse(state).data?.ticket ?? null;

/** Which ticket is meant. */
export interface TicketPlace {
  readonly reference: string;
  /** Its id, where an earlier step made it: then it is not searched, and never made a second time. */
  readonly id: string | null;
  /** What a ticket must show that is taken back. */
  readonly takenBack: TicketContent | null;
}

/**
 * Keeping a ticket as a transition: it is read, made or changed, and read again, and has worked
 * when it shows what it is to show.
 */
export function ticketTransition<Client>(
  tickets: Tickets<Client>,
  { reference, id, takenBack }: TicketPlace,
): Moving<Client> {
  let known = id;

  function plan({ ticket }: TicketState, wanted: TicketContent): Plan<Change> {
    if (ticket === null) {
      if (id !== null) return blocked('The ticket was deleted there, or we may no longer see it.');
      return change('Make a ticket.', { kind: 'create', content: wanted });
    }
    if (shows(ticket, wanted)) return done(`${ticket.name} ${shownText(wanted)}`);
    const what =
      ticket.open && !wanted.open ? 'Bring it up to date and resolve it' : 'Bring it up to date';
    return change(`${what}: ${ticket.name}.`, { kind: 'update', ticket, content: wanted });
  }

  return {
    params: StepParams,
    state: State,

    async read(client: Client) {
      const ticket =
        known === null ? await tickets.find(client, reference) : await tickets.read(client, known);
      return { ticket: ticket && kept(ticket) };
    },

    plan,

    async apply(client: Client, _accountId: string, it: Change) {
      // A search may show it later than it is made, so it is read back by its id.
      if (it.kind === 'create') known = await tickets.create(client, reference, it.content);
      else await tickets.update(client, it.ticket, it.content);
    },

    restore(now: TicketState) {
      if (now.ticket === null || takenBack === null) return done('There is no ticket.');
      // Many systems let nobody write into what is resolved, and a record of what was done stays true.
      if (!now.ticket.open) return done(`${now.ticket.name} is resolved, and stays as it is.`);
      return plan(now, takenBack);
    },
  };
}

/** Nothing else of it is kept as evidence. */
const kept = ({ id, name, title, text, open }: Ticket) => ({ id, name, title, text, open });

const shownText = ({ open }: TicketContent): string =>
  open ? 'shows this, and is open for what people have to do.' : 'shows this, and is resolved.';

const shows = (ticket: Ticket, wanted: TicketContent): boolean =>
  ticket.open === wanted.open &&
  sameText(ticket.title, wanted.title) &&
  sameText(ticket.text, wanted.text);

/** Systems keep line ends and outer blanks in their own way. */
const sameText = (a: string, b: string): boolean => plain(a) === plain(b);

const plain = (text: string): string =>
  text
    .replaceAll('\r\n', '\n')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trim();
