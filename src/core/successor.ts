/** Somebody of the company, as work and data are handed to them. */
export interface Colleague {
  /** Of the HR system. */
  readonly personId: string;
  readonly name: string;
  readonly email: string;
}

/** Who the words `successor` and `manager` stand for; null: nobody is known. */
export interface Receivers {
  readonly successor: Colleague | null;
  readonly manager: Colleague | null;
}

export type ReceiverWord = keyof Receivers;
export const receiverWords = ['successor', 'manager'] as const satisfies readonly ReceiverWord[];

export const isReceiverWord = (value: unknown): value is ReceiverWord =>
  receiverWords.some((it) => it === value);

export const nobody: Receivers = { successor: null, manager: null };

/** Somebody who could take over. */
export interface Candidate extends Colleague {
  /** A departure of theirs is under way, or over. */
  readonly leaves: boolean;
}

/**
 * Who takes over: whom a person named, else the manager, else the nearest one above who stays.
 * `managers` goes upwards, the direct one first.
 */
export function receiversFrom(it: {
  readonly named: Candidate | null;
  readonly managers: readonly Candidate[];
}): Receivers {
  const manager = it.managers.find(({ leaves }) => !leaves) ?? null;
  const named = it.named && !it.named.leaves ? it.named : null;
  return { successor: colleague(named ?? manager), manager: colleague(manager) };
}

/** Why this person cannot take over; null: they can. */
export function whyNot(it: {
  /** HR ids of whom somebody wants, and of the person who leaves. */
  readonly wanted: string;
  readonly leaver: string;
  /** Null: nobody of that id is known. */
  readonly found: Candidate | null;
}): string | null {
  if (it.wanted === it.leaver) return 'Nobody takes over from themself. Name somebody else.';
  if (!it.found) {
    return (
      `Nobody with the HR id ${it.wanted} is known. Import the person first (gatehouse import people ` +
      'FILE.csv), or name somebody else.'
    );
  }
  if (it.found.leaves) return `${it.found.name} leaves as well. Name somebody who stays.`;
  return null;
}

const colleague = (it: Candidate | null): Colleague | null =>
  it && { personId: it.personId, name: it.name, email: it.email };

/** What to do where nobody is known; it begins a sentence of its own. */
export const nameSomebody = 'Name who takes over (gatehouse case change … --successor <HR id>).';
