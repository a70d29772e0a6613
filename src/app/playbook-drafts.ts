import type { CaseKind } from '#core/arrival.ts';
import { editPlaybook, type PlaybookEdit } from '#core/playbook.ts';
import {
  beginDraft,
  changeDraft,
  draftsOf,
  endDraft,
  loadDraft,
  type PlaybookDraftRow,
} from '#store/playbook-drafts.ts';
import { draftPlaybook, listPlaybooks, loadPlaybook, type PlaybookRow } from '#store/playbooks.ts';
import { newId } from '#store/random.ts';
import { inTransaction } from '#store/sql.ts';
import type { App, Caller } from './app.ts';
import { authorize } from './authorize.ts';
import {
  checkPlaybookText,
  type Imported,
  type Looked,
  refuseToTry,
  unreadable,
} from './playbooks.ts';
import { changedMeanwhile, notFound, Problem } from './problem.ts';

/** A draft of one's own, with what is to be said of its text and of what went live beside it. */
export interface Draft extends Looked {
  readonly draft: PlaybookDraftRow;
  readonly basedOn: PlaybookRow | null;
  /** Another one than it is based on: somebody has published meanwhile. */
  readonly live: PlaybookRow | null;
}

/** One's own drafts, the newest first; those of others are nobody's business yet. */
export async function listDrafts(
  app: App,
  caller: Caller,
): Promise<readonly Pick<Draft, 'draft' | 'basedOn'>[]> {
  authorize(caller, 'playbook.write');
  const versions = new Map((await listPlaybooks(app.pool)).map((it) => [it.id, it]));
  return (await draftsOf(app.pool, caller.user.id)).map((draft) => ({
    draft,
    basedOn: versions.get(draft.basedOn ?? '') ?? null,
  }));
}

export async function showDraft(app: App, caller: Caller, name: string): Promise<Draft> {
  authorize(caller, 'playbook.write');
  return drafted(app, caller, await own(app, caller, name));
}

/**
 * Keeps a text as one's draft, readable or not, so that nothing that was written is lost. `version` null begins it;
 * `basedOn` left out: the version that is live now, or what it is based on already.
 */
export async function saveDraft(
  app: App,
  caller: Caller,
  name: string,
  it: { text: string; version: number | null; basedOn?: string | null | undefined },
): Promise<Draft> {
  authorize(caller, 'playbook.write');
  const versions = (await listPlaybooks(app.pool)).filter((of) => of.name === name);
  if (it.basedOn && !versions.some(({ id }) => id === it.basedOn)) {
    throw new Problem('not possible', `“${name}” has no version ${it.basedOn}.`);
  }
  if (it.version === null) {
    const live = versions.find(({ status }) => status === 'published');
    const begun = await beginDraft(app.pool, {
      id: newId(),
      author: caller.user.id,
      name,
      text: it.text,
      basedOn: it.basedOn === undefined ? (live?.id ?? null) : it.basedOn,
    });
    if (!begun) throw new Problem('not possible', `You have a draft of “${name}” already.`);
    return drafted(app, caller, begun);
  }
  const known = await own(app, caller, name);
  return changed(app, caller, known, { ...it, version: it.version });
}

/** Changes a draft by its steps; the rest of the text stays as it was written. */
export async function editDraft(
  app: App,
  caller: Caller,
  name: string,
  { version, edits }: { version: number; edits: readonly PlaybookEdit[] },
): Promise<Draft> {
  authorize(caller, 'playbook.write');
  const known = await own(app, caller, name);
  if (known.version !== version) throw changedMeanwhile('The draft');
  const edited = editPlaybook(known.text, edits);
  if ('missing' in edited)
    throw new Problem('not possible', `There is no step “${edited.missing}”.`);
  if ('problems' in edited) throw unreadable(edited.problems);
  return changed(app, caller, known, { text: edited.text, version });
}

async function changed(
  app: App,
  caller: Caller,
  { id, basedOn }: PlaybookDraftRow,
  it: { text: string; version: number; basedOn?: string | null | undefined },
): Promise<Draft> {
  const kept = it.basedOn === undefined ? basedOn : it.basedOn;
  const row = await changeDraft(app.pool, { ...it, id, basedOn: kept });
  if (!row) throw changedMeanwhile('The draft');
  return drafted(app, caller, row);
}

/** Ends a draft of which nothing is wanted any more. */
export async function discardDraft(
  app: App,
  caller: Caller,
  name: string,
  version: number,
): Promise<void> {
  authorize(caller, 'playbook.write');
  const { id } = await own(app, caller, name);
  if (!(await endDraft(app.pool, { id, version }))) throw changedMeanwhile('The draft');
}

/**
 * Makes a version of a draft, for another person to look at and publish. Not over a version that went live since it
 * began: whoever wrote it has to look at that one first.
 */
export async function putForward(
  app: App,
  caller: Caller,
  name: string,
  { version, note }: { version: number; note: string },
): Promise<Imported> {
  const { draft, live, document, problems } = await showDraft(app, caller, name);
  const errors = problems.filter((it) => it.severity === 'error');
  if (document === null || errors.length > 0) throw unreadable(errors);
  if (document.playbook !== name) {
    const detail = `The text begins with “playbook: ${document.playbook}”, and this is a draft of “${name}”.`;
    throw new Problem('not possible', `${detail} Write “playbook: ${name}”.`);
  }
  if (live && live.id !== draft.basedOn) {
    const detail = `Version ${live.number} went live after you began.`;
    throw new Problem('not possible', `${detail} Compare your draft with it first.`);
  }
  if (live?.text === draft.text)
    throw new Problem('not possible', `Nothing is different from version ${live.number}.`);
  const id = newId();
  await inTransaction(app.pool, async (tx) => {
    if (!(await endDraft(tx, { id: draft.id, version }))) throw changedMeanwhile('The draft');
    const { title } = document;
    await draftPlaybook(tx, { id, name, title, text: draft.text, author: caller.user.id, note });
  });
  return { playbook: (await loadPlaybook(app.pool, id))!, problems };
}

async function own(app: App, caller: Caller, name: string): Promise<PlaybookDraftRow> {
  const found = await loadDraft(app.pool, { author: caller.user.id, name });
  if (!found) throw notFound(`draft of yours of “${name}”`);
  return found;
}

async function drafted(app: App, caller: Caller, draft: PlaybookDraftRow): Promise<Draft> {
  const versions = (await listPlaybooks(app.pool)).filter((it) => it.name === draft.name);
  return {
    draft,
    basedOn: versions.find(({ id }) => id === draft.basedOn) ?? null,
    live: versions.find(({ status }) => status === 'published') ?? null,
    ...(await checkPlaybookText(app, caller, draft.text)),
  };
}

/** The draft of one's own whose effects somebody wants to see. Throws where it has errors or is for something else. */
export async function draftToTry(
  app: App,
  caller: Caller,
  name: string,
  of: CaseKind,
): Promise<PlaybookDraftRow> {
  const looked = await showDraft(app, caller, name);
  refuseToTry(looked, of);
  return looked.draft;
}
