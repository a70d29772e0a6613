import type { NewAccount } from '#core/account.ts';
import type { Capability } from '#core/capability.ts';
import { loginOf } from './accounts.ts';
import type { Client } from './client.ts';
import type { Facts } from './conditions.ts';
import type { Described, Step } from './description.ts';
import type { Json } from './pointer.ts';
import { type Receiver, receiverValues } from './receiver.ts';
import { type Request, uses, type Values } from './request.ts';

/** Which requests to send, and the facts that fill them. */
export interface Change {
  readonly steps: 'apply' | 'restore';
  readonly now: Facts;
  /** Only for `restore`. */
  readonly before: Facts | null;
  /** Only for a new account. */
  readonly person: NewAccount | null;
  /** Who receives; null where nobody does. */
  readonly to: Receiver | null;
}

/** One request of a change, with what fills it. */
export interface Sending {
  readonly step: Step;
  readonly values: Values;
  /** What it is about may have ended by itself meanwhile. */
  readonly mayBeGone: boolean;
}

/** Every request of a change, in order. Looks the login up where one asks for it. */
export async function sendingsOf(
  client: Client,
  described: Described,
  capability: Capability,
  accountId: string,
  { steps, now, before, person, to }: Change,
): Promise<readonly Sending[]> {
  const requests = described[steps] ?? [];
  const values = {
    ...(await accountValues(client, capability, accountId, requests)),
    ...receiverValues(to),
    ...named('now', now),
    ...named('before', before ?? {}),
    ...named('person', person ?? {}),
  };
  return requests.flatMap((step): Sending[] => {
    if (step.forEach === undefined) return [{ step, values, mayBeGone: false }];
    const items = elementsOf(step.forEach, { now, before });
    return items.map((item) => ({ step, values: { ...values, item }, mayBeGone: before === null }));
  });
}

/** Forward: every element there is now. Back: every one from before that is missing now. */
function elementsOf(fact: string, { now, before }: Pick<Change, 'now' | 'before'>): Json[] {
  const present = [now[fact] ?? []].flat();
  if (!before) return present;
  const held = new Set(present.map((it) => JSON.stringify(it)));
  return [before[fact] ?? []].flat().filter((it) => !held.has(JSON.stringify(it)));
}

/** What stands for the account in these requests; its login is looked up only where one asks for it. */
export async function accountValues(
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
