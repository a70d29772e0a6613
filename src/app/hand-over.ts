import { type Addressee, isAmong, sameAddress } from '#core/task.ts';
import { record } from '#ledger/record.ts';
import { employmentsAt } from '#store/people.ts';
import { type Db, inTransaction } from '#store/sql.ts';
import { standingsOf } from '#store/standing.ts';
import { listUsers, loadUser } from '#store/users.ts';
import type { App, Caller } from './app.ts';
import { authorize } from './authorize.ts';
import { userDecides } from './decider.ts';
import { Problem } from './problem.ts';
import {
  assignmentOf,
  demandWaiting,
  factOf,
  isTask,
  mayPassOn,
  passOn,
  stepForDecision,
  type ToDecide,
} from './step-decision.ts';

/**
 * Gives a task to another person, a user or anybody of the company. From here on they are asked and
 * reminded; who had it is told. Returns who has it now.
 */
export async function handOverStep(
  app: App,
  caller: Caller,
  id: string,
  it: { to: string; reason: string },
): Promise<Addressee> {
  authorize(caller, 'step.attest');
  return inTransaction(app.pool, async (tx) => {
    const found = await stepForDecision(tx, caller, id);
    const { step } = found;
    demandWaiting(step);
    if (!isTask(step)) {
      throw new Problem('not possible', 'Only a task can be handed over, and this step is none.');
    }
    if (step.assignment?.confirmed) {
      const detail = `${step.assignment.confirmed.byName} has confirmed it; it is being read back.`;
      throw new Problem('not possible', detail);
    }
    if (!mayPassOn(userDecides(caller), step)) {
      throw new Problem('not allowed', 'This task is somebody else’s. Ask them, HR or IT.');
    }
    const { user, person } = await receiver(tx, it.to);
    await demandCanReceive(tx, found, person);

    const { moreTime: _, ...assignment } = assignmentOf(step);
    const { name: byName } = caller.user;
    await record(tx, app.keys, [
      factOf(userDecides(caller), step, found.case, {
        type: 'step.handed-over',
        data: user === null ? {} : { to: user },
        values: { reason: it.reason, to: person.email },
      }),
    ]);
    await passOn(tx, step, {
      assignment: {
        ...assignment,
        people: [person],
        handOver: { to: person, from: assignment.people, byName, reason: it.reason },
        news: 'handed-over',
      },
      because: `${byName} handed it over to ${person.name}: ${it.reason}`,
    });
    return person;
  });
}

/** Whoever is meant by the id of a user or an address at work. */
async function receiver(tx: Db, to: string): Promise<{ user: string | null; person: Addressee }> {
  const byId = await loadUser(tx, to);
  const user = byId ?? (await listUsers(tx)).find((it) => sameAddress(it.email, to));
  if (user) return { user: user.id, person: { name: user.name, email: user.email } };
  const [person] = await employmentsAt(tx, to.trim());
  if (person) return { user: null, person: { name: person.name, email: person.email } };
  throw new Problem(
    'not readable',
    `Nobody is known by ${to}: neither a user of Gatehouse nor a person of the company. ` +
      'Check the address, or import the person first (gatehouse import people FILE.csv).',
  );
}

/** The person who leaves never gets a task of their own departure, nor does anybody who is gone. */
async function demandCanReceive(
  tx: Db,
  { step, case: it }: ToDecide,
  { name, email }: Addressee,
): Promise<void> {
  const refuse = (because: string): never => {
    throw new Problem('not possible', `${name} cannot take it over: ${because}`);
  };
  if (sameAddress(email, it.email)) refuse('it is about them.');
  const standing = (await standingsOf(tx, [email])).get(email.toLowerCase());
  if (standing?.left) refuse('they have left. Choose somebody else.');
  if (standing?.disabled) refuse('they are no user any more. Choose somebody else.');
  const { people = [], submission } = step.assignment ?? {};
  if (submission && sameAddress(submission.byEmail, email)) {
    refuse('they did it, and another person has to accept it.');
  }
  if (people.length === 1 && isAmong(people, email)) refuse('it is theirs already.');
}
