import type { PlaybookParts } from '#api/contract/playbooks.ts';
import type { Action } from '#core/playbook.ts';
import { type FormField, fieldsOf, type Schema } from '../../ui/form-fields.ts';

/** What a step may tell the systems it goes to: the parameters of all of them, each name once. */
export function paramFields(
  parts: PlaybookParts,
  { do: capability, on, with: given }: Pick<Action, 'do' | 'on' | 'with'>,
): readonly FormField[] {
  const schemas = parts.systems
    .filter(
      (it) =>
        (on.connection === null || it.id === on.connection) &&
        (on.category === null || it.category === on.category),
    )
    .flatMap(({ actions }) => actions.filter((it) => it.capability === capability))
    .map(({ params }) => params as Schema);
  const fields = new Map<string, FormField>();
  for (const field of schemas.flatMap(fieldsOf)) {
    // Whom a new account is for is no choice of the playbook.
    if (capability === 'account.create' && field.name === 'person') continue;
    const known = fields.get(field.name);
    fields.set(field.name, {
      ...field,
      isRequired: field.isRequired || known?.isRequired === true,
    });
  }
  return [...fields.values()].map((it) => writtenOut(it, given[it.name]));
}

/** Days, words for people and the like are text in a playbook, whatever shape the system takes them in. */
function writtenOut(field: FormField, given: unknown): FormField {
  const isOther =
    typeof given === 'string' &&
    !['text', 'long', 'choice', 'url', 'email'].includes(field.of.kind);
  return isOther ? { ...field, of: { kind: 'text' } } : field;
}
