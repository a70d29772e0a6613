/** Why somebody leaves. *Urgent* and *confidential* are independent switches beside it. */
export const departureKinds = [
  'resignation',
  'involuntary',
  'layoff',
  'retirement',
  'end of contract',
  'garden leave',
  'death',
  'long leave',
] as const;
export type DepartureKind = (typeof departureKinds)[number];
