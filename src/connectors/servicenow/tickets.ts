import type { Ticket, Tickets } from '#connector-kit/contract.ts';
import { ConnectorError } from '#core/failure.ts';
import type { ServiceNow, TicketRecord } from './api.ts';

/** Records that carry our reference as their correlation id. */
export const tickets: Tickets<ServiceNow> = {
  scopes: ['read, create and write on the table'],
  longestText: 4_000,

  async find(now, reference) {
    const found = await now.search(`correlation_id=${reference}`);
    const alien = found.find((it) => it.correlation_id !== reference);
    if (alien) {
      // What an instance does not understand of a query it leaves out, and answers with anything.
      throw unexpected(
        `${alien.number} was found for ${reference} and carries it not: may we read correlation_id?`,
      );
    }
    const [record, second] = found;
    if (record && second) {
      throw unexpected(`${record.number} and ${second.number} both carry ${reference}`);
    }
    return record ? toTicket(now, record) : null;
  },

  async read(now, id) {
    try {
      return toTicket(now, await now.record(id));
    } catch (error) {
      if (error instanceof ConnectorError && error.failure.kind === 'not-found') return null;
      throw error;
    }
  },

  async create(now, reference, { title, text, open }) {
    const { fields } = now.settings;
    const given = { correlation_id: reference, short_description: title, description: text };
    const made = await now.create({ ...fields, ...given });
    // Rules of a table are about changes; what is made resolved at once often passes them by.
    if (!open) await now.change(made.sys_id, resolving(now));
    return made.sys_id;
  },

  async update(now, ticket, { title, text, open }) {
    const { openState } = now.settings;
    const words = { short_description: title, description: text };
    if (open && !ticket.open) await now.change(ticket.id, { state: openState });
    const ends = !open && ticket.open;
    await now.change(ticket.id, { ...words, ...(ends ? resolving(now) : {}) });
  },
};

const resolving = ({ settings: { closing, resolvedStates } }: ServiceNow) => ({
  ...closing,
  state: resolvedStates[0]!,
});

const toTicket = ({ settings }: ServiceNow, record: TicketRecord): Ticket => ({
  id: record.sys_id,
  name: record.number,
  title: record.short_description,
  text: record.description,
  open: !settings.resolvedStates.includes(record.state),
});

const unexpected = (detail: string) => new ConnectorError({ kind: 'unexpected', detail });
