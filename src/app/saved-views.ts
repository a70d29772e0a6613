import { newId } from '#store/random.ts';
import {
  countOtherViews,
  dropSavedView,
  type SavedView,
  savedViewsFor,
  saveView as storeView,
} from '#store/saved-views.ts';
import type { App, Caller } from './app.ts';
import { authorize, may } from './authorize.ts';
import { notFound, Problem } from './problem.ts';

export type { SavedView };

/** So many nobody can tell apart any more. */
const mostViews = 50;

/** A view is for those who see its list. */
const readerOf = (list: string) => (list === 'audit' ? 'audit.read' : 'case.read');

/** The caller's own views of lists, and those that others share. */
export async function listSavedViews(app: App, caller: Caller): Promise<readonly SavedView[]> {
  authorize(caller, 'case.read');
  const found = await savedViewsFor(app.pool, caller.user.id);
  return found.filter(({ list }) => may(caller, readerOf(list)));
}

/** Keeps a view for the caller; one of the same name is replaced. */
export async function keepView(
  app: App,
  caller: Caller,
  it: Pick<SavedView, 'list' | 'name' | 'search' | 'shared'>,
): Promise<SavedView> {
  authorize(caller, readerOf(it.list));
  const view = { id: newId(), owner: caller.user.id, ...it };
  if ((await countOtherViews(app.pool, view)) >= mostViews) {
    throw new Problem(
      'not possible',
      `You keep ${mostViews} views already. Take one out that you no longer need.`,
    );
  }
  return storeView(app.pool, view);
}

/** Takes a view of the caller out; those of others are theirs. */
export async function takeViewOut(app: App, caller: Caller, id: string): Promise<void> {
  authorize(caller, 'case.read');
  if (!(await dropSavedView(app.pool, { id, owner: caller.user.id }))) {
    throw notFound(`saved view ${id} of yours`);
  }
}
