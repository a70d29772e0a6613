import { textIn } from '#connector-kit/employments.ts';
import { readDay } from '#connector-kit/facts.ts';
import { ConnectorError } from '#core/failure.ts';
import { type Employee, hidden } from './api.ts';

type Node = Readonly<Record<string, unknown>>;
const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Where the field stands: the object that holds it, and its name there. Fields of `root` stand on top. */
function placeOf(employee: Node, path: string): { holder: Node | null; name: string } {
  const steps = path.split('.');
  const name = steps.pop()!;
  let holder: unknown = employee;
  for (const step of steps[0] === 'root' ? steps.slice(1) : steps) {
    holder = isNode(holder) ? holder[step] : null;
  }
  return { holder: isNode(holder) ? holder : null, name };
}

/** A field that we may not see is left out, one that is empty is there. */
export function isVisible(employee: Employee, path: string): boolean {
  const { holder, name } = placeOf(employee, path);
  return holder !== null && name in holder;
}

/** The value of the machine as text, such as a day or an id; null when it is empty. */
export function textOf(employee: Employee, path: string): string | null {
  const { holder, name } = placeOf(employee, path);
  return textIn(holder, name);
}

/** What people see: the words of a list where the machine has the id of an item. */
export function wordsOf(employee: Employee, path: string): string | null {
  const { holder, name } = placeOf(employee, `humanReadable.${path.replace(/^root\./, '')}`);
  return textIn(holder, name) ?? textOf(employee, path);
}

/** The id of somebody whom a field or a column refers to; null when it is empty. */
export function idIn(reference: unknown): string | null {
  return isNode(reference) ? textIn(reference, 'id') : textIn({ reference }, 'reference');
}

export function referenceOf(employee: Employee, path: string): string | null {
  const { holder, name } = placeOf(employee, path);
  return idIn(holder?.[name]);
}

export function dayOf(employee: Employee, path: string): string | null {
  const text = textOf(employee, path);
  if (text === null) return null;
  const day = readDay(text.slice(0, 10));
  if (day.kind === 'value') return day.value;
  throw strange(employee.id, path, day.expected);
}

export const strange = (employeeId: string, what: string, expected: string): ConnectorError =>
  new ConnectorError({
    kind: 'unexpected',
    detail: `The field ${what} of employee ${employeeId} does not hold ${expected}.`,
  });

/** A field that is left out may hold anything, a termination date above all. */
export function needAll(employee: Employee, needed: readonly string[]): void {
  const missing = needed.filter((path) => !isVisible(employee, path));
  if (missing.length > 0) throw hidden(employee.id, missing.join(', '));
}
