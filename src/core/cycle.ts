/** Who waits for whom: each node with the nodes that must come before it. */
export type Waits = ReadonlyMap<string, Iterable<string>>;

const enoughCircles = 100;

/**
 * Circles in which everybody waits for the next: [a, b] means a waits for b, and b for a. At
 * least one for each knot, at most a hundred in all.
 */
export function circlesIn(waits: Waits): readonly (readonly string[])[] {
  const circles: string[][] = [];
  const finished = new Set<string>();
  const path: string[] = [];
  const placeOnPath = new Map<string, number>();

  // Its own stack: a chain may be longer than the call stack is deep.
  for (const start of waits.keys()) {
    if (finished.has(start)) continue;
    const open: Iterator<string>[] = [];
    const enter = (node: string) => {
      placeOnPath.set(node, path.length);
      path.push(node);
      open.push((waits.get(node) ?? [])[Symbol.iterator]());
    };
    enter(start);
    while (open.length > 0) {
      const next = open.at(-1)!.next();
      if (next.done) {
        open.pop();
        const node = path.pop()!;
        placeOnPath.delete(node);
        finished.add(node);
        continue;
      }
      const place = placeOnPath.get(next.value);
      if (place === undefined) {
        if (!finished.has(next.value)) enter(next.value);
      } else if (circles.push(path.slice(place)) === enoughCircles) return circles;
    }
  }
  return circles;
}

/**
 * Knots: groups in which everybody waits, by whatever way, for everybody else. Each node of a
 * knot with the number of its knot; whoever is in none is left out. (Tarjan's algorithm.)
 */
export function knotsIn(waits: Waits): ReadonlyMap<string, number> {
  const knots = new Map<string, number>();
  const order = new Map<string, number>();
  /** The earliest node that can be reached; a knot is complete where that is the node itself. */
  const earliest = new Map<string, number>();
  const undecided: string[] = [];
  const isUndecided = new Set<string>();
  let count = 0;

  for (const start of waits.keys()) {
    if (order.has(start)) continue;
    const open: { node: string; next: Iterator<string> }[] = [];
    const enter = (node: string) => {
      order.set(node, order.size);
      earliest.set(node, order.get(node)!);
      undecided.push(node);
      isUndecided.add(node);
      open.push({ node, next: (waits.get(node) ?? [])[Symbol.iterator]() });
    };
    const reach = (node: string, place: number) =>
      earliest.set(node, Math.min(earliest.get(node)!, place));
    enter(start);
    for (let it = open.at(-1); it; it = open.at(-1)) {
      const { value, done } = it.next.next();
      if (!done) {
        if (!order.has(value)) enter(value);
        else if (isUndecided.has(value)) reach(it.node, order.get(value)!);
        continue;
      }
      open.pop();
      const caller = open.at(-1);
      if (caller) reach(caller.node, earliest.get(it.node)!);
      if (earliest.get(it.node) !== order.get(it.node)) continue;
      const members = undecided.splice(undecided.lastIndexOf(it.node));
      for (const member of members) isUndecided.delete(member);
      if (members.length === 1) continue;
      count += 1;
      for (const member of members) knots.set(member, count);
    }
  }
  return knots;
}
