import { factTypes, isFactType } from '#core/event.ts';
import type { Change, LiveNoun } from '#core/live.ts';
import type { Right } from '#core/user.ts';
import type { RecordedChange } from '#ledger/changes.ts';
import type { Caller } from './app.ts';
import { authorize, may } from './authorize.ts';

/** Whoever may read nothing need not hear of it. */
export const authorizeWatching = (caller: Caller): void => authorize(caller, 'change.watch');

/** What a fact is told as, by the first part of its type, and to whom. */
const nounsOf: Readonly<Record<string, readonly (readonly [LiveNoun, Right])[]>> = {
  case: [
    ['cases', 'case.read'],
    ['tasks', 'task.read'],
    ['approvals', 'approval.read'],
  ],
  step: [
    ['cases', 'case.read'],
    ['tasks', 'task.read'],
  ],
  alert: [['alerts', 'alert.read']],
  survey: [['cases', 'case.read']],
  approval: [
    ['approvals', 'approval.read'],
    ['cases', 'case.read'],
  ],
  connection: [['connections', 'connection.read']],
  credential: [['connections', 'connection.read']],
  list: [['connections', 'connection.read']],
  playbook: [['playbooks', 'playbook.read']],
  policy: [['settings', 'settings.read']],
  role: [['users', 'user.read']],
  user: [['users', 'user.read']],
  source: [['people', 'people.read']],
  hint: [['departure-hints', 'hint.decide']],
  bulk: [['bulk-starts', 'bulk.start']],
  switch: [['kill-switch', 'settings.read']],
  protected: [['protections', 'protected.read']],
  subject: [
    ['legal-holds', 'hold.read'],
    ['people', 'people.read'],
  ],
  erasure: [['erasures', 'person.erase']],
  pruning: [['prunings', 'pruning.read']],
};

/** What changes nothing for anybody; telling of a search would have the page search again. */
const isUnheard = (type: string): boolean =>
  /^(read|disclosure|credential|log)\./.test(type) &&
  isFactType(type) &&
  factTypes[type].result === 'noted';

/** Only of these a message names one. */
const named: ReadonlySet<LiveNoun> = new Set(['cases', 'connections', 'playbooks']);

/** More than this are told as "many": whoever shows so many reads all of them again. */
const mostNamed = 100;

/**
 * What somebody is told of facts: each thing once, and nothing that they may not read. Of a confidential
 * case nobody hears who does not know of it: that something changed is news as well.
 */
export function changesFor(caller: Caller, facts: readonly RecordedChange[]): readonly Change[] {
  // Which of them belong to an auditor's window is found out by who reads anew.
  if (caller.user.window !== null) return facts.length > 0 ? wholeOnly : [];
  const told = new Map<string, Change>();
  for (const fact of facts) {
    if (isUnheard(fact.type) || isSecret(caller, fact)) continue;
    for (const [noun, right] of nounsOf[fact.type.split('.')[0]!] ?? []) {
      if (may(caller, right)) tell(told, { noun, id: idIn(noun, fact) });
    }
    if (may(caller, 'audit.read')) tell(told, { noun: 'audit', id: null });
  }
  return shortened([...told.values()]);
}

const wholeOnly: readonly Change[] = [
  { noun: 'cases', id: null },
  { noun: 'audit', id: null },
];

const tell = (told: Map<string, Change>, it: Change) => told.set(`${it.noun}/${it.id}`, it);

const isSecret = (caller: Caller, { confidential, openedBy }: RecordedChange): boolean =>
  confidential && openedBy !== caller.user.id && !may(caller, 'case.read-confidential');

function idIn(noun: LiveNoun, { caseId, row }: RecordedChange): string | null {
  if (!named.has(noun)) return null;
  if (noun === 'cases') return caseId;
  return row?.startsWith(`${noun}/`) ? row.slice(noun.length + 1, row.lastIndexOf('@')) : null;
}

/** The same with what is many told as a whole, and nothing by name that is told as a whole as well. */
export function shortened(all: readonly Change[]): readonly Change[] {
  const whole = new Set(all.filter((it) => it.id === null).map((it) => it.noun));
  for (const noun of named) {
    if (all.filter((it) => it.noun === noun).length > mostNamed) whole.add(noun);
  }
  return [
    ...[...whole].map((noun) => ({ noun, id: null })),
    ...all.filter((it) => !whole.has(it.noun)),
  ];
}
