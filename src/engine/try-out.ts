import { z } from 'zod';
import type { AnyTransition, Command, PlannedRequest } from '#connector-kit/contract.ts';
import type { HttpExchange } from '#connector-kit/redact.ts';
import { type Capability, capabilities, destroys } from '#core/capability.ts';
import { ConnectorError, type Failure } from '#core/failure.ts';
import { loadAccount } from '#store/accounts.ts';
import { databaseNow } from '#store/clock.ts';
import { loadPerson } from '#store/people.ts';
import { openProtectionOf } from '#store/protections.ts';
import { readSwitch } from '#store/switches.ts';
import type { Opened } from './clients.ts';
import { deadline } from './deadline.ts';
import type { Engine } from './engine.ts';

const capabilityNames = Object.keys(capabilities) as [Capability, ...Capability[]];

export const TryInput = z.strictObject({
  connectionId: z.string(),
  account: z.string().min(1),
  capability: z.enum(capabilityNames),
  params: z.record(z.string(), z.unknown()),
  /** Whether the change is made as well. Else it is only shown. */
  change: z.boolean(),
  /** ISO moment after which nothing is changed any more: whoever asked no longer waits. */
  changeUntil: z.iso.datetime(),
});
export type TryInput = z.infer<typeof TryInput>;

/** What came of a try, as far as it got. */
export interface Tried {
  readonly kind: 'transition' | 'command';
  /** As the connector reads the account; null: it was not read. */
  readonly before: unknown;
  readonly after: unknown;
  /** What is to be done, or why nothing is; null: that was not found out. */
  readonly plan: { readonly kind: string; readonly says: string } | null;
  /** What would be sent for it. Null: this connector cannot tell before it does it. */
  readonly requests: readonly PlannedRequest[] | null;
  readonly exchanges: readonly HttpExchange[];
  /** Whether the change was sent. */
  readonly changed: boolean;
  readonly failure: Failure | null;
}

/**
 * One action on one account, for whoever describes a system: reads the account, plans, and shows what would be sent. With
 * `change` it does so, and reads again. Never for what destroys, nor for privileged or protected accounts: those have
 * their departures, with approvals.
 */
export async function tryOut(engine: Engine, input: TryInput): Promise<Tried> {
  const exchanges: HttpExchange[] = [];
  const opened = await engine.clients.open(input.connectionId, {
    onExchange: (it) => exchanges.push(it),
  });
  try {
    const action = opened.actions.find((it) => it.capability === input.capability);
    if (!action || action.kind === 'by-hand') {
      const offered = opened.actions.filter((it) => it.kind !== 'by-hand');
      const names = offered.map((it) => it.capability).join(', ') || 'nothing';
      throw new Error(`${opened.name} does not offer ${input.capability}. It offers ${names}.`);
    }
    if (input.change) await mayChange(engine, input);
    const trying = {
      ...{ engine, opened, input, exchanges },
      /** Once more right before it is done, since a reading may take its time. */
      stillMay: () => mayChange(engine, input),
    };
    return action.kind === 'transition'
      ? await tryMoving(trying, action)
      : await trySending(trying, action);
  } catch (error) {
    throw opened.withoutSecrets(error);
  } finally {
    await opened.close();
  }
}

interface Trying {
  readonly engine: Engine;
  readonly opened: Opened;
  readonly input: TryInput;
  readonly exchanges: readonly HttpExchange[];
  stillMay(): Promise<void>;
}

async function tryMoving(trying: Trying, action: AnyTransition): Promise<Tried> {
  const { engine, opened, input } = trying;
  const { client } = opened;
  const params = action.params.parse(input.params);
  const read = (before: unknown) =>
    deadline(engine, action.read(client, input.account, { params, before }));
  let tried = nothing(trying, 'transition');
  try {
    const before = await read(null);
    const planned = action.plan(before, params);
    const says =
      planned.kind === 'change'
        ? planned.summary
        : planned.kind === 'by-hand'
          ? planned.order.instructions
          : planned.because;
    tried = { ...tried, before, plan: { kind: planned.kind, says } };
    if (planned.kind !== 'change') return tried;
    const requests = (await action.requests?.(client, input.account, planned.change)) ?? null;
    tried = { ...tried, requests };
    if (!input.change) return tried;

    await trying.stillMay();
    tried = { ...tried, changed: true };
    await deadline(engine, action.apply(client, input.account, planned.change));
    const after = await read(before);
    const now = action.plan(after, params);
    return {
      ...tried,
      after,
      plan: { kind: now.kind, says: 'because' in now ? now.because : says },
    };
  } catch (error) {
    return { ...tried, failure: failureOf(opened, error) };
  }
}

async function trySending(trying: Trying, action: Command<unknown, unknown>): Promise<Tried> {
  const { engine, opened, input } = trying;
  const { client } = opened;
  const params = action.params.parse(input.params);
  let tried: Tried = {
    ...nothing(trying, 'command'),
    plan: { kind: 'change', says: `${action.summary} It cannot be read back.` },
  };
  try {
    const requests = (await action.requests?.(client, input.account, params)) ?? null;
    tried = { ...tried, requests };
    if (!input.change) return tried;
    await trying.stillMay();
    tried = { ...tried, changed: true };
    const { summary } = await deadline(engine, action.send(client, input.account, params));
    return { ...tried, plan: { kind: 'acknowledged', says: summary } };
  } catch (error) {
    return { ...tried, failure: failureOf(opened, error) };
  }
}

const nothing = ({ exchanges }: Trying, kind: Tried['kind']): Tried => ({
  ...{ kind, before: null, after: null, plan: null, requests: null, exchanges },
  ...{ changed: false, failure: null },
});

function failureOf(opened: Opened, error: unknown): Failure {
  const known = opened.withoutSecrets(error);
  if (known instanceof ConnectorError) return known.failure;
  throw known;
}

/** Throws, saying why, where a change may not be tried. */
async function mayChange({ pool }: Engine, input: TryInput): Promise<void> {
  const { capability, connectionId, account } = input;
  if (destroys(capability)) {
    throw new Error(
      `${capability} destroys something, so it is never tried out. Look at what would be sent, and try it in a departure of a test person.`,
    );
  }
  if ((await databaseNow(pool)).toISOString() > input.changeUntil) {
    throw new Error('Nothing was changed: whoever asked for it no longer waits.');
  }
  const { stoppedAt } = await readSwitch(pool);
  if (stoppedAt) throw new Error('Everything outgoing is stopped (gatehouse kill-switch).');
  const known = await loadAccount(pool, { connectionId, accountId: account });
  if (known?.privileged) {
    throw new Error(`${account} is privileged there, so nothing is tried out on it.`);
  }
  const person = known?.person ? await loadPerson(pool, known.person) : null;
  if (person && (await openProtectionOf(pool, person.facts.personId))) {
    throw new Error(
      `${account} belongs to somebody who is protected, so nothing is tried out on it.`,
    );
  }
}
