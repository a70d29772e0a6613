/** Why something waits for a person, from what presses most to what presses least. */
export const exceptionCauses = [
  /** A guard stopped the case. */
  'quarantined',
  /** A connection does not answer, or was stopped: what needs it stands still. */
  'connection',
  /** A system said no. */
  'refused',
  /** No step of the playbook covers an account. */
  'gap',
  /** A step waits, for a reason of its own. */
  'held',
  /** The case asks something. */
  'question',
  /** Nothing begins until somebody releases it. */
  'release',
  /** The way back is planned, and waits for a word. */
  'way-back',
  /** A destructive step waits for another person. */
  'approval',
] as const;
export type ExceptionCause = (typeof exceptionCauses)[number];
