import { randomUUID } from 'node:crypto';

/** A user as the practice server stores it; further attributes are kept as they came. */
export interface ScimUser {
  readonly id: string;
  readonly userName: string;
  readonly active: boolean;
  readonly externalId?: string;
  readonly displayName?: string;
  readonly emails?: { value: string; primary?: boolean }[];
  readonly [attribute: string]: unknown;
}

/** A group; its members are ids of users, or of groups nested in it. */
export interface ScimGroup {
  readonly id: string;
  readonly displayName: string;
  readonly members: readonly string[];
}

/** Without an id it gets one; without `active` it is. */
export type NewScimUser = Partial<ScimUser> & { readonly userName: string };
export type NewScimGroup = Partial<ScimGroup> & { readonly displayName: string };

/** One change of what the directory holds, whoever made it. */
export interface Effect {
  readonly at: Date;
  /** The user or group that changed. */
  readonly id: string;
  /** `created`, `changed`, `suspended`, `activated`, `deleted`, `joined <id>`, `left <id>`. */
  readonly what: string;
}

export type ScimDirectory = ReturnType<typeof scimDirectory>;

/** What the directory held at a moment: its maps are replaced as a whole, entries never changed. */
interface Holding {
  readonly users: ReadonlyMap<string, ScimUser>;
  readonly groups: ReadonlyMap<string, ScimGroup>;
}

/** The people and groups behind one practice SCIM server, in memory. */
export function scimDirectory(
  newUsers: Iterable<NewScimUser> = [],
  newGroups: Iterable<NewScimGroup> = [],
  /** How much later than it happens a change shows to readers, now; 0: at once. */
  lateMs: () => number = () => 0,
) {
  const users = new Map<string, ScimUser>();
  const groups = new Map<string, ScimGroup>();
  const effects: Effect[] = [];
  const took = (id: string, what: string) => effects.push({ at: new Date(), id, what });
  /** What was held until each change. */
  const earlier: (Holding & { readonly untilMs: number })[] = [];
  const remember = () => {
    if (lateMs() === 0) return;
    earlier.push({ users: new Map(users), groups: new Map(groups), untilMs: performance.now() });
  };

  /** Stores a user. Returns null, and stores nothing, when another one has the same name. */
  function putUser(given: NewScimUser): ScimUser | null {
    const user: ScimUser = { active: true, ...given, id: given.id ?? randomUUID() };
    const name = user.userName.toLowerCase(); // RFC 7643, 4.1.1: unique, whatever the case
    for (const other of users.values()) {
      if (other.id !== user.id && other.userName.toLowerCase() === name) return null;
    }
    const before = users.get(user.id);
    remember();
    users.set(user.id, user);
    if (!before) took(user.id, 'created');
    else if (before.active !== user.active) took(user.id, user.active ? 'activated' : 'suspended');
    else if (JSON.stringify(before) !== JSON.stringify(user)) took(user.id, 'changed');
    return user;
  }

  /** Stores a group. Returns null, and stores nothing, when a member does not exist. */
  function putGroup(given: NewScimGroup): ScimGroup | null {
    const id = given.id ?? randomUUID();
    const members = [...new Set(given.members ?? [])];
    if (!members.every((it) => users.has(it) || groups.has(it))) return null;

    const before = groups.get(id);
    const group = { id, displayName: given.displayName, members };
    remember();
    groups.set(id, group);
    if (!before) took(id, 'created');
    else if (before.displayName !== group.displayName) took(id, 'changed');
    for (const it of members) if (!before?.members.includes(it)) took(it, `joined ${id}`);
    for (const it of before?.members ?? []) if (!members.includes(it)) took(it, `left ${id}`);
    return group;
  }

  /** Deletes a user or a group, and every membership of it. False: there is none. */
  function remove(id: string): boolean {
    if (!users.has(id) && !groups.has(id)) return false;
    remember();
    users.delete(id);
    groups.delete(id);
    took(id, 'deleted');
    for (const group of groups.values()) {
      if (!group.members.includes(id)) continue;
      groups.set(group.id, { ...group, members: group.members.filter((it) => it !== id) });
      took(id, `left ${group.id}`);
    }
    return true;
  }

  /** The directory as readers see it. */
  function shown() {
    const sinceMs = performance.now() - lateMs();
    const held: Holding = earlier.find(({ untilMs }) => untilMs > sinceMs) ?? { users, groups };
    return { ...directory, ...held, ...viewsOf(held) };
  }

  for (const user of newUsers) putUser(user);
  for (const group of newGroups) putGroup(group);
  effects.length = 0;

  const views = viewsOf({ users, groups });
  const directory = { users, groups, effects, putUser, putGroup, remove, ...views };
  return { ...directory, shown };
}

function viewsOf({ users, groups }: Holding) {
  /** The groups a user or group is in: directly, or through a group nested in another. */
  function groupsOf(id: string) {
    const found = new Map<string, { value: string; display: string; type: string }>();
    const climb = (member: string, type: 'direct' | 'indirect') => {
      for (const group of groups.values()) {
        if (!group.members.includes(member) || found.has(group.id)) continue;
        found.set(group.id, { value: group.id, display: group.displayName, type });
        climb(group.id, 'indirect');
      }
    };
    climb(id, 'direct');
    return [...found.values()];
  }

  /** Members as SCIM shows them. */
  const membersOf = (ids: readonly string[]) =>
    ids.map((value) => ({
      value,
      display: users.get(value)?.userName ?? groups.get(value)?.displayName ?? value,
      type: users.has(value) ? 'User' : 'Group',
    }));

  return { groupsOf, membersOf };
}
