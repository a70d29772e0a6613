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
import { type Capability, capabilities } from '#core/capability.ts';
import { ConnectorError } from '#core/failure.ts';
import { isNotFound, unseen } from './accounts.ts';
import type { Client } from './client.ts';
import { type Conditions, factsIn, holds, inWords, listed, type Reading } from './conditions.ts';
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
import { accountValues, type Change, sendingsOf } from './sending.ts';
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
  const sendings = async (client: Client, accountId: string, { person, to }: Given) => {
    const receiver = to === undefined ? null : await receiverOf(client, described, to);
    if (receiver && lacksAccount(described, receiver)) {
      const detail = whoLacks(client.description.system, receiver);
      throw new ConnectorError({ kind: 'rejected', detail });
    }
    const change = {
      steps: 'apply',
      now: {},
      before: null,
      person: person ?? null,
      to: receiver,
    } as const;
    return sendingsOf(client, described, base.capability, accountId, change);
  };
  return command({
    ...base,
    async send(client: Client, accountId, given: Given) {
      const said: string[] = [];
      for (const { step, values } of await sendings(client, accountId, given)) {
        said.push((await client.ask(step, values)).summary);
      }
      return { summary: said.join(' ') };
    },
    requests: async (client, accountId, given) =>
      (await sendings(client, accountId, given)).map((it) => client.written(it.step, it.values)),
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

    async apply(client, accountId, change: Change) {
      const sendings = await sendingsOf(client, described, base.capability, accountId, change);
      for (const { step, values, mayBeGone } of sendings) {
        try {
          await client.ask(step, values);
        } catch (error) {
          // Gone by itself since we read, as sessions do. Reading back tells.
          if (!mayBeGone || !isNotFound(error)) throw error;
        }
      }
    },

    requests: async (client, accountId, change: Change) =>
      (await sendingsOf(client, described, base.capability, accountId, change)).map((it) =>
        client.written(it.step, it.values),
      ),

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
