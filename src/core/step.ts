/** The three layers of a complete offboarding. A step may wait for a whole layer. */
export const layers = ['security', 'operations', 'compliance'] as const;
export type Layer = (typeof layers)[number];

/**
 * What a step is.
 *
 * - `action`: a capability carried out on one account;
 * - `lookup`: finds the person's accounts in one connection, then the plan is made again;
 * - `task`: something a human does;
 * - `notice`: a message to somebody;
 * - `ticket`: keeps a ticket in a ticket system that says what was done;
 * - `record`: the record of the case, delivered to a system that keeps it;
 * - `survey`: a form for the person who leaves, sent once the whole security layer is settled;
 * - `gap`: an account that no step of the playbook covers; a person decides.
 */
export const stepKinds = [
  'action',
  'lookup',
  'task',
  'notice',
  'ticket',
  'record',
  'survey',
  'gap',
] as const;
export type StepKind = (typeof stepKinds)[number];

/**
 * Where a step stands with the engine.
 *
 *     waiting ─► ready ─► running ─► settled     with a grade
 *                  ▲        │  └───► held        a person decides
 *                  └────────┴──────────┘
 */
export const stepStatuses = ['waiting', 'ready', 'running', 'held', 'settled'] as const;
export type StepStatus = (typeof stepStatuses)[number];

/** What a settled step proves. A case closes only when every step has a grade. */
export const grades = [
  'verified', // read back from the system
  'acknowledged', // accepted by the system, which cannot be read back
  'absent', // looked for, and there is no such account
  'attested', // done by hand; a named person vouches for it
  'waived', // not done; a named person answers for that
] as const;
export type Grade = (typeof grades)[number];

/**
 * The status changes that may happen. Anything absent from this table is a bug, and the
 * database refuses it (`guard_step`).
 */
const moves: Record<StepStatus, readonly StepStatus[]> = {
  waiting: ['ready', 'held', 'settled'],
  ready: ['waiting', 'running', 'held', 'settled'], // waiting again when the plan is made anew
  running: ['ready', 'held', 'settled'],
  held: ['ready', 'settled'],
  settled: ['ready', 'held'], // only by reopening: access came back, or a waiver ran out
};

export function canMove(from: StepStatus, to: StepStatus): boolean {
  return moves[from].includes(to);
}
