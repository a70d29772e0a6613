import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import {
  changedKinds,
  type ReadSurvey,
  readSurvey,
  type Survey,
  type SurveyProblem,
} from '#core/survey.ts';
import { record } from '#ledger/record.ts';
import { newId } from '#store/random.ts';
import { type Db, inTransaction } from '#store/sql.ts';
import { addSurveyVersion, newestSurvey, type SurveyRow, surveyVersions } from '#store/surveys.ts';
import type { App, Caller } from './app.ts';
import { authorize, demandStepUp } from './authorize.ts';
import { changedMeanwhile, notFound, Problem } from './problem.ts';

/** A version of a survey with its document, read. */
export interface SurveyInUse extends SurveyRow {
  readonly survey: Survey;
}

/** What is stored was readable when it was stored. */
export function withDocument(row: SurveyRow): SurveyInUse {
  const read = readSurvey(row.text);
  if ('survey' in read) return { ...row, survey: read.survey };
  throw new Error(`the stored survey ${row.name} ${row.number} cannot be read`);
}

/** The version of each survey that is asked now. */
export async function listSurveys(app: App, caller: Caller): Promise<readonly SurveyInUse[]> {
  authorize(caller, 'playbook.read');
  return newestOfEach(await surveyVersions(app.pool)).map(withDocument);
}

export async function showSurvey(app: App, caller: Caller, name: string): Promise<SurveyInUse> {
  authorize(caller, 'playbook.read');
  const found = await newestSurvey(app.pool, name);
  if (!found) throw notFound(`survey ${name}`);
  return withDocument(found);
}

/** Names that playbooks may use. */
export const surveyNames = async (db: Db): Promise<readonly string[]> =>
  newestOfEach(await surveyVersions(db)).map((it) => it.name);

const newestOfEach = (rows: readonly SurveyRow[]): readonly SurveyRow[] => [
  ...new Map(rows.toReversed().map((it) => [it.name, it])).values(),
];

/**
 * Makes a document the version that is asked from now on. Invitations that are out keep theirs. The
 * same text as now adds none.
 */
export async function saveSurvey(
  app: App,
  caller: Caller,
  name: string,
  text: string,
): Promise<SurveyInUse> {
  authorize(caller, 'survey.write');
  demandStepUp(caller);
  const read = understood(readSurvey(text));
  if (read.survey.survey !== name) {
    throw unreadable([
      {
        question: null,
        line: null,
        problem: `The document is the survey “${read.survey.survey}”, and is sent as “${name}”.`,
        mend: `Write “survey: ${name}”, or send it under its own name.`,
      },
    ]);
  }
  return inTransaction(app.pool, async (tx) => {
    const earlier = (await surveyVersions(tx, name)).map(withDocument);
    const [newest] = earlier;
    if (newest?.text === text) return newest;
    const changed = changedKinds(
      read.survey,
      earlier.map((it) => it.survey),
    );
    if (changed.length > 0)
      throw unreadable(changed.map((it) => ({ ...it, line: read.lineOf(it.question ?? '') })));
    await publish(tx, app, caller, { name, text, before: newest ?? null });
    return withDocument((await newestSurvey(tx, name))!);
  });
}

function understood(read: ReadSurvey): Extract<ReadSurvey, { survey: Survey }> {
  if ('survey' in read) return read;
  throw unreadable(read.problems);
}

const unreadable = (problems: readonly SurveyProblem[]) =>
  new Problem(
    'not readable',
    'The survey cannot be used as it is.',
    problems.map((it) => ({
      at:
        [it.question && `question ${it.question}`, it.line && `line ${it.line}`]
          .filter(Boolean)
          .join(', ') || 'survey',
      problem: `${it.problem} ${it.mend}`,
    })),
  );

async function publish(
  tx: Db,
  app: Pick<App, 'keys'>,
  { actor }: Pick<Caller, 'actor'>,
  it: { name: string; text: string; before: SurveyRow | null },
): Promise<void> {
  const id = newId();
  const number = (it.before?.number ?? 0) + 1;
  const version = { id, name: it.name, number, text: it.text, author: actor.id };
  if (!(await addSurveyVersion(tx, version))) throw changedMeanwhile('The survey');
  await record(tx, app.keys, [
    {
      type: 'survey.published',
      actor,
      row: { table: 'surveys', id, version: 1 },
      data: {
        survey: it.name,
        version: number,
        before: it.before && digest(it.before.text),
        after: digest(it.text),
      },
    },
  ]);
}

const digest = (text: string) => createHash('sha256').update(text).digest('base64url');

const starterFolder = path.join(import.meta.dirname, 'surveys');

/** The surveys that come with the program. */
export const starterSurveys = (): readonly string[] =>
  readdirSync(starterFolder)
    .filter((name) => name.endsWith('.yaml'))
    .toSorted()
    .map((name) => readFileSync(path.join(starterFolder, name), 'utf8'));

/** First start: the surveys that starter playbooks name. Those that there are stay as they are. */
export async function publishStarterSurveys(app: Pick<App, 'pool' | 'keys'>): Promise<void> {
  await inTransaction(app.pool, async (tx) => {
    for (const text of starterSurveys()) {
      const { survey } = understood(readSurvey(text));
      if (await newestSurvey(tx, survey.survey)) continue;
      const actor = { kind: 'system', id: 'gatehouse', auth: 'none' } as const;
      await publish(tx, app, { actor }, { name: survey.survey, text, before: null });
    }
  });
}
