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
