import { z } from 'zod';
import {
  choosing,
  found,
  line,
  oneOf,
  optional,
  paragraphs,
  problemsIn,
  report,
  words,
  yesOrNo,
} from './document.ts';
import { type Language, languages } from './language.ts';
import { name } from './playbook-parts.ts';
import { readYaml } from './playbook-yaml.ts';

/** A text in each language of its survey. */
export type Texts = Readonly<Partial<Record<Language, string>>>;

export const questionKinds = ['scale', 'choice', 'text', 'yes-no'] as const;
export type QuestionKind = (typeof questionKinds)[number];

/** The steps of a scale, from worst to best. */
export const scaleSteps = ['1', '2', '3', '4', '5'] as const;

/** What somebody who leaves is asked. Data, which HR changes. */
export interface Survey {
  /** Its name in playbooks, files and addresses, such as `exit`. */
  readonly survey: string;
  /** The first one is shown where nothing speaks for another. */
  readonly languages: readonly Language[];
  readonly title: Texts;
  readonly intro: Texts;
  readonly questions: readonly Question[];
}

export type Question = QuestionFrame &
  (
    | { readonly kind: 'scale'; readonly lowest: Texts; readonly highest: Texts }
    | { readonly kind: 'choice'; readonly choices: readonly Choice[] }
    | { readonly kind: 'text' }
    | { readonly kind: 'yes-no' }
  );

interface QuestionFrame {
  /** Stable over versions, since results are counted by it. */
  readonly id: string;
  readonly text: Texts;
  readonly required: boolean;
}

export interface Choice {
  readonly id: string;
  readonly text: Texts;
}

export interface SurveyProblem {
  /** Id of the question; null: the survey as a whole. */
  readonly question: string | null;
  /** Counts from 1. */
  readonly line: number | null;
  readonly problem: string;
  readonly mend: string;
}

/** The text in one language. Every survey has all of its texts in all of its languages. */
export const textIn = (texts: Texts, language: Language): string => texts[language] ?? '';

const mostProblems = 50;

const textsOf = (name: string, schema: z.ZodType<string> = line(300)) =>
  words({ en: optional(schema), de: optional(schema) }, `“${name}”`).transform(
    ({ en, de }): Texts => ({ ...(en !== null && { en }), ...(de !== null && { de }) }),
  );

const frame = {
  id: name,
  text: textsOf('text'),
  required: optional(yesOrNo).transform((it) => it ?? false),
};
const choices = z
  .array(words({ id: name, text: textsOf('text') }, 'A choice'))
  .min(2)
  .max(20)
  .superRefine((given, context) => reportTwins(context, given, 'choices'));

const shapes: Readonly<Record<QuestionKind, z.ZodType<Question>>> = {
  scale: words(
    { ...frame, kind: oneOf(['scale']), lowest: textsOf('lowest'), highest: textsOf('highest') },
    'A question by scale',
  ),
  choice: words({ ...frame, kind: oneOf(['choice']), choices }, 'A question by choice'),
  text: words({ ...frame, kind: oneOf(['text']) }, 'A question by text'),
  'yes-no': words({ ...frame, kind: oneOf(['yes-no']) }, 'A question by yes or no'),
};

const question: z.ZodType<Question> = choosing<Question>((value) => {
  const kind: unknown = Reflect.get(Object(value), 'kind');
  const known = questionKinds.find((it) => it === kind);
  if (!known) {
    return {
      problem: `A question has one of four kinds; found ${found(kind)}.`,
      mend: `Write kind: and one of ${questionKinds.join(', ')}.`,
    };
  }
  return shapes[known];
});

const SurveyDocument: z.ZodType<Survey> = words(
  {
    survey: name,
    languages: z.array(oneOf(languages)).min(1).max(languages.length),
    title: textsOf('title'),
    intro: textsOf('intro', paragraphs(3_000)),
    questions: z.array(question).min(1).max(40),
  },
  'A survey',
).superRefine((survey, context) => {
  reportTwins(context, survey.questions, 'questions', ['questions']);
  if (new Set(survey.languages).size < survey.languages.length) {
    const mend = 'Name each once.';
    report(context, { problem: 'A language is there twice.', mend }, ['languages']);
  }
  for (const { texts, path } of textsIn(survey)) {
    const given = languages.filter((it) => texts[it] !== undefined);
    const missing = survey.languages.filter((it) => !given.includes(it));
    const surplus = given.filter((it) => !survey.languages.includes(it));
    if (missing.length > 0) {
      const problem = `This text is missing in ${missing.join(', ')}.`;
      report(
        context,
        { problem, mend: `Add ${missing.map((it) => `“${it}: …”`).join(', ')}.` },
        path,
      );
    }
    if (surplus.length > 0) {
      const problem = `This text is in ${surplus.join(', ')}, which is not among the languages.`;
      report(context, { problem, mend: 'Add it to “languages”, or leave it out.' }, path);
    }
  }
});

