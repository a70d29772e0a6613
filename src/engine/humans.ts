import type { AnyAction, Plan } from '#connector-kit/contract.ts';
import type { Failure } from '#core/failure.ts';
import type { Assignee } from '#core/playbook.ts';
import type { Assignment } from '#core/task.ts';
import { record } from '#ledger/record.ts';
import { raiseAlert, resolveAlerts } from '#store/alerts.ts';
import { inTransaction } from '#store/sql.ts';
import { postponeStep, type Work } from '#store/steps.ts';
import { assignStep } from '#store/tasks.ts';
import { designated, peopleFor, whom } from './addressees.ts';
import { later } from './call.ts';
import { clear } from './clearance.ts';
import type { Opened } from './clients.ts';
import type { Engine } from './engine.ts';
import { sendLetter } from './messages.ts';
import { tell } from './notice.ts';
import { hold, Stale } from './settle.ts';

const dayMs = 24 * 60 * 60_000;

/** A task or a notice of the playbook whose moment has come. */
export async function tellOrAssign(engine: Engine, work: Work): Promise<void> {
  if (work.notice) return tell(engine, work);
  if (!work.task) return;
  await assign(engine, work, {
    to: work.task.assignTo,
    title: work.task.title,
    instructions: work.task.instructions ?? work.task.title,
    proof: work.task.proof,
    deadline: work.task.deadline ? new Date(work.task.deadline) : null,
  });
}

/** An action in a system that only a person can reach. */
export async function askByHand(
  engine: Engine,
  work: Work,
  opened: Opened,
  action: Extract<AnyAction, { kind: 'by-hand' }>,
): Promise<void> {
  const params = action.params.parse(work.params);
  const instructions = action.instructions(work.account!.login, params);
  // Whoever was asked already is only reminded.
  const planned = { state: null, change: null, summary: instructions, params };
  const clearance = work.assignment ? null : await clear(engine, work, planned);
  if (!clearance && !work.assignment) return;
  if (clearance?.confirm) {
    await inTransaction(engine.pool, async (tx) => {
      await record(tx, engine.keys, clearance.facts);
      await clearance.confirm?.(tx);
    });
  }
  await assign(engine, work, {
    to: action.assignTo,
    title: `${work.title} in ${opened.name}`,
    instructions,
    proof: action.proof,
    deadline: later(work.dueAt ?? work.now, dayMs),
  });
}

/**
 * What only a person can bring about, in a system that shows it: they are asked and reminded like
 * for any task, and the system is read all the while, so that whoever enters it there is done.
 */
export async function askAndWatch(
  engine: Engine,
  work: Work,
  { order, then }: Extract<Plan<unknown>, { kind: 'by-hand' }>,
): Promise<void> {
  const deadline = order.deadline
    ? new Date(order.deadline)
    : later(work.dueAt ?? work.startedAt ?? work.now, dayMs);
  if (work.assignment && !isToBeTold(work, work.assignment, deadline)) {
    return watch(engine, work, work.assignment);
  }
  await assign(engine, work, {
    to: order.assignTo,
    title: `${work.title}: ${work.account!.login}`,
    instructions: order.instructions,
    proof: order.proof,
    deadline,
    watched: {
      ...(order.mustName !== null && { mustName: order.mustName }),
      ...(then && { readBack: true as const }),
    },
  });
}

/** Once a day, when the date moves, when it has passed, and when a letter did not go out. */
function isToBeTold(work: Work, it: Assignment, deadline: Date): boolean {
  const askedAt = new Date(it.askedAt);
  if (it.undelivered || it.deadline !== deadline.toISOString()) return true;
  if (askedAt < deadline && deadline <= work.now) return true;
  return later(askedAt, dayMs) <= work.now;
}

/** Nothing to tell anybody yet: looks again. */
async function watch(engine: Engine, work: Work, it: Assignment): Promise<void> {
  const kept = await postponeStep(engine.pool, {
    stepId: work.id,
    version: work.version,
    wakeAt: later(work.now, engine.timing.watchMs),
    because: `Asked ${it.people.map(({ name }) => name).join(', ')}; not to be seen yet.`,
    failure: null,
    attempts: 0,
  });
  if (!kept) throw new Stale(work.id);
}

interface Order {
  readonly to: Assignee;
  readonly title: string;
  readonly instructions: string;
  readonly proof: readonly string[];
  readonly deadline: Date | null;
  /** Left out: nothing shows it, so only a person can say that it is done. */
  readonly watched?: Pick<Assignment, 'mustName' | 'readBack'>;
}

