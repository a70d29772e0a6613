import type { Account, PersonKeys } from '#connector-kit/contract.ts';
import type { Asset, Seat, SnipeIt, User } from './api.ts';

// What somebody has, as accounts: a thing and whoever has it. Given to another person it is another one.

const key = (...parts: readonly number[]): string => parts.join('.');

/** The parts of an account's id, in their order. */
export const partsOf = (accountId: string): string[] => accountId.split('.');

const had = (id: string, login: string): Account => ({
  id,
  login,
  status: 'active',
  privileged: false,
  lastSeenAt: null,
});

/** The number on the device: its serial number, or the tag that the company put on it. */
export const numberOn = ({ serial, asset_tag: tag }: Asset): string => serial?.trim() || tag;

/** How people know it, such as “MacBook Pro 14, serial C02X1234”. */
export function nameOf(asset: Asset): string {
  const what = asset.model?.name || asset.name || 'Equipment';
  return asset.serial?.trim()
    ? `${what}, serial ${numberOn(asset)}`
    : `${what}, tag ${numberOn(asset)}`;
}

const assetOf = (asset: Asset, userId: number): Account =>
  had(key(asset.id, userId), nameOf(asset));

const seatOf = (licence: { id: number; name: string }, seat: Seat, userId: number): Account =>
  had(key(licence.id, seat.id, userId), `${licence.name}, seat ${seat.id}`);

/** Everything the person has there. */
export async function findHoldings(client: SnipeIt, person: PersonKeys): Promise<Account[]> {
  const found: Account[] = [];
  for (const { id: userId } of await usersOf(client, person)) {
    if (client.settings.what === 'equipment') {
      found.push(...(await client.assetsOf(userId)).map((it) => assetOf(it, userId)));
      continue;
    }
    for (const licence of await client.licencesOf(userId)) {
      const seats = await client.seatsOf(licence.id);
      const own = seats.filter((it) => it.assigned_user?.id === userId);
      found.push(...own.map((it) => seatOf(licence, it, userId)));
    }
  }
  return found;
}

/** Everything anybody has there. */
export async function* listHoldings(client: SnipeIt): AsyncIterable<Account> {
  if (client.settings.what === 'equipment') {
    for await (const asset of client.allAssets()) {
      const { assigned_to: holder } = asset;
      if (holder?.type === 'user') yield assetOf(asset, holder.id);
    }
    return;
  }
  for await (const licence of client.allLicences()) {
    for (const seat of await client.seatsOf(licence.id)) {
      if (seat.assigned_user) yield seatOf(licence, seat, seat.assigned_user.id);
    }
  }
}

/** By number first; the address only where no number is kept, since addresses are given anew. */
async function usersOf(client: SnipeIt, person: PersonKeys): Promise<readonly User[]> {
  const { employeeNumber: number, email } = person;
  const byNumber = number === null ? [] : await client.usersBy('employee_num', number);
  const numbered = byNumber.filter((it) => same(it.employee_num, number));
  if (numbered.length > 0) return numbered;
  return (await client.usersBy('email', email)).filter((it) => same(it.email, email));
}

const same = (a: string | null | undefined, b: string | null): boolean =>
  a != null && b !== null && a.trim().toLowerCase() === b.trim().toLowerCase();
