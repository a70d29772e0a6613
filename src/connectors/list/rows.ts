import type { Account, Io, ListRow, ListUpload, PersonKeys } from '#connector-kit/contract.ts';
import { ConnectorError } from '#core/failure.ts';
import type { Settings } from './settings.ts';

export interface Client {
  readonly settings: Settings;
  readonly io: Io;
}

const dayMs = 24 * 60 * 60_000;
const dayOf = (moment: Date): string => moment.toISOString().slice(0, 10);

/** The list as it was uploaded last. There is none yet: that is no empty list. */
export async function newest({ settings, io }: Client): Promise<ListUpload> {
  const upload = await io.list?.upload();
  if (upload) return upload;
  throw new ConnectorError({
    kind: 'unavailable',
    detail: `No list of ${settings.system} was uploaded yet. Upload one: gatehouse import list`,
  });
}

/** Fit to say that somebody is not in it: not too old, and every row of it could be read. */
async function complete(client: Client): Promise<void> {
  const { uploadedAt, refusedRows } = await newest(client);
  const { system, goodForDays } = client.settings;
  if (client.io.now().getTime() - uploadedAt.getTime() > goodForDays * dayMs) {
    throw new ConnectorError({
      kind: 'unavailable',
      detail: `The list of ${system} is of ${dayOf(uploadedAt)}, older than ${goodForDays} days. Upload a new one: gatehouse import list`,
    });
  }
  if (refusedRows > 0) {
    throw new ConnectorError({
      kind: 'unavailable',
      detail: `The list of ${system} had rows that could not be read (${refusedRows}), and one of them may be of this person. Correct them and upload it again: gatehouse import list`,
    });
  }
}

/** By id first; the address only where a row has no id, since addresses are given anew. */
export async function findRows(client: Client, person: PersonKeys): Promise<Account[]> {
  await complete(client);
  const { employeeNumber: personId, email } = person;
  const rows = (await client.io.list?.rowsOf({ personId, email })) ?? [];
  return rows
    .filter((it) => personId === null || it.personId === null || it.personId === personId)
    .flatMap((it) => accountOf(client.settings, it));
}

/** Every row that belongs to somebody. */
export async function* listRows(client: Client): AsyncIterable<Account> {
  await complete(client);
  for (const row of (await client.io.list?.all()) ?? []) yield* accountOf(client.settings, row);
}

/** A thing that came back is with nobody. */
function accountOf({ what }: Settings, row: ListRow): Account[] {
  const holder = row.personId ?? row.email;
  if (holder === null || (what === 'equipment' && !row.isOpen)) return [];
  return [
    {
      id: [row.key, holder].map(escaped).join('/'),
      login: row.serial === null ? row.name : `${row.name}, serial ${row.serial}`,
      status: row.isOpen ? 'active' : 'suspended',
      privileged: row.privileged,
      lastSeenAt: null,
    },
  ];
}

const escaped = (part: string): string => part.replaceAll(/[%/]/g, encodeURIComponent);

/** A row as the list shows it now, and whether it is still of whom it was found with. */
export interface Shown {
  /** Of the list: a day. */
  readonly listOf: string;
  readonly isListed: boolean;
  readonly isOpen: boolean;
  readonly isTheirs: boolean;
  readonly name: string;
  readonly serial: string | null;
}

export async function shown(client: Client, accountId: string): Promise<Shown> {
  const { uploadedAt } = await newest(client);
  const [key = '', holder = ''] = accountId.split('/').map(decodeURIComponent);
  const row = (await client.io.list?.row(key)) ?? null;
  return {
    listOf: dayOf(uploadedAt),
    isListed: row !== null,
    isOpen: row?.isOpen ?? false,
    isTheirs: row !== null && isOf(row, holder),
    name: row?.name ?? key,
    serial: row?.serial ?? null,
  };
}

/** No longer theirs only when the list names somebody else in the same way. */
function isOf({ personId, email }: ListRow, holder: string): boolean {
  if (personId === null && email === null) return false;
  if (personId === holder || email?.toLowerCase() === holder.toLowerCase()) return true;
  return holder.includes('@') ? email === null : personId === null;
}
