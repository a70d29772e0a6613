import { z } from 'zod';
import {
  type AnyAction,
  blocked,
  change,
  command,
  done,
  transition,
  underway,
} from '#connector-kit/contract.ts';
import { newAccountParams } from '#connector-kit/new-account.ts';
import type { NewAccount } from '#core/account.ts';
import { type Capability, capabilities } from '#core/capability.ts';
import { ConnectorError } from '#core/failure.ts';
import { isNotFound, loginOf, unseen } from './accounts.ts';
import type { Client } from './client.ts';
import {
  type Conditions,
  type Facts,
  factsIn,
  holds,
  inWords,
  listed,
  type Reading,
} from './conditions.ts';
import { capabilityNames, type Described, type Step } from './description.ts';
import { Json, unexpected } from './pointer.ts';
import {
  handOverParams,
  namesReceiver,
  needsAccount,
  Receiver,
  receiverOf,
  receiverValues,
} from './receiver.ts';
import { type Request, uses, type Values } from './request.ts';
import type { Settings } from './settings.ts';

/** Whose a new account is, or who receives what is handed over; nothing else needs to be told. */
const params = newAccountParams.partial();
type Given = z.infer<typeof params> & { readonly to?: string | undefined };

const state = z.strictObject({
  absent: z.boolean(),
  facts: z.record(z.string(), Json),
  /** Only where something is handed to somebody. */
  to: Receiver.optional(),
});
type State = z.infer<typeof state>;

/** Which requests to send, and the facts that fill them. */
interface Change {
  readonly steps: 'apply' | 'restore';
  readonly now: Facts;
  /** Only for `restore`. */
  readonly before: Facts | null;
  /** Only for a new account. */
  readonly person: NewAccount | null;
  /** Who receives; null where nobody does. */
  readonly to: Receiver | null;
}

/** A capability that is read back becomes a transition; one without `read` a command. */
export function actionsFor({ description }: Settings): AnyAction<Client>[] {
  return capabilityNames.flatMap((capability) => {
    const described = description.capabilities[capability];
    if (!described) return [];
    const base = {
      capability,
      summary: described.summary ?? `${capabilities[capability].title} in ${description.system}.`,
      scopes: described.scopes ?? [],
      ...(described.mustPrecede ? { mustPrecede: described.mustPrecede } : {}),
      params: paramsOf(capability, described),
    };
    const { read, goal } = described;
    return [read && goal ? transitionOf(base, described, read, goal) : commandOf(base, described)];
  });
}

function paramsOf(capability: Capability, described: Described): z.ZodType<Given> {
  if (capability === 'account.create') return params.required();
  return namesReceiver(described) ? handOverParams : params;
}

interface Base {
  readonly capability: Capability;
  readonly summary: string;
  readonly scopes: readonly string[];
  readonly mustPrecede?: readonly Capability[];
  readonly params: z.ZodType<Given>;
}

function commandOf(base: Base, described: Described): AnyAction<Client> {
  const { apply } = described;
  return command({
    ...base,
    async send(client: Client, accountId, { person, to }: Given) {
      const receiver = to === undefined ? null : await receiverOf(client, described, to);
      if (receiver && lacksAccount(described, receiver)) {
        const detail = whoLacks(client.description.system, receiver);
        throw new ConnectorError({ kind: 'rejected', detail });
      }
      const account = await accountValues(client, base.capability, accountId, apply);
      const values = { ...account, ...receiverValues(receiver), ...named('person', person ?? {}) };
      const said: string[] = [];
      for (const step of apply) said.push((await client.ask(step, values)).summary);
      return { summary: said.join(' ') };
    },
  });
}

