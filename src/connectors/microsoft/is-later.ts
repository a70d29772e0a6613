/** Whether a moment that Graph shows moved on. There may have been none before. */
export function isLater(now: string | null, before: string | null): boolean {
  if (now === null) return false;
  return before === null || Date.parse(now) > Date.parse(before);
}
