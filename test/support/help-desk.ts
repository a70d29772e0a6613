import type { ConnectionInput } from '#app/connections.ts';
import type { HttpSystem } from '../../practice/servers/http-system.ts';
import { ticketCalls } from '../../practice/systems/descriptions.ts';
import { described } from './described.ts';

/** A practice system as a place for tickets. */
export const helpDesk = (id: string, system: HttpSystem): ConnectionInput => ({
  ...described(id, 'ticketing', system, { capabilities: {}, tickets: ticketCalls }),
  name: system.name,
});
