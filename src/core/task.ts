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
  /** The last letter reached nobody. */
  readonly undelivered?: true;
  /** Stands on the thing itself; whoever confirms must have read it there. */
  readonly mustName?: string;
  /** Once confirmed, the system is changed and read back: only that settles the step. */
  readonly readBack?: true;
  /** Somebody says that it is done; what settles it is read back. */
  readonly confirmed?: Confirmation;
}

/** What a person says of a task that is read back. */
export interface Confirmation {
  readonly by: string;
  readonly byName: string;
  readonly reason: string;
  readonly proof: string;
  /** ISO moment. */
  readonly at: string;
}

/** Whether a proof names the thing, however it is spaced and spelled. */
export const names = (proof: string, thing: string): boolean => bare(proof).includes(bare(thing));

const bare = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
