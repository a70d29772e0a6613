import { z } from 'zod';
import { arrivalKinds } from './arrival-kind.ts';
import type { DepartureFacts } from './departure.ts';
import type { PersonFacts } from './person.ts';

export { arrivalKinds };

/** What somebody was before their role changed; playbooks ask for it. */
export const FormerRole = z.strictObject({
  department: z.string().nullable(),
  title: z.string().nullable(),
  location: z.string().nullable(),
});
export type FormerRole = z.infer<typeof FormerRole>;

export const roleOf = ({ department, title, location }: FormerRole): FormerRole => ({
  department,
  title,
  location,
});

/** What changes about somebody's role; what is left out stays. */
export type NewRole = { readonly [Name in keyof FormerRole]?: FormerRole[Name] | undefined };

/** The person in a new role. */
export const inRole = (person: PersonFacts, role: NewRole = {}): PersonFacts => ({
  ...person,
  department: role.department ?? person.department,
  title: role.title ?? person.title,
  location: role.location ?? person.location,
});

/** What somebody is in a new role, and whom they answer to there. */
export const NextRole = FormerRole.extend({ managerId: z.string().nullable() });
export type NextRole = z.infer<typeof NextRole>;

/** What a source says about one arrival, or about one change of role. */
export const ArrivalFacts = z.strictObject({
  /** The source's id of it, or one we made; with the person it identifies the arrival. */
  id: z.string().min(1),
  kind: z.enum(arrivalKinds),
  confidential: z.boolean(),
  /** The first day, or the first day in the new role; local to the person's zone. */
  startDay: z.iso.date(),
  /** Only for a change of role; null where we did not know the person before. */
  former: FormerRole.nullable(),
  /**
   * Where the source keeps what will hold apart from what does: to this case the person is in the
   * new role already, to all others only from its first day on. Left out: the person is as told.
   */
  becomes: NextRole.optional(),
});
export type ArrivalFacts = z.infer<typeof ArrivalFacts>;

/** What a case can be about, and what a playbook is for. */
export const caseKinds = ['departure', 'arrival', 'role change'] as const;
export type CaseKind = (typeof caseKinds)[number];

/** What one case is about. */
export type Occasion = DepartureFacts | ArrivalFacts;

/** “A departure”, “An arrival”, at the beginning of a sentence. */
export const aOf = (kind: CaseKind): string => `${kind === 'arrival' ? 'An' : 'A'} ${kind}`;

export const isArrival = (it: Occasion): it is ArrivalFacts => 'startDay' in it;

export function caseKindOf(it: Occasion): CaseKind {
  if (!isArrival(it)) return 'departure';
  return it.kind === 'role change' ? 'role change' : 'arrival';
}

/** The dates of an arrival, as planning counts from them. */
export interface ArrivalDates {
  readonly confirmedAt: Date;
  readonly startDay: string;
  readonly urgentNow: false;
  readonly notes: readonly string[];
}

export const arrivalDates = ({ startDay }: ArrivalFacts, confirmedAt: Date): ArrivalDates => ({
  confirmedAt,
  startDay,
  urgentNow: false,
  notes: [],
});
