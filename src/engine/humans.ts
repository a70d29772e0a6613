import type { AnyAction, Plan } from '#connector-kit/contract.ts';
import type { Assignee } from '#core/playbook.ts';
import { type Addressee, type Assignment, isAmong } from '#core/task.ts';
import { record } from '#ledger/record.ts';
import { raiseAlert, resolveAlerts } from '#store/alerts.ts';
import { inTransaction } from '#store/sql.ts';
import { postponeStep, type Work } from '#store/steps.ts';
import { assignStep } from '#store/tasks.ts';
import {
  designated,
  type Found,
  peopleFor,
  type Search,
  superiorsOf,
  whom,
  whyNot,
} from './addressees.ts';
import { later } from './call.ts';
import { clear } from './clearance.ts';
import type { Opened } from './clients.ts';
import type { Engine } from './engine.ts';
import { tell } from './notice.ts';
import { hold, Stale } from './settle.ts';
import { askThem, tellThem } from './task-letters.ts';

const dayMs = 24 * 60 * 60_000;

/** A task or a notice of the playbook whose moment has come. */
export async function tellOrAssign(engine: Engine, work: Work): Promise<void> {
  if (work.notice) return tell(engine, work);
  if (!work.task) return;
  await assign(engine, work, {
    to: work.task.assignTo,
    acceptedBy: work.task.acceptedBy ?? null,
    title: work.task.title,
    instructions: work.task.instructions ?? work.task.title,
    proof: work.task.proof,
    deadline: work.task.deadline ? dueOf(work, new Date(work.task.deadline)) : null,
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
  const clearance = work.assignment ? null : await clear(engine, work, null, planned);
  if (!clearance && !work.assignment) return;
  if (clearance?.confirm) {
    await inTransaction(engine.pool, async (tx) => {
      await record(tx, engine.keys, clearance.facts);
      await clearance.confirm?.(tx);
    });
  }
  await assign(engine, work, {
    to: action.assignTo,
    acceptedBy: null,
    title: `${work.title} in ${opened.name}`,
    instructions,
    proof: action.proof,
    deadline: dueOf(work, later(work.dueAt ?? work.now, dayMs)),
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
  const planned = order.deadline
    ? new Date(order.deadline)
    : later(work.dueAt ?? work.startedAt ?? work.now, dayMs);
  const deadline = dueOf(work, planned);
  if (work.assignment && !isToBeTold(work, work.assignment, deadline)) {
    return watch(engine, work, work.assignment);
  }
  await assign(engine, work, {
    to: order.assignTo,
    acceptedBy: null,
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

/** When it is due, with the time that somebody was given beyond what is planned. */
function dueOf({ assignment }: Work, planned: Date): Date {
  const extended = new Date(assignment?.extendedTo ?? 0);
  return extended > planned ? extended : planned;
}

/** Once a day, when the date moves, when it has passed, and when a letter did not go out. */
function isToBeTold(work: Work, it: Assignment, deadline: Date): boolean {
  const askedAt = new Date(it.askedAt);
  if (it.news || it.undelivered || it.deadline !== deadline.toISOString()) return true;
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
  readonly acceptedBy: Assignee | null;
  readonly title: string;
  readonly instructions: string;
  readonly proof: readonly string[];
  readonly deadline: Date | null;
  /** Left out: nothing shows it, so only a person can say that it is done. */
  readonly watched?: Pick<Assignment, 'mustName' | 'readBack'>;
}

/**
 * Asks somebody, reminds once a day, and once the deadline has passed raises the alarm and tells
 * whoever answers for them. Who is asked is looked up each time: whoever has left meanwhile is
 * asked no more.
 */
async function assign(engine: Engine, work: Work, order: Order): Promise<void> {
  const { submission, news, sentBack, moreTime, extendedTo, timeRefused } = work.assignment ?? {};
  const search = { engine, work, never: submission ? [submission.byEmail] : [] };
  const { found, handOver } = await whoIsAsked(search, work.assignment, order);
  const named = found.people.length > 0;
  const people = named ? found.people : (await designated(search)).people;
  if (people.length === 0) {
    const why = found.instead ?? `${whom(order.to)} is nobody we know`;
    return hold(engine, work, {
      because:
        `Nobody can be asked: ${why}, and no alert contact is set. ` +
        'Do it by hand, or name somebody (gatehouse settings set alerts).',
      failure: null,
      reason: 'nobody to ask',
    });
  }
  const { deadline: dueBy } = order;
  const overdue = dueBy !== null && dueBy <= work.now;
  const before = work.assignment && !news ? work.assignment.reminders : null;
  const assignment: Assignment = {
    people,
    instructions: order.instructions,
    proof: order.proof,
    deadline: dueBy?.toISOString() ?? null,
    askedAt: work.now.toISOString(),
    // A letter that reached nobody was none, so the next one is no reminder.
    reminders: before === null ? 0 : before + (work.assignment?.undelivered ? 0 : 1),
    ...(handOver && { handOver }),
    ...(submission && { submission }),
    ...(sentBack && { sentBack }),
    ...(moreTime && { moreTime }),
    ...(extendedTo && { extendedTo }),
    // Said once; what could not be mailed is said again.
    ...(news === 'time-refused' && timeRefused && { timeRefused }),
    ...order.watched,
  };
  const asking = {
    ...assignment,
    ...(news && { news }),
    title: order.title,
    isMoved: work.assignment !== null && work.assignment.deadline !== assignment.deadline,
  };
  const failures = await askThem(engine, work, asking);
  const [undelivered] = failures.length === people.length ? failures : [];
  if (!undelivered) {
    const former = news === 'handed-over' ? (handOver?.from ?? []) : [];
    const gone = former.filter((it) => !isAmong(people, it.email));
    await tellThem(engine, work, asking, 'handed-on', gone, people);
    if (overdue) {
      const { confidential } = work.departure;
      const above = await superiorsOf(search, people, { confidential });
      await tellThem(engine, work, asking, 'overdue', above, people);
    }
  }

  const tellAgainMs = undelivered ? engine.timing.longestRetryMs : dayMs;
  const lookMs = order.watched ? engine.timing.watchMs : dayMs;
  const next = later(work.now, Math.min(tellAgainMs, lookMs));
  const wakeAt = dueBy && !overdue && dueBy < next ? dueBy : next;
  await inTransaction(engine.pool, async (tx) => {
    const asked = askedText(assignment, found);
    const because = undelivered
      ? `${asked} But the mail did not go out: ${undelivered.detail}`
      : asked;
    const kept = await assignStep(tx, {
      stepId: work.id,
      version: work.version,
      // What could not be mailed is still news.
      assignment: undelivered
        ? { ...assignment, undelivered: true, ...(news && { news }) }
        : assignment,
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

interface Asked {
  readonly found: Found;
  /** Null where nobody was handed it, or they cannot be asked any more. */
  readonly handOver: Assignment['handOver'] | null;
}

/** Whoever it was handed over to, as long as they are here; else whom the playbook names, or the next in line. */
async function whoIsAsked(
  search: Search,
  assignment: Assignment | null,
  order: Order,
): Promise<Asked> {
  const { handOver, submission } = assignment ?? {};
  const because = handOver ? await whyNot(search, handOver.to) : null;
  if (handOver && because === null) {
    return { found: { people: [handOver.to], instead: null }, handOver };
  }
  const to = submission ? (order.acceptedBy ?? order.to) : order.to;
  const found = await peopleFor(search, to);
  const instead = [because, found.instead].filter((it) => it !== null).join(' and ');
  return { found: { ...found, instead: instead === '' ? null : instead }, handOver: null };
}

/** What stands on the row: who is asked, and why it is they. */
function askedText(it: Assignment, { instead }: Found): string {
  const names = it.people.map(({ name }: Addressee) => name).join(', ');
  if (it.moreTime) return `${it.moreTime.byName} asks for more time: ${it.moreTime.reason}`;
  const since = instead ? `, since ${instead}` : '';
  const { submission, handOver, sentBack } = it;
  if (submission) {
    return `${submission.byName} did it: ${submission.reason} Asked ${names} to accept it${since}.`;
  }
  if (handOver) return `Asked ${names}; ${handOver.byName} handed it over: ${handOver.reason}`;
  const again = sentBack ? ` again; ${sentBack.byName} sent it back: ${sentBack.reason}` : '';
  return `Asked ${names}${again}${since}${again === '' || since !== '' ? '.' : ''}`;
}
