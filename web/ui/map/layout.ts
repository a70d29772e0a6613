import { Graph, layout } from '@dagrejs/dagre';
import type { Drawing } from './drawing.ts';

/** In pixels at full size, from the upper left corner. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where each step and each group of a drawing lies, by id. */
export type Layout = ReadonlyMap<string, Place>;

export const node = { width: 196, height: 50 } as const;
/** Of a group around its steps; above there is its title. */
const margin = { top: 34, side: 12, bottom: 12 } as const;

/** Places a drawing from left to right. The same drawing lies the same way every time. */
export function layoutOf({ steps, groups, lines }: Drawing): Layout {
  const graph = new Graph({ compound: true });
  graph.setGraph({ rankdir: 'LR', nodesep: 22, edgesep: 24, ranksep: 64 });
  graph.setDefaultEdgeLabel(() => ({}));
  const folded = groups.filter(({ isFolded }) => isFolded).map(({ id }) => id);
  const leaves = [...steps, ...folded];
  for (const id of leaves) graph.setNode(id, { ...node });
  const open = groups.filter(({ isFolded }) => !isFolded);
  for (const { id, members } of open) {
    graph.setNode(id, {});
    for (const member of members) graph.setParent(member, id);
  }
  const partsOf = new Map(open.map(({ id, members }) => [id, members]));
  for (const { from, to } of lines) {
    // The engine knows no lines to a group, but to all that is in it.
    for (const a of partsOf.get(from) ?? [from])
      for (const b of partsOf.get(to) ?? [to]) graph.setEdge(a, b);
  }
  layout(graph);

  const places = new Map<string, Place>(
    leaves.map((id) => {
      const { x, y } = graph.node(id) as { x: number; y: number };
      return [id, { x: x - node.width / 2, y: y - node.height / 2, ...node }];
    }),
  );
  for (const { id, members } of open) places.set(id, around(members.map((it) => places.get(it)!)));
  return fromCorner(places);
}

function around(all: readonly Place[]): Place {
  const x = Math.min(...all.map((it) => it.x)) - margin.side;
  const y = Math.min(...all.map((it) => it.y)) - margin.top;
  const right = Math.max(...all.map((it) => it.x + it.width)) + margin.side;
  const bottom = Math.max(...all.map((it) => it.y + it.height)) + margin.bottom;
  return { x, y, width: right - x, height: bottom - y };
}

function fromCorner(places: Layout): Layout {
  const left = Math.min(...[...places.values()].map(({ x }) => x));
  const top = Math.min(...[...places.values()].map(({ y }) => y));
  return new Map([...places].map(([id, it]) => [id, { ...it, x: it.x - left, y: it.y - top }]));
}
