/** A step as a map shows it; what it says beside its title is up to the page. */
export interface Drawable {
  readonly id: string;
  /** Steps of one group stand together and can be folded into one; a group of one counts as none. */
  readonly group?: { readonly id: string; readonly title: string } | undefined;
  /** Ids of the steps that come before; those that are not on the map are left out. */
  readonly after: readonly string[];
}

/** A group of at least two steps. */
export interface Group {
  readonly id: string;
  readonly title: string;
  readonly members: readonly string[];
  readonly isFolded: boolean;
}

/** From what comes before to what comes after; a whole group where all of it comes before or after. */
export interface Line {
  readonly from: string;
  readonly to: string;
}

/** What is to be drawn: single steps, groups, and the lines between them. */
export interface Drawing {
  readonly steps: readonly string[];
  readonly groups: readonly Group[];
  readonly lines: readonly Line[];
}

/** More than these at once nobody takes in. */
const mostSteps = 60;
const mostOfGroup = 8;

/**
 * What of the steps is drawn. Large groups are folded at first; `turned` holds the ids of those that somebody folded
 * or unfolded since. A line is left out where others say as much already.
 */
export function drawingOf(steps: readonly Drawable[], turned: ReadonlySet<string>): Drawing {
  const groups = groupsOf(steps, turned);
  const home = new Map(groups.flatMap((group) => group.members.map((id) => [id, group] as const)));
  const placeOf = (id: string) => (home.get(id)?.isFolded ? home.get(id)!.id : id);
  const known = new Set(steps.map(({ id }) => id));
  const next = new Map<string, Set<string>>();
  for (const { id, after } of steps) {
    const to = placeOf(id);
    if (!next.has(to)) next.set(to, new Set());
    for (const from of after.filter((it) => known.has(it)).map(placeOf)) {
      if (from === to) continue;
      if (!next.has(from)) next.set(from, new Set());
      next.get(from)!.add(to);
    }
  }
  return {
    steps: [...new Set(steps.map(({ id }) => placeOf(id)))].filter((id) => known.has(id)),
    groups,
    lines: linesOf(
      next,
      groups.filter(({ isFolded }) => !isFolded),
    ),
  };
}

function groupsOf(steps: readonly Drawable[], turned: ReadonlySet<string>): readonly Group[] {
  const byGroup = Map.groupBy(steps, ({ group }) => group?.id);
  return [...byGroup.values()].flatMap((members): Group[] => {
    const group = members[0]?.group;
    if (!group || members.length < 2) return [];
    const isLarge = steps.length > mostSteps || members.length > mostOfGroup;
    return [
      {
        id: placeOfGroup(group.id),
        title: group.title,
        members: members.map(({ id }) => id),
        isFolded: isLarge !== turned.has(placeOfGroup(group.id)),
      },
    ];
  });
}

/** No step has such an id. */
const placeOfGroup = (id: string) => `group ${id}`;

type Next = ReadonlyMap<string, ReadonlySet<string>>;

function linesOf(next: Next, open: readonly Group[]): readonly Line[] {
  const reach = new Map([...next.keys()].map((id) => [id, reachedFrom(id, next)]));
  const membersOf = new Map(open.map(({ id, members }) => [id, members]));
  const parts = (id: string) => membersOf.get(id) ?? [id];
  /** All of the one is settled before any of the other begins. */
  const precedes = (from: string, to: string) =>
    parts(from).every((a) => parts(to).every((b) => reach.get(a)?.has(b)));

  let lines = [...next].flatMap(([from, all]) => [...all].map((to): Line => ({ from, to })));
  for (const { id, members } of open) {
    lines = merged(lines, (it) =>
      members.includes(it.from) && !members.includes(it.to) && precedes(id, it.to)
        ? { from: id, to: it.to }
        : it,
    );
  }
  for (const { id, members } of open) {
    lines = merged(lines, (it) =>
      members.includes(it.to) && !members.includes(it.from) && precedes(it.from, id)
        ? { from: it.from, to: id }
        : it,
    );
  }
  return lines.filter(
    ({ from, to }) =>
      !lines.some(
        (other) =>
          other.from === from &&
          other.to !== to &&
          !precedes(to, other.to) &&
          parts(other.to).some((it) => parts(to).every((b) => reach.get(it)?.has(b))),
      ),
  );
}

function merged(lines: readonly Line[], into: (it: Line) => Line): Line[] {
  const found = new Map(lines.map(into).map((it) => [`${it.from}\n${it.to}`, it]));
  return [...found.values()];
}

function reachedFrom(id: string, next: Next): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [...(next.get(id) ?? [])];
  for (let it = open.pop(); it !== undefined; it = open.pop()) {
    if (found.has(it)) continue;
    found.add(it);
    open.push(...(next.get(it) ?? []));
  }
  return found;
}
