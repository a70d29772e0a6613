/* What the fake keeps, and how it shows it. */

export interface FakeUser {
  readonly id: string;
  readonly username: string;
  /** Default: the username. */
  readonly email?: string;
  enabled?: boolean;
  attributes?: Record<string, string[]>;
  /** The directory that the user was taken from. */
  readonly federationLink?: string;
  /** The directory that the user lives in, without a copy here. */
  readonly origin?: string;
  /** When it was set, in milliseconds; null: there is none. */
  passwordSetAt?: number | null;
  /** Beside the password. */
  credentials?: { id?: string; type: string }[];
  links?: string[];
  sessions?: number;
  /** Client IDs of apps that hold an offline token. */
  offline?: string[];
  /** Client IDs of apps with a consent. */
  consents?: string[];
  realmRoles?: string[];
  /** By client ID. */
  clientRoles?: Record<string, string[]>;
}

export interface FakeGroup {
  readonly id: string;
  readonly path: string;
  readonly members: string[];
  /** Administrator roles that come with it. */
  readonly adminRoles?: readonly string[];
  /** A directory brings members back as soon as they left. */
  readonly bySync?: true;
}

export interface FakeDirectory {
  readonly id: string;
  readonly name: string;
  readonly editMode: 'WRITABLE' | 'READ_ONLY' | 'UNSYNCED';
}

export const emailOf = (it: FakeUser) => it.email ?? it.username;
export const lastOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);
export const isWithin = (it: FakeGroup, other: FakeGroup) =>
  `${it.path}/`.startsWith(`${other.path}/`);
export const role = (client: string, name: string) => ({ id: `r-${client}-${name}`, name });
export const group = ({ id, path }: FakeGroup) => ({ id, name: lastOf(path), path, subGroups: [] });

export const shown = (it: FakeUser) => ({
  ...{ id: it.id, username: it.username, email: emailOf(it), enabled: it.enabled ?? true },
  ...(it.attributes === undefined ? {} : { attributes: it.attributes }),
  ...(it.federationLink === undefined ? {} : { federationLink: it.federationLink }),
  ...(it.origin === undefined ? {} : { origin: it.origin }),
});

/** Exact, whatever the case; an attribute only as it is written. */
export function matches(it: FakeUser, query: URLSearchParams): boolean {
  const is = (value: string, key: string) =>
    query.get(key) === null || query.get(key)!.toLowerCase() === value.toLowerCase();
  const [, name = '', value = ''] = /^(\w+):"?(.*?)"?$/.exec(query.get('q') ?? '') ?? [];
  return (
    is(it.username, 'username') &&
    is(emailOf(it), 'email') &&
    (name === '' || it.attributes?.[name]?.includes(value) === true)
  );
}
