import type { Tickets } from '#connector-kit/contract.ts';
import { TicketParams, ticketIn, ticketTransition } from '#connector-kit/tickets.ts';
import { type TicketContent, type TicketLine, ticketContent } from '#core/ticket.ts';
import { isArrivalCase, loadCase } from '#store/cases.ts';
import { listConnections } from '#store/connections.ts';
import { keepParams, type StepRow, stepsOfCase, type Work } from '#store/steps.ts';
import type { Opened } from './clients.ts';
import { deadline } from './deadline.ts';
import type { Engine } from './engine.ts';
import { namingScopes } from './fail.ts';
import { offersFrom } from './offers.ts';
import { hold, Stale, settle } from './settle.ts';
import { moveTo } from './transition.ts';

/** One pass over a ticket: made, brought up to date, or marked as taken back, and read back each time. */
export async function keepTicket(engine: Engine, work: Work): Promise<void> {
  if (!work.connectionId) {
    await settle(engine, work, {
      type: 'step.absent',
      grade: 'absent',
      because: 'No connected system takes tickets.',
      searched: [],
    });
    return;
  }
  const opened = await engine.clients.open(work.connectionId);
  const { tickets } = opened;
  const withoutSecrets = (error: unknown) =>
    namingScopes(opened.withoutSecrets(error), tickets ?? { scopes: [] });
  try {
    if (tickets) await write(engine, work, { ...opened, withoutSecrets }, tickets);
    else await hold(engine, work, { because: `${opened.name} takes no tickets.`, failure: null });
  } catch (error) {
    throw withoutSecrets(error);
  } finally {
    await opened.close();
  }
}

async function write(
  engine: Engine,
  work: Work,
  opened: Opened,
  tickets: Tickets<unknown>,
): Promise<void> {
  const reference = referenceOf(work);
  const steps = await stepsOfCase(engine.pool, work.caseId);
  const opening = steps.find(({ key }) => key === `${work.playbookStep}@${work.connectionId}`);
  const isOpening = opening?.id === work.id;
  let id = isOpening ? null : (ticketIn(opening?.afterState)?.id ?? null);
  if (!isOpening && id === null && work.undoOf === null) {
    const found = await deadline(engine, tickets.find(opened.client, reference));
    id = found?.id ?? null;
    if (id === null) {
      await settle(engine, work, {
        type: 'step.absent',
        grade: 'absent',
        because: 'No ticket was made, so there is none to bring up to date.',
        searched: [opened.connection.id],
      });
      return;
    }
  }

  const wanted = await wantedBy(engine, work, steps, tickets.longestText);
  const takenBack = work.undoOf === null ? null : wanted;
  await moveTo(
    engine,
    {
      ...work,
      account: { id: reference, login: reference, privileged: false },
      params: { wanted },
    },
    opened,
    ticketTransition(tickets, { reference, id, takenBack }),
  );
}

/** The same for every step that keeps one ticket, so that it is found whoever made it. */
const referenceOf = ({ caseId, playbookStep }: Work): string =>
  `gatehouse-${caseId}-${playbookStep}`;

/**
 * What the ticket is to show: what is known now. While nobody knows what came of a call, it stays
 * what was sent, since a departure goes on and the ticket would never show what we look for.
 */
async function wantedBy(
  engine: Engine,
  work: Work,
  steps: readonly StepRow[],
  longestText: number,
): Promise<TicketContent> {
  const sent = TicketParams.safeParse(work.params['wanted']);
  const isUnderWay = work.callStartedAt !== null && work.callOutcome !== 'refused';
  if (isUnderWay && sent.success) return sent.data;

  const it = await loadCase(engine.pool, work.caseId);
  if (!it) throw new Stale(work.id);
  const connections = await listConnections(engine.pool);
  const offers = offersFrom(engine.connectors, connections);
  const isByHand = ({ connectionId, capability }: StepRow) =>
    offers
      .find(({ id }) => id === connectionId)
      ?.actions.some((one) => one.capability === capability && one.kind === 'by-hand') ?? false;
  const nameOf = (id: string | null) => connections.find((one) => one.id === id)?.name ?? id;

  const content = ticketContent(
    {
      kind: it.kind,
      caseId: it.id,
      link: `${engine.publicUrl}/cases/${it.id}`,
      confidential: it.departure.confidential,
      takenBack: it.direction === 'back',
      person: it.personFacts,
      accessEndsAt: it.accessEndsAt,
      lastWorkingDay: it.lastWorkingDay,
      firstDay: isArrivalCase(it) ? it.departure.startDay : null,
      zone: it.zone,
      steps: steps
        .filter(({ kind }) => !aboutItself.includes(kind))
        .map(
          (step): TicketLine => ({
            title: step.title,
            // What planning adds, such as a look-up, names its system in the title.
            system: step.kind === 'action' ? nameOf(step.connectionId) : null,
            login: step.account?.login ?? null,
            grade: step.grade,
            settledAt: step.settledAt,
            needsPerson:
              step.status === 'held' ||
              step.assignment !== null ||
              forPeople.includes(step.kind) ||
              isByHand(step),
            deadline: step.task ? new Date(step.task.deadline) : null,
          }),
        ),
    },
    longestText,
  );
  const params = { ...work.params, wanted: content };
  const kept = await keepParams(engine.pool, { stepId: work.id, version: work.version, params });
  if (!kept) throw new Stale(work.id);
  return content;
}

/** Steps that only tell of the others. */
const aboutItself: readonly string[] = ['ticket', 'record'];
const forPeople: readonly string[] = ['task', 'gap'];
