import { useEffect, useRef, useState } from 'react';

export interface Steady<Item> {
  readonly shown: readonly Item[];
  /** How many came or moved meanwhile, and are shown when asked for. */
  readonly waiting: number;
}

/**
 * A list that was read anew, as it is shown while somebody's pointer is on it: each row stays where it is and
 * says what it says now; what came is counted.
 */
export function keepPlaces<Item>(
  before: readonly Item[],
  fresh: readonly Item[],
  keyOf: (it: Item) => string,
): Steady<Item> {
  const byKey = new Map(fresh.map((it) => [keyOf(it), it]));
  const known = new Set(before.map(keyOf));
  return {
    shown: before.map((it) => byKey.get(keyOf(it)) ?? it),
    waiting: fresh.filter((it) => !known.has(keyOf(it))).length,
  };
}

/** Keeps the places of rows while `isHeld`; `ask` shows what waits. */
export function useSteady<Item>(
  fresh: readonly Item[],
  keyOf: (it: Item) => string,
  isHeld: boolean,
): Steady<Item> & { readonly ask: () => void } {
  const order = useRef(fresh);
  const [, ask] = useState(0);
  const steady = isHeld ? keepPlaces(order.current, fresh, keyOf) : { shown: fresh, waiting: 0 };
  useEffect(() => {
    if (!isHeld) order.current = fresh;
  }, [isHeld, fresh]);
  return {
    ...steady,
    ask() {
      order.current = fresh;
      ask((count) => count + 1);
    },
  };
}
