import { z } from 'zod';
import { PersonFacts } from './person.ts';

/** What became of an account at an identity provider. Only the last two hint at a departure. */
export const accountChanges = ['made', 'changed', 'activated', 'deactivated', 'deleted'] as const;

/** The attributes of an account that may carry the person id of the HR system. */
export const personIdAttributes = ['employeeNumber', 'externalId', 'userName'] as const;
export type PersonIdAttribute = (typeof personIdAttributes)[number];

/**
 * One account as an identity provider wrote it to us. It is news about a person, never the confirmation
 * of a departure.
 */
export const ProvisionedAccount = z.strictObject({
  /** Ours, which stays the same whatever the provider changes. */
  accountId: z.uuid(),
  login: z.string().min(1),
  change: z.enum(accountChanges),
  occurredAt: z.iso.datetime({ offset: true }),
  /** When it was made, or activated last: a departure from before that was another one. */
  activeSince: z.iso.datetime({ offset: true }),
  /** Of the HR system; null: the provider does not tell. */
  personId: z.string().min(1).nullable(),
  person: PersonFacts.omit({ personId: true, employmentId: true }),
});
export type ProvisionedAccount = z.infer<typeof ProvisionedAccount>;
