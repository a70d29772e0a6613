import { type DepartureKind, departureKinds } from '#core/departure-kind.ts';
import { type Playbook, readPlaybook } from '#core/playbook.ts';
import { routePlaybook } from '#core/routing.ts';
import { wakeCase } from '#store/cases.ts';
import { casesFollowing, type FollowingCase, peopleAlike } from '#store/playbook-reach.ts';
import { loadPlaybook, type PlaybookRow, publishedPlaybooks } from '#store/playbooks.ts';
import { type Db, inTransaction } from '#store/sql.ts';
import type { App, Caller } from './app.ts';
import { authorize, demandStepUp, mayKnow } from './authorize.ts';
import { caseForDecision, decide } from './cases.ts';
import { showPlaybook } from './playbooks.ts';
import { Problem } from './problem.ts';

/** Whom a version of a playbook touches, and whom it would touch. */
export interface PlaybookReach {
  /** Cases that go on by this version, or another of the same playbook. */
  readonly cases: readonly FollowingCase[];
  /** Confidential ones that the caller may not know of. */
  readonly withheld: number;
  /** How many people who work here would go by it, were they to leave so, neither at once nor in confidence. Null: it is for no departure. */
  readonly people: readonly { readonly kind: DepartureKind; readonly count: number }[] | null;
}

export async function playbookReach(app: App, caller: Caller, id: string): Promise<PlaybookReach> {
  authorize(caller, 'playbook.read');
  const found = await showPlaybook(app, caller, id);
  const all = await casesFollowing(app.pool, found.name);
  // Which of them are of an auditor's period, only their own dates could say.
  if (caller.user.window !== null) return { cases: [], withheld: 0, people: null };
  const cases = all.filter((it) => mayKnow(caller, it));
  return { cases, withheld: all.length - cases.length, people: await wouldFollow(app.pool, found) };
}

async function wouldFollow(db: Db, row: PlaybookRow): Promise<PlaybookReach['people']> {
  const own = documentOf(row);
  if (own?.for !== 'departure') return null;
  // Were it published now: in its own place among the others, instead of the version that is live.
  const published = (await publishedPlaybooks(db)).filter(({ name }) => name !== row.name);
  const playbooks = [...published, row]
    .toSorted((a, b) => a.position - b.position)
    .flatMap((it) => documentOf(it) ?? [])
    .filter((it) => it.for === 'departure');
  const groups = await peopleAlike(db);
  return departureKinds.map((kind) => ({
    kind,
    count: groups
      .filter(({ person, source }) => {
        const departure = { kind, urgent: false, confidential: false };
        const routed = routePlaybook(playbooks, { person, source, departure });
        return routed.playbook?.playbook === row.name;
      })
      .reduce((sum, { people }) => sum + people, 0),
  }));
}

function documentOf({ text }: PlaybookRow): Playbook | null {
  const read = readPlaybook(text);
  return 'playbook' in read ? read.playbook : null;
}

/**
 * Has cases go on by a newer version of their playbook. What is settled stays; what has not begun is planned anew, and
 * approvals of what is different then are void. All of them, or none.
 */
export async function moveToVersion(
  app: App,
  caller: Caller,
  id: string,
  it: { readonly caseIds: readonly string[]; readonly reason: string },
): Promise<void> {
  authorize(caller, 'playbook.write');
  authorize(caller, 'case.change');
  demandStepUp(caller);
  const to = await showPlaybook(app, caller, id);
  if (to.status !== 'published')
    throw new Problem('not possible', 'Only a version that is live can be moved to.');
  await inTransaction(app.pool, async (tx) => {
    for (const caseId of [...new Set(it.caseIds)].toSorted()) {
      const found = await caseForDecision(tx, caller, caseId);
      const from = found.playbookId === null ? null : await loadPlaybook(tx, found.playbookId);
      if (from?.name !== to.name || from.number >= to.number || found.direction !== 'forward') {
        const detail = `The ${found.kind} of ${found.name} does not go forward by an earlier version of ${to.title}.`;
        throw new Problem('not possible', detail);
      }
      await decide(
        tx,
        app,
        caller,
        found,
        { playbookId: to.id, planStale: true },
        {
          type: 'case.changed',
          data: { changed: ['playbook'], playbook: to.name, playbook_version: to.number },
          reason: it.reason,
        },
      );
      await wakeCase(tx, { caseId, urgency: 0 });
    }
  });
}
