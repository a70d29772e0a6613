import { Textarea, TextInput } from '@mantine/core';
import { languages, type Wording } from '#core/language.ts';
import { useWords } from '../../../lib/words.ts';

/** A text for everybody, or one for each language where the playbook has several. */
export function WordingField({
  label,
  value,
  isLong = false,
  onChange,
}: {
  label: string;
  value: Wording | null;
  isLong?: boolean;
  onChange: (it: Wording) => void;
}) {
  const t = useWords('builder');
  const field = (name: string, text: string, enter: (text: string) => void) =>
    isLong ? (
      <Textarea
        key={name}
        label={name}
        autosize
        minRows={3}
        maxRows={12}
        value={text}
        onChange={(event) => enter(event.currentTarget.value)}
      />
    ) : (
      <TextInput
        key={name}
        label={name}
        value={text}
        onChange={(event) => enter(event.currentTarget.value)}
      />
    );
  if (value === null || typeof value === 'string') return field(label, value ?? '', onChange);
  return languages
    .filter((it) => value[it] !== undefined)
    .map((it) =>
      field(`${label}, ${t(`languages.${it}`)}`, value[it] ?? '', (text) =>
        onChange({ ...value, [it]: text }),
      ),
    );
}