/** Asks somebody, reminds once a day, and raises the alarm when the deadline has passed. */
async function assign(engine: Engine, work: Work, order: Order): Promise<void> {
  const named = await peopleFor(engine, work, order.to);
  const people = named.length > 0 ? named : await designated(engine);
  if (people.length === 0) {
    return hold(engine, work, {
      because:
        `Nobody can be asked: ${whom(order.to)} is nobody we know, and no alert contact is set. ` +
        'Do it by hand, or name somebody (gatehouse settings set alerts).',
      failure: null,
      reason: 'nobody to ask',
    });
  }
  const { deadline: dueBy } = order;
  const overdue = dueBy !== null && dueBy <= work.now;
  // A letter that reached nobody was none, so the next one is no reminder.
  const { assignment: last } = work;
  const reminders = last ? last.reminders + (last.undelivered ? 0 : 1) : 0;
  const isMoved = last && last.deadline !== (dueBy?.toISOString() ?? null);
  const prefix = isMoved ? 'New date: ' : reminders > 0 ? 'Reminder: ' : '';
  const subject = `${prefix}${order.title}`;
  const failures: Failure[] = [];
  for (const [i, person] of people.entries()) {
    const sent = await sendLetter(engine, {
      to: person.email,
      subject: `Gatehouse: ${work.departure.confidential ? 'a task for you' : subject}`,
      text: letterText(engine, work, order, person.name),
      id: `task-${work.id}-${reminders}-${i}`,
    });
    if (sent.kind === 'failed') failures.push(sent.failure);
  }
  for (const { kind } of failures) {
    engine.log.warn({ stepId: work.id, kind }, 'a task could not be mailed');
  }
  const [undelivered] = failures.length === people.length ? failures : [];

  const assignment: Assignment = {
    people,
    instructions: order.instructions,
    proof: order.proof,
    deadline: dueBy?.toISOString() ?? null,
    askedAt: work.now.toISOString(),
    reminders,
    ...(undelivered && { undelivered: true as const }),
    ...order.watched,
  };
  const tellAgainMs = undelivered ? engine.timing.longestRetryMs : dayMs;
  const lookMs = order.watched ? engine.timing.watchMs : dayMs;
  const next = later(work.now, Math.min(tellAgainMs, lookMs));
  const wakeAt = dueBy && !overdue && dueBy < next ? dueBy : next;
  await inTransaction(engine.pool, async (tx) => {
    const instead = named.length > 0 ? '' : `, since ${whom(order.to)} is nobody we know`;
    const names = people.map((it) => it.name).join(', ');
    const because = undelivered
      ? `For ${names}${instead}, but the mail did not go out: ${undelivered.detail}`
      : `Asked ${names}${instead}.`;
    const kept = await assignStep(tx, {
      stepId: work.id,
      version: work.version,
      assignment,
      because,
      failure: undelivered ?? null,
      wakeAt,
    });
    if (!kept) throw new Stale(work.id);
    const about = {
      caseId: work.caseId,
      stepId: work.id,
      connectionId: work.connectionId,
      confidential: work.departure.confidential,
    };
    if (undelivered) {
      await raiseAlert(tx, {
        condition: `step:${work.id}:untold`,
        kind: 'task.untold',
        title: 'Nobody could be mailed a task',
        body: `${order.title}: ${because} We go on trying; tell them another way if it is urgent.`,
        ...about,
      });
    } else await resolveAlerts(tx, `step:${work.id}:untold`);
    if (overdue) {
      await raiseAlert(tx, {
        condition: `step:${work.id}:overdue`,
        kind: 'task.overdue',
        title: 'A task is overdue',
        body: `${order.title}: ${because} It was due ${dueBy.toISOString().slice(0, 10)}.`,
        ...about,
      });
    }
  });
}

function letterText(engine: Engine, work: Work, order: Order, name: string): string {
  const due = order.deadline ? `\nDue: ${order.deadline.toISOString().slice(0, 10)}` : '';
  const proof = order.proof.length > 0 ? `\nPlease write down: ${order.proof.join(', ')}` : '';
  return (
    `${name},\n\n${order.instructions}\n${due}${proof}\n\n` +
    `When it is done: gatehouse step attest ${work.id}\n${engine.publicUrl}\n`
  );
}
