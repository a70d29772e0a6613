import type { Layout, Place } from './layout.ts';

export type Direction = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown';

/** How far aside something may lie costs more than how far ahead. */
const asideCosts = 3;

/** What lies next to something in a direction, among `ids`; undefined: nothing does. */
export function neighbourOf(
  from: string,
  direction: Direction,
  layout: Layout,
  ids: readonly string[],
): string | undefined {
  const at = layout.get(from);
  if (!at) return undefined;
  const isAcross = direction === 'ArrowLeft' || direction === 'ArrowRight';
  const sign = direction === 'ArrowLeft' || direction === 'ArrowUp' ? -1 : 1;
  const [nearest] = ids
    .flatMap((id) => {
      const it = layout.get(id);
      if (!it || id === from) return [];
      const ahead = sign * (isAcross ? it.x - at.x : it.y - at.y);
      const aside = Math.abs(isAcross ? it.y - at.y : it.x - at.x);
      return ahead > 0 ? [{ id, cost: ahead + asideCosts * aside }] : [];
    })
    .sort((a, b) => a.cost - b.cost);
  return nearest?.id;
}

/** The order in which one reads a drawing: from left to right, and down. */
export const inReadingOrder = (ids: readonly string[], layout: Layout): readonly string[] =>
  ids.toSorted((a, b) => {
    const [one, other] = [layout.get(a), layout.get(b)];
    return (one?.x ?? 0) - (other?.x ?? 0) || (one?.y ?? 0) - (other?.y ?? 0);
  });

const edge = 24;
const smallest = 0.5;
const lowest = 220;

/** How high a screen is wanted, in pixels; it may be lower. */
export const heightOf = (layout: Layout | null): number =>
  Math.max(lowest, ...[...(layout?.values() ?? [])].map((it) => it.y + it.height + 2 * edge));

/** Where a drawing begins to be looked at: whole where that can be read, else from its beginning. */
export function viewOf(
  layout: Layout,
  screen: { readonly width: number; readonly height: number },
): { readonly x: number; readonly y: number; readonly zoom: number } {
  const all: readonly Place[] = [...layout.values()];
  const width = Math.max(1, ...all.map((it) => it.x + it.width));
  const height = Math.max(1, ...all.map((it) => it.y + it.height));
  const fits = Math.min((screen.width - 2 * edge) / width, (screen.height - 2 * edge) / height);
  const zoom = Math.min(1, Math.max(smallest, fits));
  const start = (room: number, size: number) => Math.max(edge, (room - size * zoom) / 2);
  return { x: start(screen.width, width), y: start(screen.height, height), zoom };
}