function transitionOf(
  base: Base,
  described: Described,
  { request, facts }: NonNullable<Described['read']>,
  goal: Conditions,
): AnyAction<Client> {
  const { underway: moving, apply, restore } = described;
  const isCreation = base.capability === 'account.create';
  const absenceCounts = isCreation || listed(goal).some((it) => it.isAbsent !== undefined);

  async function look(client: Client, accountId: string, to?: Receiver): Promise<State> {
    const account = await accountValues(client, base.capability, accountId, [request]);
    const values = { ...account, ...receiverValues(to ?? null) };
    const { body = null, summary } = await client.ask(request, values);
    const found = factsIn(body, facts);
    if ('facts' in found) return { absent: false, facts: found.facts, ...(to && { to }) };
    throw unexpected(`${summary} There is nothing at "${found.missing}" of the answer`);
  }

  return transition({
    ...base,
    state,
    ...(described.repeatable ? { repeatable: true as const } : {}),
    ...(described.settlesWithinSeconds
      ? { settlesWithinMs: described.settlesWithinSeconds * 1_000 }
      : {}),

    async read(client: Client, accountId, known) {
      const email = known?.params.to;
      const to = email === undefined ? undefined : await receiverOf(client, described, email);
      try {
        return await look(client, accountId, to);
      } catch (error) {
        if (!absenceCounts || !isNotFound(error)) throw error;
        await proveSight(client, base.capability, (it, id) => look(it, id, to));
        return { absent: true, facts: {}, ...(to && { to }) };
      }
    },

    plan(now: State, { person }: Given) {
      if (holds(goal, now)) return done(`As wanted: ${inWords(now)}.`);
      if (moving && holds(moving, now)) return underway(`Still under way: ${inWords(now)}.`);
      if (now.to && lacksAccount(described, now.to)) {
        return blocked(`${whoLacks('That system', now.to)}.`);
      }
      return change<Change>(`${calls(apply)}, because ${inWords(now)}.`, {
        steps: 'apply',
        now: now.facts,
        before: null,
        person: person ?? null,
        to: now.to ?? null,
      });
    },

    async apply(client, accountId, { steps, now, before, person, to }: Change) {
      const requests = steps === 'apply' ? apply : (restore ?? []);
      const account = await accountValues(client, base.capability, accountId, requests);
      const values = {
        ...account,
        ...receiverValues(to),
        ...named('now', now),
        ...named('before', before ?? {}),
        ...named('person', person ?? {}),
      };
      for (const step of requests) {
        if (step.forEach === undefined) await client.ask(step, values);
        else await askForEach(client, step, step.forEach, values, { now, before });
      }
    },

    ...(restore
      ? {
          restore(now: State, before: State) {
            if (before.absent && now.absent) return done('No account, as before.');
            if (before.absent && !isCreation) return blocked('There was no such account before.');
            if (now.absent) return blocked('There is no such account any more.');
            if (isSame(now, before)) return done(`As before: ${inWords(now)}.`);
            if (moving && holds(moving, now)) return underway(`Still under way: ${inWords(now)}.`);
            return change<Change>(`${calls(restore)}, so that again ${inWords(before)}.`, {
              steps: 'restore',
              now: now.facts,
              before: before.facts,
              person: null,
              to: before.to ?? now.to ?? null,
            });
          },
        }
      : {}),
  });
}

const lacksAccount = (described: Described, { id }: Receiver): boolean =>
  id === null && needsAccount(described);

const whoLacks = (system: string, { email }: Receiver): string =>
  `${system} has no active account with the address ${email}. Name somebody else, or make one`;

/** Forward: every element there is now. Back: every one from before that is missing now. */
async function askForEach(
  client: Client,
  step: Step,
  fact: string,
  values: Values,
  { now, before }: Pick<Change, 'now' | 'before'>,
): Promise<void> {
  const present = [now[fact] ?? []].flat();
  const held = new Set(present.map((it) => JSON.stringify(it)));
  const items = before
    ? [before[fact] ?? []].flat().filter((it) => !held.has(JSON.stringify(it)))
    : present;
  for (const item of items) {
    try {
      await client.ask(step, { ...values, item });
    } catch (error) {
      // Gone by itself since we read, as sessions do. Reading back tells.
      if (before !== null || !isNotFound(error)) throw error;
    }
  }
}

/** A 404 says "gone" only to somebody who can see an account that is not. */
async function proveSight(
  client: Client,
  capability: Capability,
  look: (client: Client, accountId: string) => Promise<unknown>,
): Promise<void> {
  const { knownAccount } = client;
  if (!knownAccount) throw unseen(client, 'is not filled in');
  const { id, login = id } = knownAccount;
  try {
    await look(client, capability === 'account.create' ? login : id);
  } catch (error) {
    throw isNotFound(error) ? unseen(client, 'cannot be read either') : error;
  }
}

async function accountValues(
  client: Client,
  capability: Capability,
  accountId: string,
  requests: readonly Request[],
): Promise<Values> {
  const id = { 'account.id': accountId };
  if (!requests.some((it) => uses(it, 'account.login'))) return id;
  // An account that is yet to be made is known by the login it shall have.
  const login = capability === 'account.create' ? accountId : await loginOf(client, accountId);
  return { ...id, 'account.login': login };
}

const named = (prefix: string, facts: Facts): Values =>
  Object.fromEntries(Object.entries(facts).map(([name, value]) => [`${prefix}.${name}`, value]));

const calls = (steps: readonly Step[]): string =>
  steps.map(({ method, path }) => `${method} ${path}`).join(', then ');

/** Facts come from JSON and from storage, which may have changed the order of names. */
const isSame = (a: Reading, b: Reading): boolean =>
  Object.keys(a.facts).every((name) => sorted(a.facts[name]) === sorted(b.facts[name]));

const sorted = (value: Json | undefined): string =>
  JSON.stringify(value, (_, it: unknown) =>
    typeof it === 'object' && it !== null && !Array.isArray(it)
      ? Object.fromEntries(Object.entries(it).sort(([x], [y]) => (x < y ? -1 : 1)))
      : it,
  ) ?? '';
