import { z } from 'zod';
import { departureKinds } from '#core/departure-kind.ts';
import { languages } from '#core/language.ts';
import { questionKinds } from '#core/survey.ts';
import { smallestGroup } from '#core/survey-results.ts';
import { Moment, pageOf } from './page.ts';

export const SurveySummary = z
  .object({
    name: z.string(),
    number: z.int().meta({ description: 'The version that is asked now: 1, 2, 3 …' }),
    title: z.string().meta({ description: 'In the first of its languages' }),
    languages: z.array(z.enum(languages)),
    questions: z.int(),
    author: z.string(),
    createdAt: Moment,
  })
  .meta({ id: 'SurveySummary' });
export type SurveySummary = z.infer<typeof SurveySummary>;

export const SurveyPage = pageOf(SurveySummary).meta({ id: 'SurveyPage' });
export type SurveyPage = z.infer<typeof SurveyPage>;

export const Survey = SurveySummary.extend({
  text: z.string().meta({ description: 'The document, YAML' }),
}).meta({ id: 'Survey' });
export type Survey = z.infer<typeof Survey>;

const word = z.string().trim().min(1).max(200).optional();

/** Whose answers are wanted. */
export const ResultsQuery = z.object({
  from: z.iso.date().optional().meta({ description: 'Invited on this day or later' }),
  to: z.iso.date().optional().meta({ description: 'Invited on this day or before' }),
  department: word,
  location: word,
  kind: z.enum(departureKinds).optional(),
});
export type ResultsQuery = z.infer<typeof ResultsQuery>;

const people = z.int().min(0);

export const SurveyResults = z
  .object({
    survey: z.string(),
    participation: z.object({
      sent: people,
      answered: people,
      declined: people,
      open: people,
      expired: people,
    }),
    shown: people.meta({
      description: `Of how many forms the figures are made; 0 or at least ${smallestGroup}`,
    }),
    withheld: z.string().nullable().meta({ description: 'Why there is less than was asked for' }),
    questions: z.array(
      z.object({
        id: z.string(),
        text: z.string(),
        kind: z.enum(questionKinds),
        blank: people.meta({ description: 'Of how many the answer is blank' }),
        counts: z.array(z.object({ answer: z.string(), text: z.string(), people })),
        average: z.number().nullable().meta({ description: 'Of a scale from 1 to 5' }),
        texts: z.array(z.string()).meta({ description: 'By the alphabet, without names' }),
      }),
    ),
  })
  .meta({ id: 'SurveyResults' });
export type SurveyResults = z.infer<typeof SurveyResults>;
