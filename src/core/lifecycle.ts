import { z } from 'zod';
import { ArrivalFacts } from './arrival.ts';
import { DepartureFacts } from './departure.ts';
import { PersonFacts } from './person.ts';

/** One normalised fact from a source. */
export const LifecycleEvent = z.strictObject({
  type: z.enum([
    'departure.confirmed',
    'departure.changed',
    'departure.rescinded',
    'arrival.confirmed',
    'arrival.changed',
    'arrival.withdrawn',
    'role.changed',
  ]),
  occurredAt: z.iso.datetime({ offset: true }),
  /** Grows with each change of one departure; null where the source has none: `occurredAt` decides. */
  version: z.int().nullable(),
  person: PersonFacts,
  departure: DepartureFacts.nullable(),
  /** Of arrivals and changes of role. */
  arrival: ArrivalFacts.nullish(),
  /** HR id of who takes over; the source may leave it out. */
  successor: z.string().min(1).nullable().optional(),
});
export type LifecycleEvent = z.infer<typeof LifecycleEvent>;

/** What an event says of somebody. */
export const saidBy = {
  'departure.confirmed': 'departure',
  'departure.changed': 'departure',
  'departure.rescinded': 'no departure',
  'arrival.confirmed': 'arrival',
  'arrival.changed': 'arrival',
  'arrival.withdrawn': 'no arrival',
  'role.changed': 'arrival',
} as const satisfies Record<LifecycleEvent['type'], string>;

/** The event by which somebody is said to leave (null), to arrive, or to change their role. */
export function confirmationOf(arrival: ArrivalFacts | null): LifecycleEvent['type'] {
  if (arrival === null) return 'departure.confirmed';
  return arrival.kind === 'role change' ? 'role.changed' : 'arrival.confirmed';
}

/** An employment with its beginning, and the person as they are in it. */
export const Hire = z.strictObject({ person: PersonFacts, arrival: ArrivalFacts });
export type Hire = z.infer<typeof Hire>;

/** What a source says now about one employment: the person, and the departure if there is one. */
export const EmploymentRecord = z.strictObject({
  person: PersonFacts,
  /** Null: nobody is leaving, or the departure was taken back. */
  departure: DepartureFacts.nullable(),
  /** Of a record that is read: the change of role to come, else the last one. Null: there is none; left out: the source does not tell. */
  arrival: ArrivalFacts.nullish(),
  /**
   * Of a record that is read: the beginning of each employment that has not ended, those to come included. An
   * arrival that is no longer among them before its first day is taken back. Left out: the source does not tell.
   */
  hires: z.array(Hire).optional(),
  /** When the source last changed it; null where it does not tell. */
  changedAt: z.iso.datetime({ offset: true }).nullable(),
});
export type EmploymentRecord = z.infer<typeof EmploymentRecord>;

/** A person as a source shows them: without an address at work, or none any more, they cannot be taken in as they are. */
export type ShownPerson = Omit<PersonFacts, 'email'> & { readonly email: string | null };
export type ShownHire = Omit<Hire, 'person'> & { readonly person: ShownPerson };

/** A record as a source shows it, whole or not: whether somebody leaves stands in it all the same. */
export type ShownRecord = Omit<EmploymentRecord, 'person' | 'hires'> & {
  readonly person: ShownPerson;
  readonly hires?: readonly ShownHire[];
};
