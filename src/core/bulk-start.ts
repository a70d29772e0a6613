import type { DepartureKind } from './departure-kind.ts';

export const bulkStartStates = [
  'planning',
  'waiting-for-approval',
  'approved',
  'withdrawn',
  'expired',
] as const;
export type BulkStartState = (typeof bulkStartStates)[number];

/** What becomes of one row of a list: only who stands at `starts` gets a departure. */
export const bulkStandings = [
  'starts',
  'is leaving already',
  'has left already',
  'stands in another bulk start',
  'is somebody else by this id',
] as const;
export type BulkStanding = (typeof bulkStandings)[number];

/** People with something in common. */
export interface Group<Name = string> {
  readonly name: Name;
  readonly people: number;
}

/** What a bulk start would do, in sums: a person reads it before they approve it. */
export interface BulkPreview {
  readonly people: number;
  readonly urgent: number;
  readonly held: number;
  readonly confidential: number;
  readonly byKind: readonly Group<DepartureKind>[];
  readonly byDepartment: readonly Group[];
  readonly byCountry: readonly Group[];
  readonly playbooks: readonly (Group & { readonly number: number; readonly title: string })[];
  /** When the first and the last access ends; null where nothing was planned. */
  readonly accessEnds: { readonly first: string; readonly last: string } | null;
  /** All steps, by system and by what is done there; system null: by people, or everywhere. */
  readonly steps: readonly {
    readonly system: string | null;
    readonly what: string;
    readonly steps: number;
    readonly people: number;
  }[];
  /** Accounts that no step covers. */
  readonly gaps: number;
  /** Where something has to be answered before it can go on. */
  readonly questions: readonly { readonly line: number; readonly question: string }[];
  /** What to look at before the rest. */
  readonly lookAt: readonly { readonly line: number; readonly because: string }[];
  /** Systems that were not asked, or did not answer. */
  readonly unanswered: readonly {
    readonly connection: string;
    readonly because: string;
    readonly people: number;
  }[];
}
