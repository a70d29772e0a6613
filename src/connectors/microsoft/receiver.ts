import { blocked } from '#connector-kit/contract.ts';
import { person } from '#connector-kit/fields.ts';
import type { Microsoft } from './api.ts';
import { userCalled } from './find-accounts.ts';

/** Who receives: the parameter of every step that hands something over. */
export const to = person('Who receives', 'The e-mail address of a person in this tenant.');

/** The id of whoever receives; null: there is no such account, it is blocked, or there are several. */
export async function receiverOf(
  microsoft: Microsoft,
  known: { readonly params: { readonly to: string } } | undefined,
): Promise<string | null> {
  const user = known ? await userCalled(microsoft, known.params.to) : null;
  return user && user.accountEnabled !== false ? user.id : null;
}

export const noReceiver = (address: string) =>
  blocked(`No open account alone has the address ${address}. Name somebody else.`);
