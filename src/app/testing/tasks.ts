import type { DepartureFacts } from '#core/departure.ts';
import type { Addressee, Assignment } from '#core/task.ts';
import { newLinkToken } from '#store/link-tokens.ts';
import { keepTaskLink } from '#store/task-links.ts';
import type { TestApp, TestUser } from './app.ts';

export interface Asked {
  readonly caseId: string;
  readonly stepId: string;
  /** What only the letter holds. */
  readonly token: string;
}

/** Somebody of the company who is no user. */
export const fay: Addressee = { name: 'Facilities, Fay <b>Kim</b>', email: 'fay@meadow.example' };

/** Another link to a task, as another letter would hold it. */
export async function linkTo(
  test: TestApp,
  stepId: string,
  to: Addressee,
  days = 30,
): Promise<string> {
  const { token, hash } = newLinkToken();
  await keepTaskLink(test.pools.worker, { stepId, to, tokenHash: hash, days });
  return token;
}

/** Asks somebody for a task of a new departure, as the engine would have. */
export async function askForTask(
  test: TestApp,
  by: TestUser,
  it: {
    assignment?: Partial<Assignment>;
    acceptedBy?: object;
    assignTo?: object;
    departure?: Partial<Omit<DepartureFacts, 'id'>>;
    /** Whom the letter goes to; left out: the first who is asked. */
    to?: Addressee;
    days?: number;
  } = {},
): Promise<Asked> {
  const caseId = await test.openDeparture(by.caller, it.departure);
  const assignment: Assignment = {
    people: [fay],
    instructions: 'Ask at the desk.\nBring the charger <too>.',
    proof: ['serial number', 'condition'],
    deadline: '2030-12-31T23:00:00.000Z',
    askedAt: '2030-12-01T09:00:00.000Z',
    reminders: 0,
    ...it.assignment,
  };
  const stepId = await test.addStep(caseId, {
    kind: 'task',
    layer: 'operations',
    title: 'Laptop',
    status: 'running',
    assignment,
  });
  const task = {
    title: 'Collect the laptop & bag',
    instructions: assignment.instructions,
    assignTo: it.assignTo ?? { role: 'facilities' },
    proof: assignment.proof,
    deadline: assignment.deadline,
    ...(it.acceptedBy && { acceptedBy: it.acceptedBy }),
  };
  await test.pools.admin.query('update steps set task = $2 where id = $1', [stepId, task]);
  const to = it.to ?? assignment.people[0] ?? fay;
  return { caseId, stepId, token: await linkTo(test, stepId, to, it.days) };
}
