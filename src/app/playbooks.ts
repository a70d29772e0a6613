import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { CaseKind } from '#core/arrival.ts';
import type { PlaybookProblem } from '#core/playbook.ts';
import { checkPlaybook, type Playbook, readPlaybook, unknownSurveys } from '#core/playbook.ts';
import { settingsFrom } from '#core/settings.ts';
import { offersFrom } from '#engine/offers.ts';
import { record } from '#ledger/record.ts';
import { wakeUnroutedCases } from '#store/cases.ts';
import { listConnections } from '#store/connections.ts';
import {
  draftPlaybook,
  listPlaybooks as listStored,
  loadPlaybook,
  movePlaybook,
  type PlaybookRow,
} from '#store/playbooks.ts';
import { newId } from '#store/random.ts';
import { loadSettings } from '#store/settings.ts';
import { type Db, inTransaction } from '#store/sql.ts';
import { listUsers } from '#store/users.ts';
import type { App, Caller } from './app.ts';
import { authorize, demandStepUp } from './authorize.ts';
import { changedMeanwhile, notFound, Problem } from './problem.ts';
import { publishStarterSurveys, surveyNames } from './surveys.ts';

export type { PlaybookRow };

export async function listPlaybooks(app: App, caller: Caller): Promise<readonly PlaybookRow[]> {
  authorize(caller, 'playbook.read');
  return listStored(app.pool);
}

export async function showPlaybook(app: App, caller: Caller, id: string): Promise<PlaybookRow> {
  authorize(caller, 'playbook.read');
  const found = await loadPlaybook(app.pool, id);
  if (!found) throw notFound(`playbook ${id}`);
  return found;
}

export interface Imported {
  readonly playbook: PlaybookRow;
  /** What to expect; errors keep a draft from being published. */
  readonly problems: readonly PlaybookProblem[];
}

/** Stores a document as the next draft of its playbook. The same text as the newest version adds none. */
export async function importPlaybook(app: App, caller: Caller, text: string): Promise<Imported> {
  authorize(caller, 'playbook.write');
  const read = readPlaybook(text);
  if ('problems' in read) throw unreadable(read.problems);
  const problems = await check(app, read);

  const name = read.playbook.playbook;
  const newest = (await listStored(app.pool)).find((it) => it.name === name);
  if (newest?.text === text) return { playbook: newest, problems };
  const id = newId();
  await draftPlaybook(app.pool, {
    id,
    name,
    title: read.playbook.title,
    text,
    author: caller.user.id,
  });
  return { playbook: (await loadPlaybook(app.pool, id))!, problems };
}

/** A text as it is read, and everything that is wrong with it or to be expected of it. */
export interface Looked {
  /** Null: it cannot be read. */
  readonly document: Playbook | null;
  readonly problems: readonly PlaybookProblem[];
}

/** Looks at a document and keeps nothing. */
export async function checkPlaybookText(app: App, caller: Caller, text: string): Promise<Looked> {
  authorize(caller, 'playbook.write');
  const read = readPlaybook(text);
  if ('problems' in read) return { document: null, problems: read.problems };
  return { document: read.playbook, problems: await check(app, read) };
}

/** The playbooks that come with the program, as they can be begun from. */
export function listStarters(
  caller: Caller,
): readonly { readonly text: string; readonly playbook: Playbook }[] {
  authorize(caller, 'playbook.read');
  return starters().flatMap((text) => {
    const read = readPlaybook(text);
    return 'playbook' in read ? [{ text, playbook: read.playbook }] : [];
  });
}

/** The version that somebody wants to see the effects of. Throws where it has errors or is for something else. */
export async function playbookToTry(
  app: App,
  caller: Caller,
  id: string,
  of: CaseKind,
): Promise<void> {
  const { text } = await showPlaybook(app, caller, id);
  const read = readPlaybook(text);
  if ('problems' in read) throw unreadable(read.problems);
  refuseToTry({ document: read.playbook, problems: await check(app, read) }, of);
}

/** Throws where a text has errors or is for something else. */
export function refuseToTry({ document, problems }: Looked, of: CaseKind): void {
  const errors = problems.filter((it) => it.severity === 'error');
  if (document === null || errors.length > 0) throw unreadable(errors);
  if (document.for !== of)
    throw new Problem('not possible', `This playbook is for ${document.for}, not for ${of}.`);
}

export const unreadable = (problems: readonly PlaybookProblem[]) =>
  new Problem(
    'not readable',
    'The playbook cannot be used as it is.',
    problems.map((it) => ({
      at:
        [it.step && `step ${it.step}`, it.line && `line ${it.line}`].filter(Boolean).join(', ') ||
        'playbook',
      problem: `${it.problem} ${it.mend}`,
    })),
  );

