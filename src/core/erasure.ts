/** Why a person's data is erased: the cases of Article 17(1) of the GDPR, and other laws. */
export const erasureBases = {
  'no-longer-needed': 'no longer needed for what it was collected for (GDPR 17(1)(a))',
  'consent-withdrawn': 'consent was withdrawn (GDPR 17(1)(b))',
  objection: 'the person objects (GDPR 17(1)(c))',
  unlawful: 'it was processed unlawfully (GDPR 17(1)(d))',
  'legal-obligation': 'a law demands it (GDPR 17(1)(e))',
  'other-law': 'by another law',
} as const;
export type ErasureBasis = keyof typeof erasureBases;
export const erasureBasisNames = Object.keys(erasureBases) as [ErasureBasis, ...ErasureBasis[]];

export const erasureStates = [
  'waiting-for-approval',
  'approved',
  'withdrawn',
  'refused',
  'erased',
] as const;
export type ErasureState = (typeof erasureStates)[number];

/** What stands in the way of an erasure, in a word for the record. */
export const erasureObstacles = [
  'legal-hold',
  'open-case',
  'waiver',
  'retention',
  'bulk-start',
  'open-event',
  'open-hint',
  'user',
  'named',
] as const;
export type ErasureObstacle = (typeof erasureObstacles)[number];

/** One thing that stands in the way: what it is, and what to do, in sentences without names of people. */
export interface Obstacle {
  readonly kind: ErasureObstacle;
  readonly detail: string;
}
