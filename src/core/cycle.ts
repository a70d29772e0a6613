/** Who waits for whom: each node with the nodes that must come before it. */
export type Waits = ReadonlyMap<string, Iterable<string>>;

/** Circles in which everybody waits for the next: [a, b] means a waits for b, and b for a. */
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
      if (place !== undefined) circles.push(path.slice(place));
      else if (!finished.has(next.value)) enter(next.value);
    }
  }
  return circles;
}
