import type { Json } from './document.ts';
import { isReceiverWord, type Receivers, type ReceiverWord } from './successor.ts';

export type Params = { readonly [name: string]: Json };

export interface FilledParams {
  readonly params: Params;
  /** Words that nobody can stand in for yet; they stay as they are. */
  readonly open: readonly ReceiverWord[];
}

/**
 * Fills in the words of `with` that planning knows the meaning of. A word means somebody only
 * where the connector says that a person belongs there: a group may well be called “manager”.
 */
export function fillParams(
  given: Params,
  personParams: readonly string[],
  receivers: Receivers,
): FilledParams {
  const open = new Set<ReceiverWord>();
  const params = Object.entries(given).map(([name, value]): [string, Json] => {
    if (!personParams.includes(name) || !isReceiverWord(value)) return [name, value];
    const person = receivers[value];
    if (!person) open.add(value);
    return [name, person ? person.email : value];
  });
  return { params: Object.fromEntries(params), open: [...open] };
}
