/** “Nair” of “Priya Nair” and of “Nair, Priya”; the whole where a name is one word. */
export function surnameIn(name: string): string {
  const [before = '', after] = name.split(',');
  if (after?.trim()) return before.trim();
  return before.trim().split(/\s+/).at(-1) ?? '';
}

/** Whether somebody typed the surname that was asked for; case and spaces do not matter. */
export const isSurname = (typed: string, name: string): boolean =>
  surnameIn(name) !== '' && typed.trim().toLowerCase() === surnameIn(name).toLowerCase();
