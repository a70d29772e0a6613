/** What a fact says about how things went; people filter the record by it. */
export const results = ['done', 'underway', 'held', 'refused', 'noted'] as const;
export type Result = (typeof results)[number];
