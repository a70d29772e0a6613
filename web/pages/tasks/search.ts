/** What the address of the tasks says. */
export interface TasksSearch {
  /** Also those of others; left out: one's own. */
  readonly of?: 'everybody';
}

/** Reads an address as a person may have typed it; what it does not know counts as not said. */
export const tasksSearch = (it: Readonly<Record<string, unknown>>): TasksSearch =>
  it['of'] === 'everybody' ? { of: 'everybody' } : {};
