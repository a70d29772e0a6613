import { z } from 'zod';
import type { Capability } from '#core/capability.ts';
import {
  type AnyConnector,
  actionsOf,
  chatOf,
  type Io,
  type Moving,
  type PersonKeys,
  recordsOf,
  ticketsOf,
} from '../contract.ts';
import { ticketTransition } from '../tickets.ts';
import { loopbackIo } from './loopback-io.ts';
import { sampleRecord } from './records.ts';

/** What it takes to try everything that a connector can do. */
export interface Trial {
  /** As the connector's own `settings` read them. */
  readonly settings: unknown;
  /** A new system each time, and always the same, in which nothing that is asked for is done yet. */
  system(of: Capability | null): System | Promise<System>;
  /** Somebody who has an account there. Left out: the system has no accounts. */
  readonly person?: PersonKeys;
  /** Whose account the actions are tried on. */
  readonly accountId?: string;
  /** Where an action takes parameters, or another account. */
  readonly given?: Partial<Record<Capability, Given>>;
  /** Only of chats: a channel that is there. */
  readonly channel?: string;
  /** Only of HR systems: somebody they know. */
  readonly personId?: string;
}

interface System {
  readonly fetch: typeof globalThis.fetch;
}

interface Given {
  readonly params?: unknown;
  readonly accountId?: string;
}

/** One way of calling a connector. */
export interface Call {
  readonly name: string;
  /**
   * `reading`: what it returns is believed. `sending`: its answer is all the proof there is. `changing`: read
   * back afterwards.
   */
  readonly kind: 'reading' | 'sending' | 'changing';
  readonly of: Capability | null;
  /** What the connector must be allowed to do for it; null: it does not say. */
  readonly scopes: readonly string[] | null;
  /** Does everything that comes before, and gives the call itself; null: a person does it, so none is made. */
  prepare(client: unknown): Promise<(() => Promise<unknown>) | null>;
  /** What a new look at the system says of the goal. Only of what changes something. */
  stands?(client: unknown): Promise<string>;
  /** What would be planned from what was read. Only of what reads for a plan. */
  means?(client: unknown, read: unknown): string;
}

/** Every way in which the platform calls this connector. */
export function callsOf(connector: AnyConnector, trial: Trial): readonly Call[] {
  const { settings, person } = trial;
  const calls: Call[] = [reading('check', (client) => connector.check(client))];

  if (connector.accounts) {
    const { find, list } = connector.accounts;
    if (!person) throw new Error('The trial names no person to look for.');
    calls.push(reading('find', (client) => find(client, person)));
    calls.push(reading('list', (client) => allOf(list(client))));
  }
  const owns = connector.owns?.(settings);
  if (owns) calls.push(reading('owns', (client) => owns(client, accountOf(trial, null))));

  for (const action of actionsOf(connector, settings)) {
    const { capability } = action;
    if (action.kind === 'by-hand') continue;
    const accountId = accountOf(trial, capability);
    const params = action.params.parse(trial.given?.[capability]?.params ?? {});
    if (action.kind === 'transition') {
      calls.push(
        ...moving(capability, { ...action, accountId, params, of: capability }, action.scopes),
      );
    } else {
      calls.push({
        ...{ name: `${capability}: send`, kind: 'sending', of: capability },
        scopes: action.scopes,
        prepare: async (client) => () => action.send(client, accountId, params),
      });
    }
  }
  return [
    ...calls,
    ...ofTickets(connector, trial),
    ...ofChat(connector, trial),
    ...ofPeople(connector, trial),
  ];
}

const wanted = { title: 'Departure of Ada', text: 'Ada, Sales\n\nDone:\n- all', open: true };
const reference = 'gatehouse-01M83WKA6Y76MD47WC2RGWKHY7-ticket';

/** Tickets made, changed and read, and records that hang on them. */
function ofTickets(connector: AnyConnector, { settings }: Trial): readonly Call[] {
  const tickets = ticketsOf(connector, settings);
  const records = recordsOf(connector, settings);
  if (!tickets) return [];
  const made = (client: unknown) => tickets.create(client, reference, wanted);
  const kept = (id: string | null) => ticketTransition(tickets, { reference, id, takenBack: null });
  const calls = [
    ...moving('ticket', { ...kept(null), accountId: reference, params: wanted, of: null }, null),
    ...moving(
      'known ticket',
      {
        ...{ accountId: reference, params: { ...wanted, text: 'Over', open: false }, of: null },
        later: async (client) => kept(await made(client)),
      },
      null,
    ),
  ];
  if (!records) return calls;
  const delivered = {
    ...{ accountId: sampleRecord().caseId, params: undefined, of: null },
    later: async (client: unknown) => {
      const delivery = records.delivery({ ...sampleRecord(), ticketId: await made(client) });
      if (delivery.kind !== 'transition') throw new Error('It cannot be read back.');
      return { params: z.unknown(), ...delivery };
    },
  };
  return [...calls, ...moving('record', delivered, null)];
}

