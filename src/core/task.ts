/** Somebody who is asked or told, as a letter needs them. */
export interface Addressee {
  readonly name: string;
  readonly email: string;
}

/**
 * How long the link in a letter about a task is good, in days. Whoever is asked is reminded daily,
 * each time with a new one.
 */
export const taskLinkDays = 30;

/** Where a human task stands, beside its step. */
export interface Assignment {
  /** Who was asked; once somebody has done it and another has to accept it: who accepts. */
  readonly people: readonly Addressee[];
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
  /** What those who are asked have not been told yet. */
  readonly news?: TaskNews;
  /** Goes before whom the playbook names, for as long as the receiver can be asked. */
  readonly handOver?: HandOver;
  /** It is done by hand, and waits for its receiver. */
  readonly submission?: Submission;
  /** Somebody asks for more time, and nobody has answered. */
  readonly moreTime?: MoreTime;
  /** It was given: due at this ISO moment, where that is later than what the plan says. */
  readonly extendedTo?: string;
  /** It was not. */
  readonly timeRefused?: { readonly byName: string; readonly reason: string };
  /** The receiver did not accept it. */
  readonly sentBack?: { readonly byName: string; readonly reason: string };
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

export type TaskNews = 'handed-over' | 'to-accept' | 'sent-back' | 'time-refused';

/** Whoever is asked asks for more time. */
export interface MoreTime {
  readonly byName: string;
  readonly byEmail: string;
  /** ISO moments. */
  readonly until: string;
  readonly reason: string;
  readonly at: string;
}

/** Somebody gave a task to another person. */
export interface HandOver {
  readonly to: Addressee;
  /** Who had it, and is told. */
  readonly from: readonly Addressee[];
  readonly byName: string;
  readonly reason: string;
}

/** What somebody says they did, for whoever has to accept it. */
export interface Submission {
  /** Id of the user, or of the link by which they said so. */
  readonly by: string;
  readonly byName: string;
  readonly byEmail: string;
  readonly reason: string;
  readonly proof: string | null;
  readonly files: readonly {
    readonly name: string;
    readonly sha256: string;
    readonly size: number;
  }[];
  /** Who had been handed the task, so that it goes back to them if it is sent back. */
  readonly handOver: HandOver | null;
}

/** Addresses are the same whatever their capitals. */
export const sameAddress = (a: string, b: string): boolean =>
  a.trim().toLowerCase() === b.trim().toLowerCase();

export const isAmong = (people: readonly Addressee[], email: string): boolean =>
  people.some((it) => sameAddress(it.email, email));
