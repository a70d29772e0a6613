import type { ExceptionGroup } from '#api/contract/overview.ts';
import type { Right } from '#core/user.ts';

/** The one thing that resolves a group, or leads to where it is resolved. */
export type Remedy =
  | { readonly kind: 'try again'; readonly stepIds: readonly string[] }
  | { readonly kind: RemedyLink; readonly to: string };

/** What the button of a remedy says, by its key in the words. */
type RemedyLink =
  | 'reconnect'
  | 'look'
  | 'decide'
  | 'answer'
  | 'release'
  | 'approve'
  | 'open'
  | 'list';

const listOf = { quarantined: '/departures?state=quarantined' } as const;

/**
 * What resolves a group, for somebody with these rights. Trying again is offered only where it may help: a
 * permission that is missing it cannot bring back. Several cases lead to their list, one to itself.
 */
export function remedyFor(it: ExceptionGroup, rights: readonly Right[]): Remedy | null {
  const isAboutAccess =
    it.cause === 'connection' || it.failure === 'forbidden' || it.failure === 'unauthenticated';
  if (it.connection && isAboutAccess) {
    const to = `/connections/${it.connection.id}`;
    if (rights.includes('connection.write')) return { kind: 'reconnect', to };
    if (rights.includes('connection.read')) return { kind: 'look', to };
  }
  if (it.cause === 'connection') return null;
  if (it.cause === 'refused' && rights.includes('step.retry') && it.stepIds.length > 0) {
    return { kind: 'try again', stepIds: it.stepIds };
  }
  if (!rights.includes('case.read')) return null;
  if (it.cause === 'quarantined') return { kind: 'release', to: listOf.quarantined };
  const [first] = it.people;
  if (it.cases > 1 || !first) return { kind: 'list', to: '/departures?view=needs-you' };
  const kinds = {
    question: 'answer',
    approval: 'approve',
    release: 'release',
    gap: 'decide',
  } as const;
  const kind = kinds[it.cause as keyof typeof kinds] ?? 'open';
  const [step] = it.stepIds;
  return { kind, to: `/departures/${first.caseId}${step ? `?step=${step}` : ''}` };
}

/** The key of the sentence that says what happened. */
export function sentenceFor({ cause, failure, title }: ExceptionGroup): string {
  if (cause === 'refused') return `refused.${failure ?? 'rejected'}`;
  if (cause === 'connection') return title === 'paused' ? 'connection.paused' : 'connection.down';
  return cause;
}
