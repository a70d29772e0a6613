import { controlsBlocks } from './controls.ts';
import type { Language } from './language.ts';
import { factsBlocks } from './report-events.ts';
import { exceptionBlocks } from './report-exceptions.ts';
import { lookBlocks } from './report-looks.ts';
import { recordBlocks } from './report-record.ts';
import { approvalBlocks, stepBlocks } from './report-steps.ts';
import { type ReportCase, storyOf } from './report-story.ts';
import { overviewBlocks, titleOf } from './report-summary.ts';
import { timeBlocks } from './report-times.ts';
import { reportWords } from './report-words.ts';

/** The report of one case as data; the floor above makes pages of it. */
export interface Report {
  readonly language: Language;
  readonly title: string;
  readonly company: string;
  /** Stands on each page, small. */
  readonly reference: string;
  /** Of the seal: the same case gives the same report. */
  readonly madeAt: Date;
  readonly words: {
    readonly page: (n: number, of: number) => string;
    readonly onlyToRead: string;
    /** Said where something stands in letters that no font of the report has. */
    readonly noLetters: string;
  };
  readonly blocks: readonly ReportBlock[];
}

/** How a badge looks: a filled one says that a system was read back. */
export type Tone = 'good' | 'weak' | 'attention' | 'aside' | 'quiet';

/** A piece of a cell, on lines of its own. */
export type Line =
  | string
  | { readonly text: string; readonly as: 'strong' | 'quiet' | 'code' }
  | { readonly badge: string; readonly tone: Tone };

export type Row =
  /** Stands over the rows that follow. */
  { readonly group: string } | { readonly cells: readonly (readonly Line[])[] };

export type ReportBlock =
  | { readonly is: 'heading' | 'text' | 'quiet'; readonly text: string }
  /** Must not be overlooked. */
  | { readonly is: 'notice' | 'warning'; readonly text: string }
  /** Names and what they stand for. */
  | { readonly is: 'facts'; readonly rows: readonly (readonly [string, Line])[] }
  /** How many of what. */
  | {
      readonly is: 'figures';
      readonly figures: readonly { figure: string; label: string; tone: Tone }[];
    }
  | {
      readonly is: 'table';
      readonly caption: string;
      /** `share` of the width; all of them make 1. */
      readonly columns: readonly { readonly head: string; readonly share: number }[];
      readonly rows: readonly Row[];
      /** Many short rows, close together. */
      readonly dense?: true;
    };

/** What an auditor reads first: what became of each step, what is no proof, and where the proof lies. */
export function caseReport(it: ReportCase, language: Language): Report {
  const story = storyOf(it);
  const said = reportWords[language];
  return {
    language,
    title: titleOf(story, language),
    company: it.company,
    reference: said.reference(story.summary.case),
    madeAt: it.facts.at(-1)!.at,
    words: { page: said.page, onlyToRead: said.onlyToRead, noLetters: said.noLetters },
    blocks: [
      ...overviewBlocks(story, language),
      ...exceptionBlocks(story, language),
      ...timeBlocks(story, language),
      ...stepBlocks(story, language),
      ...lookBlocks(story, language),
      ...approvalBlocks(story, language),
      ...controlsBlocks(story, language),
      ...recordBlocks(story, language),
      ...factsBlocks(story, language),
    ],
  };
}
