import type { Ticket, TicketContent, Tickets } from '#connector-kit/contract.ts';
import { isNotFound } from './accounts.ts';
import type { Client } from './client.ts';
import type { TicketCalls } from './description.ts';
import { itemsOf } from './paging.ts';
import { type Json, required, textAt, unexpected, valueAt } from './pointer.ts';
import type { Settings } from './settings.ts';

const usualLongestText = 4_000;

/** How tickets are kept where the description says so. */
export function ticketsFor({
  description: { tickets: calls, system },
}: Settings): Tickets<Client> | null {
  if (!calls) return null;

  const read = async (client: Client, id: string): Promise<Ticket | null> => {
    try {
      const { body = null, summary } = await client.ask(calls.one.request, { 'ticket.id': id });
      return toTicket(required(body, calls.one.at, summary), calls, system);
    } catch (error) {
      if (isNotFound(error)) return null;
      throw error;
    }
  };

  const say = (client: Client, id: string, open: boolean) =>
    client.ask(open ? calls.reopen : calls.resolve, { 'ticket.id': id });

  return {
    scopes: calls.scopes ?? [],
    longestText: calls.longestText ?? usualLongestText,
    read,

    async find(client, reference) {
      const found: Json[] = [];
      for await (const item of itemsOf(client, calls.find, { reference })) {
        // A search that did not understand our question answers with all tickets.
        if (valueAt(item, calls.find.match) === reference) found.push(item);
      }
      if (found.length > 1)
        throw unexpected(`${system} has ${found.length} tickets for ${reference}`);
      return found[0] === undefined ? null : toTicket(found[0], calls, system);
    },

    async create(client, reference, content) {
      const values = { reference, ...wordsOf(content) };
      const { body = null, summary } = await client.ask(calls.create.request, values);
      const id = textAt(required(body, '', summary), calls.create.id, system);
      const made = await read(client, id);
      if (made && made.open !== content.open) await say(client, id, content.open);
      return id;
    },

    async update(client, ticket, content) {
      const isOther = ticket.title !== content.title || ticket.text !== content.text;
      const values = { 'ticket.id': ticket.id, ...wordsOf(content) };
      // Many systems let nobody change what is resolved.
      if (content.open && !ticket.open) await say(client, ticket.id, true);
      if (isOther) await client.ask(calls.update, values);
      if (!content.open && ticket.open) await say(client, ticket.id, false);
    },
  };
}

const wordsOf = ({ title, text }: TicketContent) => ({ title, text });

function toTicket(item: Json, { ticket }: TicketCalls, system: string): Ticket {
  const id = textAt(item, ticket.id, system);
  const status = required(item, ticket.resolved.at, system);
  return {
    id,
    name: ticket.name === undefined ? id : textAt(item, ticket.name, system),
    title: textAt(item, ticket.title, system),
    text: textAt(item, ticket.text, system),
    open: !ticket.resolved.isOneOf.some((it) => it === status),
  };
}
