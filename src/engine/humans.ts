import type { AnyAction } from '#connector-kit/contract.ts';
import { ConnectorError } from '#core/failure.ts';
import type { Assignee } from '#core/playbook.ts';
import { settingsFrom } from '#core/settings.ts';
import type { Assignment } from '#core/task.ts';
import { raiseAlert } from '#store/alerts.ts';
import { loadConnection } from '#store/connections.ts';
import { employmentsOf } from '#store/people.ts';
import { loadSettings } from '#store/settings.ts';
import { inTransaction } from '#store/sql.ts';
import type { Work } from '#store/steps.ts';
import { assignStep } from '#store/tasks.ts';
import { listUsers } from '#store/users.ts';
import { beginCall, later, makeCall } from './call.ts';
import type { Opened } from './clients.ts';
import type { Engine } from './engine.ts';
import { sendLetter } from './messages.ts';
import { answered, hold, Stale, settle } from './settle.ts';

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
  await assign(engine, work, {
    to: action.assignTo,
    title: `${work.title} in ${opened.name}`,
    instructions: action.instructions(work.account!.login, action.params.parse(work.params)),
    proof: action.proof,
    deadline: later(work.dueAt ?? work.now, dayMs),
  });
}

interface Order {
  readonly to: Assignee;
  readonly title: string;
  readonly instructions: string;
  readonly proof: readonly string[];
  readonly deadline: Date | null;
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
  const reminders = work.assignment ? work.assignment.reminders + 1 : 0;
  const isMoved = work.assignment && work.assignment.deadline !== (dueBy?.toISOString() ?? null);
  const prefix = isMoved ? 'New date: ' : reminders > 0 ? 'Reminder: ' : '';
  const subject = `${prefix}${order.title}`;
  for (const person of people) {
    const sent = await sendLetter(engine, {
      to: person.email,
      subject: `Gatehouse: ${work.departure.confidential ? 'a task for you' : subject}`,
      text: letterText(engine, work, order, person.name),
      id: `task-${work.id}-${reminders}-${people.indexOf(person)}`,
    });
    if (sent.kind === 'failed') {
      engine.log.warn({ stepId: work.id, kind: sent.failure.kind }, 'a task could not be mailed');
    }
  }

  const assignment: Assignment = {
    people,
    instructions: order.instructions,
    proof: order.proof,
    deadline: dueBy?.toISOString() ?? null,
    askedAt: work.now.toISOString(),
    reminders,
  };
  const tomorrow = later(work.now, dayMs);
  const wakeAt = dueBy && !overdue && dueBy < tomorrow ? dueBy : tomorrow;
  await inTransaction(engine.pool, async (tx) => {
    const instead = named.length > 0 ? '' : `, since ${whom(order.to)} is nobody we know`;
    const because = `Asked ${people.map((it) => it.name).join(', ')}${instead}.`;
    const kept = await assignStep(tx, {
      stepId: work.id,
      version: work.version,
      assignment,
      because,
      wakeAt,
    });
    if (!kept) throw new Stale(work.id);
    if (overdue) {
      await raiseAlert(tx, {
        condition: `step:${work.id}`,
        kind: 'task.overdue',
        title: 'A task is overdue',
        body: `${order.title}: ${because} It was due ${dueBy.toISOString().slice(0, 10)}.`,
        caseId: work.caseId,
        stepId: work.id,
        connectionId: work.connectionId,
        confidential: work.departure.confidential,
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

function whom(it: Assignee): string {
  if ('role' in it) return `the role ${it.role}`;
  if ('email' in it) return it.email;
  if ('systemOwner' in it) return `the owner of ${it.systemOwner}`;
  return 'the manager';
}

async function peopleFor(
  engine: Engine,
  work: Work,
  to: Assignee,
): Promise<{ name: string; email: string }[]> {
  if ('email' in to) return [{ name: to.email, email: to.email }];
  if ('role' in to) {
    const users = await listUsers(engine.pool);
    return users
      .filter((it) => it.disabledAt === null && it.roles.includes(to.role))
      .map(({ name, email }) => ({ name, email }));
  }
  if ('systemOwner' in to) {
    const connection = await loadConnection(engine.pool, to.systemOwner);
    return connection?.owner ? [connection.owner] : [];
  }
  const { managerId } = work.personFacts;
  const [manager] = managerId ? await employmentsOf(engine.pool, managerId) : [];
  return manager ? [{ name: manager.name, email: manager.email }] : [];
}

/** The designated contact is asked where nobody else can be. */
async function designated(engine: Engine): Promise<{ name: string; email: string }[]> {
  const [first] = settingsFrom(await loadSettings(engine.pool)).alerts.contacts;
  return first ? [{ name: first.name, email: first.email }] : [];
}

/** A notice is mail that must not go out twice: marked before it is sent, like every such call. */
async function tell(engine: Engine, work: Work): Promise<void> {
  const notice = work.notice!;
  const recipients: { name: string; email: string }[] = [];
  for (const to of notice.to) {
    if ('personalEmail' in to) {
      const { personalEmail, name } = work.personFacts;
      if (personalEmail) recipients.push({ name, email: personalEmail });
    } else recipients.push(...(await peopleFor(engine, work, to)));
  }
  if (recipients.length === 0) {
    return hold(engine, work, {
      because: 'Nobody can be told: no address is known for any of its receivers.',
      failure: null,
      reason: 'nobody to tell',
    });
  }
  const claim = await beginCall(engine, work, {
    state: null,
    planned: { summary: `Tell ${recipients.map((it) => it.email).join(', ')}.`, change: notice },
    settleMs: 0,
    windowMs: engine.timing.windowMs,
    repeatable: false,
    params: work.params,
  });
  if (!claim) return;
  const noSecrets = { withoutSecrets: (error: unknown) => error };
  const receipts = await makeCall(engine, work, noSecrets, claim.fence, async () => {
    const taken: string[] = [];
    for (const [i, { email }] of recipients.entries()) {
      const letter = {
        to: email,
        subject: notice.subject,
        text: notice.text,
        id: `notice-${work.id}-${i}`,
      };
      const sent = await sendLetter(engine, letter);
      if (sent.kind === 'no mail') {
        throw new ConnectorError({
          kind: 'rejected',
          detail: 'no mail connection is set; set one (gatehouse settings alerts), then try again',
        });
      }
      if (sent.kind === 'failed') throw new ConnectorError(sent.failure);
      taken.push(sent.receipt);
    }
    return taken;
  });
  await answered(engine, work);
  await settle(engine, work, {
    type: 'step.acknowledged',
    grade: 'acknowledged',
    after: { receipts },
    because: `The mail server took ${receipts.length === 1 ? 'it' : `all ${receipts.length}`}.`,
    summary: claim.summary,
    fence: claim.fence,
    applied: true,
    attempt: claim.attempt,
  });
}
