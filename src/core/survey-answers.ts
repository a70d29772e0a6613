import { z } from 'zod';
import { type Question, type Survey, scaleSteps } from './survey.ts';

/** What somebody answered, by question. What is not answered is not in it. */
export const Answers = z.record(z.string(), z.string());
export type Answers = Readonly<z.infer<typeof Answers>>;

export const longestAnswer = 5_000;

export interface AnswerProblem {
  readonly question: string;
  readonly problem: 'missing' | 'too long';
}

/** Answers as a form sends them, by question. What no form of ours could send is left out. */
export function answersFrom(survey: Survey, sent: (question: string) => string | null): Answers {
  const given = survey.questions.flatMap((question) => {
    const answer = cleaned(sent(question.id) ?? '');
    return answer !== '' && isPossible(question, answer) ? [[question.id, answer] as const] : [];
  });
  return Object.fromEntries(given);
}

/** Forms send line breaks as CRLF, which count as one character while typing. */
const cleaned = (text: string): string =>
  text
    .replaceAll('\r\n', '\n')
    .replaceAll(/[^\P{Cc}\n\t]/gu, '')
    .trim();

function isPossible(question: Question, answer: string): boolean {
  return question.kind === 'text' || possibleAnswers(question).includes(answer);
}

/** All answers that a question offers, in its order; none for free text. */
export function possibleAnswers(question: Question): readonly string[] {
  switch (question.kind) {
    case 'scale':
      return scaleSteps;
    case 'choice':
      return question.choices.map(({ id }) => id);
    case 'yes-no':
      return ['yes', 'no'];
    case 'text':
      return [];
  }
}

/** What keeps answers from being sent; they may be saved all the same, but for what is too long. */
export const problemsInAnswers = (survey: Survey, answers: Answers): readonly AnswerProblem[] =>
  survey.questions.flatMap(({ id, required }): readonly AnswerProblem[] => {
    const answer = answers[id];
    if (answer === undefined) return required ? [{ question: id, problem: 'missing' }] : [];
    return answer.length > longestAnswer ? [{ question: id, problem: 'too long' }] : [];
  });
