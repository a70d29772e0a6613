interface Identified {
  readonly id: string;
}

/** An order that stays the same however a system lists things, so that two readings of one state are equal. */
export const byId = (a: Identified, b: Identified): number => (a.id < b.id ? -1 : 1);
