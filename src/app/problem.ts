/** What stands between a user and what they asked for; the API gives it a status. */
export type ProblemKind =
  /** Nobody is let in by this. */
  | 'not signed in'
  /** A passkey has to sign first; then the same request is good. */
  | 'step-up needed'
  | 'not allowed'
  | 'not found'
  | 'not readable'
  | 'not possible'
  | 'changed meanwhile'
  | 'busy';

/** A clear no: what happened, where, and what to do. The one error that acts of users throw. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly kind: ProblemKind;
  /** Field by field, where the input was the reason. */
  readonly details: readonly { readonly at: string; readonly problem: string }[];
  /** The case that is there after all, which whoever asks need not know of. For the record alone. */
  hides: string | null = null;

  constructor(
    kind: ProblemKind,
    message: string,
    details: readonly { at: string; problem: string }[] = [],
  ) {
    super(message);
    this.kind = kind;
    this.details = details;
  }
}

export const notFound = (what: string) =>
  new Problem('not found', `There is no ${what}. Check the id; lists show what there is.`);

export const changedMeanwhile = (what: string) =>
  new Problem(
    'changed meanwhile',
    `${what} changed while you were deciding. Look at it again, then try again.`,
  );
