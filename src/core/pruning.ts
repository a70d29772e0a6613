/** How far it has come that old facts be taken out of the record. */
export const pruningStates = ['waiting-for-approval', 'approved', 'withdrawn', 'pruned'] as const;
export type PruningState = (typeof pruningStates)[number];

/** Facts lie in bundles of this many, and are published or gone bundle by bundle (C2SP tlog-tiles). */
const bundleWidth = 256;

/** The largest size at the end of a bundle that is not larger. */
export const atBundle = (size: number): number => size - (size % bundleWidth);

/** How long there is to approve it, and to carry it out. */
export const pruningLastsMs = 7 * 24 * 3_600_000;

/** One thing that stands in the way of a pruning: what it is in a word, and in sentences without names of people. */
export interface PruningObstacle {
  readonly kind:
    | 'nothing'
    | 'not-signed'
    | 'retention'
    | 'setting'
    | 'legal-hold'
    | 'open-case'
    | 'mirror'
    | 'fork';
  readonly detail: string;
}

/** What of a leaf says below which index facts were pruned; 0: it does not. */
export function prunedBelow(leaf: string): number {
  if (!leaf.includes('"type":"log.pruned"')) return 0;
  const body: unknown = JSON.parse(leaf);
  const data: unknown = member(body, 'type') === 'log.pruned' ? member(body, 'data') : null;
  const index = member(data, 'min_index');
  return typeof index === 'number' ? index : 0;
}

const member = (it: unknown, name: string): unknown =>
  typeof it === 'object' && it !== null ? Reflect.get(it, name) : undefined;
