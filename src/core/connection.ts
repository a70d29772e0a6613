/** What a connection is for. Playbooks choose accounts by it. */
export const categories = [
  'identity',
  'mail',
  'collaboration',
  'code',
  'cloud',
  'device',
  'network',
  'physical',
  'finance',
  'hr',
  'payroll',
  'ticketing',
  'assets',
  'other',
] as const;

export type Category = (typeof categories)[number];

/**
 * Whether a connection works.
 *
 *     active ─► down      nobody answers; probed once a minute, comes back by itself
 *            ─► paused    the system no longer accepts our credential; a person mends it
 *            ─► disabled  a person switched it off
 */
export const connectionStates = ['active', 'down', 'paused', 'disabled'] as const;
export type ConnectionState = (typeof connectionStates)[number];

/** What a vendor says it answers: so many requests in any so many seconds. */
export interface AllowedRate {
  readonly requests: number;
  readonly perSeconds: number;
}

/**
 * How a connection is asked so that it never gets more than is allowed: four fifths of it evenly, and one fifth, which an
 * idle time has saved, at once.
 */
export const paceWithin = ({ requests, perSeconds }: AllowedRate) => ({
  perSecond: (requests / perSeconds) * 0.8,
  /** How long a line may have been idle so that what was saved makes up a fifth of the allowed. */
  leewaySeconds: perSeconds / 4,
});
