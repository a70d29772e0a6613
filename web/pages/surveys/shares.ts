import type { SurveyResults } from '#api/contract/surveys.ts';

type Question = SurveyResults['questions'][number];

/** One answer that could be given, and by how many it was. */
export interface Share {
  /** Null: it was left blank. */
  readonly text: string | null;
  readonly people: number;
  /** From 0 to 1, of all whose forms are shown. */
  readonly share: number;
}

/** Every answer to a question with its share; what nobody chose is there as well, and so is no answer. */
export function sharesOf({ counts, blank }: Question): readonly Share[] {
  const all = blank + counts.reduce((sum, it) => sum + it.people, 0);
  const share = (people: number) => (all === 0 ? 0 : people / all);
  return [
    ...counts.map(({ text, people }) => ({ text, people, share: share(people) })),
    ...(blank > 0 ? [{ text: null, people: blank, share: share(blank) }] : []),
  ];
}

/** How many of those who were invited answered, from 0 to 1; null: nobody was. */
export const answeredOf = ({ sent, answered }: SurveyResults['participation']): number | null =>
  sent === 0 ? null : answered / sent;
