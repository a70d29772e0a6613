import type { ExitCase, ExitStep } from '../exit-document.ts';
import type { Grade } from '../step.ts';

const settledAt = new Date('2025-10-24T15:01:00Z');

/** What a step is once it has a grade. */
export const settled = (grade: Grade) => ({ status: 'settled', grade, settledAt }) as const;

/** A step that blocks an account in the directory, unless something else is said. */
export const exitStep = (it: Partial<ExitStep> = {}): ExitStep => ({
  ...{ title: 'Block sign-in', kind: 'action', layer: 'security', status: 'ready', grade: null },
  ...{ connectionId: 'directory', account: { login: 'priya' }, capability: 'account.suspend' },
  ...{ task: null, assignment: null, decision: null, settledAt: null },
  ...it,
});

const thing = (login: string, it: Partial<ExitStep> = {}): ExitStep =>
  exitStep({
    ...{ title: 'Get equipment back', layer: 'operations', capability: 'assets.recover' },
    ...{ connectionId: 'register', account: { login }, ...it },
  });

const decided = (reason: string, it: Partial<ExitStep['decision']> = {}) => ({
  ...{ byName: 'Ada Admin', reason, proof: null, expiresAt: null },
  ...it,
});
/** The end of 2025 in Berlin. */
const endOfYear = '2025-12-31T23:00:00.000Z';

const steps: readonly ExitStep[] = [
  exitStep(settled('verified')),
  exitStep({ capability: 'sessions.revoke', ...settled('acknowledged') }),
  exitStep({
    ...{ connectionId: 'wiki', account: { login: 'pnair' }, ...settled('waived') },
    decision: decided('Runs the payroll import.', { expiresAt: endOfYear }),
  }),
  exitStep({
    ...{ title: 'No step ends this access in Wiki', kind: 'gap', capability: null },
    ...{ connectionId: 'wiki', account: { login: 'pnair-old' }, ...settled('attested') },
    decision: decided('Closed there.', { proof: 'W-12' }),
  }),
  exitStep({ account: null, connectionId: null, ...settled('absent') }),
  thing('MacBook Pro 14, serial C02XL0AAJG5H', {
    ...{ assignment: { mustName: 'C02XL0AAJG5H' }, ...settled('verified') },
  }),
  thing('iPhone 15, serial F17ZXM0KQ1', { status: 'held' }),
  thing('ThinkPad T14, tag TAG-7', {
    ...settled('waived'),
    decision: decided('Stolen; report 77/25.', { writtenOff: true }),
  }),
  thing('Monitor, serial M-1', {
    ...settled('waived'),
    decision: decided('Works from home.', { expiresAt: endOfYear }),
  }),
  exitStep({
    ...{ title: 'Collect the badge', kind: 'task', layer: 'operations', capability: null },
    ...{ connectionId: null, account: null, task: { proof: ['badge number'] } },
    ...settled('attested'),
    decision: decided('Brought in.', { byName: 'Flo', proof: 'badge number=77' }),
  }),
];

/** A departure in which nearly everything has happened: some done, some left, one thing still out. */
export const exitCase = (it: Partial<ExitCase> = {}): ExitCase => ({
  caseId: '01CASE',
  company: 'Meadow & Co',
  person: { name: 'Priya Nair', email: 'priya@meadow.example', personId: 'E-201' },
  departureKind: 'resignation',
  isContractor: false,
  zone: 'Europe/Berlin',
  confirmedAt: new Date('2025-10-13T08:00:00Z'),
  accessEndsAt: new Date('2025-10-24T15:00:00Z'),
  lastWorkingDay: '2025-10-24',
  employmentEnds: '2025-10-31',
  payEnds: '2025-10-31',
  accessRemovedAt: settledAt,
  isComplete: false,
  question: null,
  steps,
  record: { facts: 42, leafHash: 'ab'.repeat(32), at: settledAt },
  systems: new Map([
    ['directory', 'Directory'],
    ['wiki', 'Wiki'],
    ['register', 'Register'],
  ]),
  ...it,
});
