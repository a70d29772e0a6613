/** Where a human task stands, beside its step. */
export interface Assignment {
  /** Who was asked; empty when nobody could be found, which holds the step. */
  readonly people: readonly { readonly name: string; readonly email: string }[];
  readonly instructions: string;
  /** What must be written down or attached. */
  readonly proof: readonly string[];
  readonly deadline: string | null;
  /** When we asked last; ISO moments. */
  readonly askedAt: string;
  readonly reminders: number;
}
