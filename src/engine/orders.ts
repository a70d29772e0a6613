import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Account } from '#core/account.ts';
import { ArrivalFacts, FormerRole, inRole, type Occasion, roleOf } from '#core/arrival.ts';
import { resolveDates } from '#core/dates.ts';
import { DepartureFacts } from '#core/departure.ts';
import type { PersonFacts } from '#core/person.ts';
import { planText } from '#core/plan.ts';
import { settingsFrom } from '#core/settings.ts';
import { databaseNow } from '#store/clock.ts';
import { answerOrder, forgetTrials, loadOrder } from '#store/orders.ts';
import { employmentsOf, loadPerson } from '#store/people.ts';
import { draftAsVersion } from '#store/playbook-drafts.ts';
import { loadSettings } from '#store/settings.ts';
import { checkAsAsked } from './check.ts';
import { askOwned, knownOwned } from './continuity.ts';
import { discover } from './discover.ts';
import type { Engine } from './engine.ts';
import { failureIn } from './fail.ts';
import { findAccounts } from './look-up.ts';
import { mendAccess } from './mend-access.ts';
import { knownAccounts, offersOf, planFor } from './plan-for.ts';
import { TryInput, tryOut } from './try-out.ts';

/** Carries out what web asked for, which may call nobody outside, and leaves the answer in its row. */
export async function fulfil(engine: Engine, orderId: string): Promise<void> {
  const it = await loadOrder(engine.pool, orderId);
  if (!it || it.answeredAt) return;
  try {
    const output = await carryOutOrder(engine, it.kind, it.input);
    await answerOrder(engine.pool, { id: orderId, output, problem: null });
  } catch (error) {
    const problem = error instanceof z.ZodError ? z.prettifyError(error) : failureIn(error).detail;
    await answerOrder(engine.pool, { id: orderId, output: null, problem });
  }
}

async function carryOutOrder(engine: Engine, kind: string, input: unknown): Promise<unknown> {
  switch (kind) {
    case 'check':
      return checkAsAsked(engine, z.object({ connectionId: z.string() }).parse(input).connectionId);
    case 'discover':
      return discover(engine, z.object({ connectionId: z.string() }).parse(input).connectionId);
    case 'try':
      await forgetTrials(engine.pool);
      return tryOut(engine, TryInput.parse(input));
    case 'mend-access':
      return mendAccess(engine, z.object({ findingId: z.string(), by: z.string() }).parse(input));
    case 'preview':
      return preview(engine, PreviewInput.parse(input));
    default:
      throw new Error(`this worker knows no order ${kind}; it is older than the web process`);
  }
}

/** A row of `people`, or a person's HR id. */
const person = z.string();
/** A version to be tried in the place of the one that applies, or a draft. */
const tried = { playbook: z.string().optional(), draft: z.string().optional() };
const PreviewInput = z.union([
  z.strictObject({ person, ...tried, departure: DepartureFacts.omit({ id: true }) }),
  z.strictObject({
    person,
    ...tried,
    arrival: ArrivalFacts.omit({ id: true, former: true, becomes: true }).extend({
      role: FormerRole.partial().optional(),
    }),
  }),
]);

function occasionOf(input: z.infer<typeof PreviewInput>, known: PersonFacts): Occasion {
  const id = randomUUID();
  if ('departure' in input) return { id, ...input.departure };
  const { role, ...arrival } = input.arrival;
  return { id, ...arrival, former: role ? roleOf(known) : null };
}

/** What would happen: looks the person up everywhere, and changes nothing anywhere. */
async function preview(engine: Engine, input: z.infer<typeof PreviewInput>): Promise<unknown> {
  const byRow = z.guid().safeParse(input.person).success
    ? await loadPerson(engine.pool, input.person)
    : null;
  const person = byRow ?? (await employmentsOf(engine.pool, input.person))[0];
  if (!person) throw new Error(`nobody with the HR id ${input.person} is known`);

  const offers = await offersOf(engine);
  const unanswered: { connection: string; because: string }[] = [];
  const answers = new Map<string, readonly Account[]>();
  await Promise.all(
    offers
      .filter((it) => it.holdsAccounts)
      .map(async ({ id }) => {
        try {
          answers.set(id, await findAccounts(engine, id, person.facts));
        } catch (error) {
          unanswered.push({ connection: id, because: failureIn(error).detail });
        }
      }),
  );
  const nobody = { person: person.id, lookedUp: [] };
  const accounts = await knownAccounts(engine, nobody, offers, answers);
  const settings = settingsFrom(await loadSettings(engine.pool));
  const zone = person.facts.zone ?? settings.company.zone;
  const confirmedAt = await databaseNow(engine.pool);
  const context = { zone, confirmedAt, defaultAccessEnd: settings.company.accessEnds };
  const dates = 'departure' in input ? resolveDates({ id: '', ...input.departure }, context) : null;
  // As in a case: where access ends at once, the plan does not wait for what is owned.
  const endsLater = dates !== null && 'accessEnds' in dates && dates.accessEnds.at > confirmedAt;
  const found = endsLater ? await askOwned(engine, offers, answers) : [];
  const draft = input.draft === undefined ? null : await draftAsVersion(engine.pool, input.draft);
  if (input.draft !== undefined && !draft) throw new Error('the draft is gone');
  const made = await planFor(engine, {
    caseId: null,
    draft,
    owned: await knownOwned(engine, person.id, offers, found),
    case: {
      personFacts: 'arrival' in input ? inRole(person.facts, input.arrival.role) : person.facts,
      departure: occasionOf(input, person.facts),
      zone,
      source: 'api',
      confirmedAt,
      playbookId: input.playbook ?? null,
      planDigest: null,
    },
    offers,
    accounts,
  });
  if (made.kind === 'question') return { question: made.question };
  return {
    playbook: {
      name: made.playbook.name,
      number: made.playbook.number,
      title: made.playbook.title,
    },
    digest: made.digest,
    zone,
    steps: made.plan.steps,
    gaps: made.plan.gaps,
    notes: made.plan.notes,
    unanswered,
    text: planText(made.plan),
  };
}
