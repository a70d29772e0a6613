import { z } from 'zod';
import { person } from '#connector-kit/fields.ts';
import type { Capability } from '#core/capability.ts';
import { ConnectorError } from '#core/failure.ts';
import { findAccounts } from './accounts.ts';
import type { Client } from './client.ts';
import type { Described } from './description.ts';
import { type Request, uses, type Values } from './request.ts';

/** What hands something to somebody, and so may use these placeholders. */
const handing: readonly Capability[] = ['data.transfer', 'ownership.transfer', 'reports.move'];
const placeholders = ['to.email', 'to.id'] as const;

export const receiverPlaceholders = (capability: Capability): readonly string[] =>
  handing.includes(capability) ? placeholders : [];

export const Receiver = z.strictObject({
  email: z.string(),
  /** Of their account there; null: they have none, or no request asks for it. */
  id: z.string().nullable(),
});
export type Receiver = z.infer<typeof Receiver>;

export const handOverParams = z.strictObject({
  to: person('Who receives', 'The e-mail address of a person with an account there.'),
});

export const requestsOf = ({ read, apply, restore = [] }: Described): readonly Request[] => [
  ...(read ? [read.request] : []),
  ...apply,
  ...restore,
];

export const namesReceiver = (described: Described): boolean =>
  requestsOf(described).some((it) => placeholders.some((name) => uses(it, name)));

/** Whether the receiver's own account has to be known. */
export const needsAccount = (described: Described): boolean =>
  requestsOf(described).some((it) => uses(it, 'to.id'));

/** Looks the receiver up, where a request needs their id. */
export async function receiverOf(
  client: Client,
  described: Described,
  email: string,
): Promise<Receiver> {
  if (!needsAccount(described)) return { email, id: null };
  const found = await findAccounts(client, { email, employeeNumber: null, name: '' });
  const active = found.filter(({ status }) => status === 'active');
  if (active.length < 2) return { email, id: active[0]?.id ?? null };
  throw new ConnectorError({
    kind: 'rejected',
    detail: `${client.description.system} has ${active.length} accounts with the address ${email}`,
  });
}

export const receiverValues = (it: Receiver | null): Values =>
  it === null ? {} : { 'to.email': it.email, ...(it.id === null ? {} : { 'to.id': it.id }) };
