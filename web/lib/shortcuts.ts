import { useEffect, useRef } from 'react';

/** What keys do, by key: `j`, `Enter`, `?`, `Ctrl+k`; `g d` is `g`, and then `d`. */
export type Keys = Readonly<Record<string, () => void>>;

const waitMs = 1_500;
/** The last that came asks first. */
const holders: { readonly current: Keys }[] = [];
let prefix = '';
let prefixEnds: ReturnType<typeof setTimeout> | undefined;

/** Has keys do something for as long as a component is there. Single letters count only outside of fields. */
export function useShortcuts(keys: Keys): void {
  const holder = useRef(keys);
  holder.current = keys;
  useEffect(() => {
    if (holders.length === 0) document.addEventListener('keydown', press);
    holders.unshift(holder);
    return () => {
      holders.splice(holders.indexOf(holder), 1);
      if (holders.length === 0) document.removeEventListener('keydown', press);
    };
  }, []);
}

function press(event: KeyboardEvent): void {
  const key = nameOf(event);
  if (key === null || event.defaultPrevented) return;
  const isWithModifier = key.includes('+');
  if (isTyping(event.target) && (!isWithModifier || ofFields.includes(key))) return;
  if (isCovered() && (!isWithModifier || ofFields.includes(key))) return;
  const whole = prefix ? `${prefix} ${key}` : key;
  setPrefix('');
  if (!isWithModifier && holders.some((it) => isBeginning(it.current, whole))) {
    setPrefix(whole);
    return;
  }
  const act = holders.map((it) => it.current[whole]).find((it) => it !== undefined);
  if (!act) return;
  event.preventDefault();
  act();
}

/** Fields take back what was typed in them by themselves. */
const ofFields = ['Ctrl+z', 'Ctrl+Shift+z'];

const isBeginning = (keys: Keys, whole: string) =>
  Object.keys(keys).some((it) => it.startsWith(`${whole} `));

function setPrefix(wanted: string): void {
  clearTimeout(prefixEnds);
  prefix = wanted;
  if (wanted) prefixEnds = setTimeout(setPrefix, waitMs, '');
}

/** The name of what was pressed; null: nothing that anybody listens to. `Ctrl` is the command key of a Mac as well. */
export function nameOf(it: {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey?: boolean;
  readonly isComposing?: boolean;
}): string | null {
  if (it.altKey || it.isComposing || ['Control', 'Meta', 'Shift'].includes(it.key)) return null;
  if (!it.ctrlKey && !it.metaKey) return it.key;
  return `Ctrl+${it.shiftKey ? 'Shift+' : ''}${it.key.toLowerCase()}`;
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || target.closest('input, textarea, select, [role="menu"]') !== null);

/** Something lies over the page, and has keys of its own. */
const isCovered = (): boolean => document.querySelector('[role="dialog"]') !== null;

/** Puts the focus where `find` says: at once, so that the next key means it, or when it has been drawn. */
export function focusOn(find: () => HTMLElement | null): void {
  const found = find();
  if (found) found.focus();
  else requestAnimationFrame(() => find()?.focus());
}
