/** What a choice looks for may be a name, so a view of it is for whoever keeps it alone. */
export const namesSomebody = (search: Readonly<Record<string, unknown>>): boolean =>
  ['text', 'person', 'actor'].some((name) => search[name] !== undefined);
