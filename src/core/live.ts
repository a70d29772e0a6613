/** What pages read again when it has changed, by its path in the API. */
export const liveNouns = [
  'cases',
  'tasks',
  'alerts',
  'approvals',
  'connections',
  'playbooks',
  'settings',
  'users',
  'people',
  'departure-hints',
  'bulk-starts',
  'kill-switch',
  'protections',
  'legal-holds',
  'erasures',
  'prunings',
  'audit',
] as const;
export type LiveNoun = (typeof liveNouns)[number];

/** Something that is not as it was. */
export interface Change {
  readonly noun: LiveNoun;
  /** Which one; null: more than one, or it does not matter. */
  readonly id: string | null;
}