const words = { subject: 'A message', text: 'Of two\nlines' };

/** Somebody told, where people are known, and a channel. */
function ofChat(connector: AnyConnector, { settings, person, channel }: Trial): readonly Call[] {
  const chat = chatOf(connector, settings);
  if (!chat) return [];
  const sending = (name: string, run: (client: unknown) => Promise<unknown>): Call => ({
    ...{ name, kind: 'sending', of: null, scopes: chat.scopes },
    prepare: async (client) => () => run(client),
  });
  return [
    ...(person ? [sending('chat: tell', (it) => chat.tell(it, person.email, words))] : []),
    ...(channel ? [sending('chat: post', (it) => chat.post(it, channel, words))] : []),
  ];
}

function ofPeople({ people }: AnyConnector, { personId }: Trial): readonly Call[] {
  if (!people?.read) return [];
  if (personId === undefined) throw new Error('The trial names nobody whom the HR system knows.');
  const { read, changes } = people;
  return [
    reading('people: read', (client) => read(client, personId)),
    ...(changes
      ? [reading('people: changes', (client: unknown) => allOf(changes(client, null)))]
      : []),
  ];
}

function accountOf({ given, accountId }: Trial, capability: Capability | null): string {
  const found = (capability && given?.[capability]?.accountId) ?? accountId;
  if (found === undefined) throw new Error('The trial names no account.');
  return found;
}

const reading = (name: string, run: (client: unknown) => Promise<unknown>): Call => ({
  ...{ name, kind: 'reading', of: null, scopes: null },
  prepare: async (client) => () => run(client),
});

type Steps = Pick<Moving, 'read' | 'plan' | 'apply'>;
interface Moved extends Partial<Steps> {
  readonly accountId: string;
  readonly params: unknown;
  readonly of: Capability | null;
  /** Where the steps depend on what was made before. */
  readonly later?: (client: unknown) => Promise<Steps>;
}

/** Reading, and applying what was planned from it. */
function moving(name: string, it: Moved, scopes: readonly string[] | null): readonly Call[] {
  const { accountId, params, of } = it;
  const known = { params, before: null };
  const prepared = new WeakMap<object, Steps & { readonly before: unknown }>();
  const stepsFor = async (client: unknown): Promise<Steps> =>
    it.later ? await it.later(client) : (it as Steps);
  const common = { of, scopes };
  return [
    {
      ...{ name: `${name}: read`, kind: 'reading', ...common },
      async prepare(client) {
        const steps = await stepsFor(client);
        prepared.set(client as object, { ...steps, before: null });
        return () => steps.read(client, accountId, known);
      },
      means: (client, state) => prepared.get(client as object)!.plan(state, params).kind,
    },
    {
      ...{ name: `${name}: apply`, kind: 'changing', ...common },
      async prepare(client) {
        const steps = await stepsFor(client);
        const { plan, apply } = steps;
        const before = await steps.read(client, accountId, known);
        prepared.set(client as object, { ...steps, before });
        const planned = plan(before, params);
        const next = planned.kind === 'by-hand' ? planned.then : planned;
        if (next === null) return null;
        if (next.kind !== 'change') {
          throw new Error(`${name}: nothing is to be changed in this system (${next.because})`);
        }
        return () => apply(client, accountId, next.change);
      },
      async stands(client) {
        const { read, plan, before } = prepared.get(client as object)!;
        return plan(await read(client, accountId, { params, before }), params).kind;
      },
    },
  ];
}

async function allOf<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const it of items) all.push(it);
  return all;
}

/** The client of a connector whose requests go through `fetch`. */
export const clientFor = (
  connector: AnyConnector,
  { settings }: Pick<Trial, 'settings'>,
  fetch: Io['fetch'],
  io: Partial<Io> = {},
): unknown => connector.open(settings, { ...loopbackIo, ...io, fetch });