function reportTwins(
  context: z.RefinementCtx,
  given: readonly { readonly id: string }[],
  what: string,
  path: readonly (string | number)[] = [],
): void {
  const seen = new Set<string>();
  for (const [i, { id }] of given.entries()) {
    if (seen.has(id)) {
      const problem = `Two ${what} are called “${id}”.`;
      report(context, { problem, mend: 'Give one of them another id.' }, [...path, i, 'id']);
    }
    seen.add(id);
  }
}

type Placed = { readonly texts: Texts; readonly path: readonly (string | number)[] };

/** Every text of a survey, with where it stands. */
function textsIn({ title, intro, questions }: Survey): readonly Placed[] {
  const ofQuestions = questions.flatMap((it, i): Placed[] => {
    const place = ['questions', i];
    const own: Placed[] = [{ texts: it.text, path: [...place, 'text'] }];
    if (it.kind === 'scale') {
      own.push({ texts: it.lowest, path: [...place, 'lowest'] });
      own.push({ texts: it.highest, path: [...place, 'highest'] });
    }
    if (it.kind === 'choice') {
      const each = it.choices.map(({ text }, j) => ({
        texts: text,
        path: [...place, 'choices', j, 'text'],
      }));
      own.push(...each);
    }
    return own;
  });
  return [{ texts: title, path: ['title'] }, { texts: intro, path: ['intro'] }, ...ofQuestions];
}

export type ReadSurvey =
  | { readonly survey: Survey; lineOf(question: string): number }
  | { readonly problems: readonly SurveyProblem[] };

/** Reads a survey from YAML; all problems at once, each with its question, its line and what to do. */
export function readSurvey(text: string): ReadSurvey {
  const yaml = readYaml(text);
  if ('problems' in yaml)
    return { problems: yaml.problems.map((it) => ({ question: null, ...it })) };
  const result = SurveyDocument.safeParse(yaml.value);
  if (result.success) {
    const survey = result.data;
    const placeOf = (id: string) => survey.questions.findIndex((it) => it.id === id);
    return { survey, lineOf: (id) => yaml.lineOf(['questions', placeOf(id)]) };
  }
  const problems = problemsIn(result.error, yaml.value)
    .map(({ path, problem, mend }) => ({
      question: questionAt(yaml.value, path),
      line: yaml.lineOf(path),
      problem,
      mend,
    }))
    .sort((a, b) => a.line - b.line);
  return { problems: problems.slice(0, mostProblems) };
}

/** How people find the question: by its id, else by its place. */
function questionAt(value: unknown, path: readonly (string | number)[]): string | null {
  const [word, position] = path;
  if (word !== 'questions' || typeof position !== 'number') return null;
  const list: unknown = Reflect.get(Object(value), 'questions');
  const given: unknown = Array.isArray(list) ? list[position] : null;
  const id: unknown = Reflect.get(Object(given), 'id');
  return typeof id === 'string' && id !== '' ? id.slice(0, 60) : `question ${position + 1}`;
}

/**
 * What keeps a document from following earlier versions: a question that changed its kind, whose
 * old and new answers could not be counted together.
 */
export function changedKinds(
  { questions }: Survey,
  earlier: readonly Survey[],
): readonly Omit<SurveyProblem, 'line'>[] {
  return questions.flatMap(({ id, kind }) => {
    const before = earlier.flatMap((it) => it.questions).find((it) => it.id === id);
    if (!before || before.kind === kind) return [];
    const problem = `“${id}” is a question by ${kind} now; in an earlier version it was one by ${before.kind}.`;
    return [{ question: id, problem, mend: 'Give the new question an id of its own.' }];
  });
}
