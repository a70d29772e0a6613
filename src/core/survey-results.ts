import type { Language } from './language.ts';
import type { Question, QuestionKind, Survey } from './survey.ts';
import { textIn } from './survey.ts';
import { type Answers, possibleAnswers } from './survey-answers.ts';

/** Nothing is shown of a group with fewer people than this. */
export const smallestGroup = 5;

/** What a group answered to one question. Everybody who sent the form is counted once. */
export interface QuestionResult {
  readonly id: string;
  readonly text: string;
  readonly kind: QuestionKind;
  /** Of how many the answer is blank. */
  readonly blank: number;
  /** Empty for free text. */
  readonly counts: readonly {
    readonly answer: string;
    readonly text: string;
    readonly people: number;
  }[];
  /** Of a scale, to two decimals; null: nobody answered, or it is no scale. */
  readonly average: number | null;
  /** Free text, in no order that tells anything. */
  readonly texts: readonly string[];
}

/**
 * Adds up what a group answered. `versions`: every version of the survey that somebody in it
 * answered, the newest first. A question is worded as in the newest version that has it.
 */
export function addUp(
  versions: readonly Survey[],
  group: readonly Answers[],
  language: Language | null,
): readonly QuestionResult[] {
  const questions = new Map<string, Question>();
  for (const { questions: asked } of versions) {
    for (const it of asked) {
      const known = questions.get(it.id);
      questions.set(it.id, known ? withChoicesOf(known, it) : it);
    }
  }
  const [newest] = versions;
  const spoken = newest?.languages.find((it) => it === language) ?? newest?.languages[0] ?? 'en';
  const inWords = (texts: Question['text']) =>
    textIn(texts, spoken) || Object.values(texts)[0] || '';

  return [...questions.values()].map((question): QuestionResult => {
    const given = group.flatMap((it) => it[question.id] ?? []);
    const count = (answer: string) => given.filter((it) => it === answer).length;
    const choices = question.kind === 'choice' ? question.choices : [];
    const wordsOf = (answer: string) =>
      inWords(choices.find(({ id }) => id === answer)?.text ?? { en: answer, de: answer });
    const isText = question.kind === 'text';
    const sum = given.reduce((total, it) => total + Number(it), 0);
    return {
      id: question.id,
      text: inWords(question.text),
      kind: question.kind,
      blank: group.length - given.length,
      counts: possibleAnswers(question).map((answer) => ({
        answer,
        text: wordsOf(answer),
        people: count(answer),
      })),
      average:
        question.kind === 'scale' && given.length > 0
          ? Math.round((sum / given.length) * 100) / 100
          : null,
      // By the alphabet: neither by time nor by person, and the same whenever one looks.
      texts: isText ? given.toSorted() : [],
    };
  });
}

/** Choices that are no longer offered were chosen all the same. */
function withChoicesOf(newer: Question, older: Question): Question {
  if (newer.kind !== 'choice' || older.kind !== 'choice') return newer;
  const gone = older.choices.filter(({ id }) => !newer.choices.some((it) => it.id === id));
  return { ...newer, choices: [...newer.choices, ...gone] };
}
