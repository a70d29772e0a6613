import de from '../words/de/facts.json' with { type: 'json' };
import en from '../words/en/facts.json' with { type: 'json' };
import { addWords, useWords } from './words.ts';

addWords('facts', { de, en });

/** What a kind of fact means, in the viewer's language; of one that is not known here, as the server puts it. */
export function useFactTitle(): (of: { readonly type: string; readonly title: string }) => string {
  const t = useWords('facts');
  return ({ type, title }) => t(type, { defaultValue: title });
}