/** Holds a playbook against itself, and against the connections and surveys that there are. */
async function check(
  app: App,
  { playbook, lines }: { playbook: Playbook; lines: Readonly<Record<string, number>> },
): Promise<readonly PlaybookProblem[]> {
  const offers = offersFrom(app.connectors, await listConnections(app.pool));
  return [
    ...checkPlaybook(playbook, offers, lines),
    ...unknownSurveys(playbook, await surveyNames(app.pool), lines),
  ];
}

/**
 * Makes a draft the version that new departures follow; running ones keep theirs. `over`: the version that is live
 * as far as the caller has seen, null where none is; another one then refuses it.
 */
export async function publishPlaybook(
  app: App,
  caller: Caller,
  id: string,
  over?: string | null,
): Promise<Imported> {
  authorize(caller, 'playbook.write');
  demandStepUp(caller);
  const found = await showPlaybook(app, caller, id);
  if (found.status !== 'draft') {
    throw new Problem('not possible', `This version is ${found.status} already.`);
  }
  const read = readPlaybook(found.text);
  if ('problems' in read) throw unreadable(read.problems);
  const problems = await check(app, read);
  const errors = problems.filter((it) => it.severity === 'error');
  if (errors.length > 0) throw unreadable(errors);

  await inTransaction(app.pool, async (tx) => {
    const alone = await onlyOneDecides(tx);
    const { secondPerson } = settingsFrom(await loadSettings(tx)).playbooks;
    if (secondPerson && !alone && found.author === caller.user.id) {
      throw new Problem(
        'not possible',
        'Publishing needs another person than the author. Ask somebody with the role it-admin or security.',
      );
    }
    await publishIn(tx, app, caller, found, alone, over);
  });
  return { playbook: (await loadPlaybook(app.pool, id))!, problems };
}

async function publishIn(
  tx: Db,
  app: App,
  caller: Pick<Caller, 'actor'>,
  draft: PlaybookRow,
  alone: boolean,
  over?: string | null,
): Promise<void> {
  const before = (await listStored(tx)).find(
    (it) => it.name === draft.name && it.status === 'published',
  );
  if (over !== undefined && over !== (before?.id ?? null)) throw changedMeanwhile('The playbook');
  const { actor } = caller;
  const data = {
    playbook: draft.name,
    before: before ? digest(before.text) : null,
    after: digest(draft.text),
    ...(alone ? { alone: true as const } : {}),
  };
  if (before) {
    const version = await movePlaybook(tx, { id: before.id, status: 'retired', by: actor.id });
    if (version === null) throw changedMeanwhile('The playbook');
    await record(tx, app.keys, [
      {
        type: 'playbook.published',
        actor,
        row: { table: 'playbooks', id: before.id, version },
        data: { ...data, version: before.number },
      },
    ]);
  }
  const version = await movePlaybook(tx, { id: draft.id, status: 'published', by: actor.id });
  if (version === null) throw changedMeanwhile('The playbook');
  await record(tx, app.keys, [
    {
      type: 'playbook.published',
      actor,
      row: { table: 'playbooks', id: draft.id, version },
      data: { ...data, version: draft.number },
    },
  ]);
  await wakeUnroutedCases(tx);
}

const digest = (text: string) => createHash('sha256').update(text).digest('base64url');

/** Second-person rules bind as soon as a second person could give the consent. */
async function onlyOneDecides(db: Db): Promise<boolean> {
  const users = await listUsers(db);
  const deciding = users.filter(
    (it) =>
      it.disabledAt === null && it.roles.some((role) => role === 'it-admin' || role === 'security'),
  );
  return deciding.length < 2;
}

const starterFolder = path.join(import.meta.dirname, 'starters');

/** The playbooks that come with the program, in routing order. */
export const starters = (): readonly string[] =>
  readdirSync(starterFolder)
    .filter((name) => name.endsWith('.yaml'))
    .toSorted()
    .map((name) => readFileSync(path.join(starterFolder, name), 'utf8'));

/** First start: publishes the starters and the surveys that they name, so that a departure has a playbook from the first day. */
export async function publishStarters(app: Pick<App, 'pool' | 'keys'>): Promise<void> {
  await publishStarterSurveys(app);
  await inTransaction(app.pool, async (tx) => {
    if ((await listStored(tx)).length > 0) return;
    for (const text of starters()) {
      const read = readPlaybook(text);
      if ('problems' in read) throw unreadable(read.problems);
      const id = newId();
      const { playbook: name, title } = read.playbook;
      await draftPlaybook(tx, { id, name, title, text, author: 'gatehouse' });
      const actor = { kind: 'system', id: 'gatehouse', auth: 'none' } as const;
      const draft = (await loadPlaybook(tx, id))!;
      await publishIn(tx, app as App, { actor }, draft, true);
    }
  });
}
