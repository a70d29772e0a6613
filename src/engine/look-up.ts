import type { Account, PersonKeys } from '#core/account.ts';
import { ConnectorError } from '#core/failure.ts';
import type { PersonFacts } from '#core/person.ts';
import type { Work } from '#store/steps.ts';
import { readOwned } from './continuity.ts';
import { deadline } from './deadline.ts';
import type { Engine } from './engine.ts';
import { lookAgain } from './look-again.ts';
import { planWith } from './planning.ts';
import { answered } from './settle.ts';

/** How a person is looked for: by address and HR id, never by name alone. */
export const keysOf = (person: PersonFacts): PersonKeys => ({
  email: person.email,
  employeeNumber: person.personId,
  name: person.name,
});

/** The accounts of one person in one connection, asked live. An error is never an empty answer. */
export async function findAccounts(
  engine: Engine,
  connectionId: string,
  person: PersonFacts,
): Promise<readonly Account[]> {
  const opened = await engine.clients.open(connectionId);
  try {
    const { accounts } = opened.connector;
    if (!accounts) {
      throw new ConnectorError({
        kind: 'unexpected',
        detail: `${connectionId} holds no accounts`,
      });
    }
    return await deadline(engine, accounts.find(opened.client, keysOf(person)));
  } catch (error) {
    throw opened.withoutSecrets(error);
  } finally {
    await opened.close();
  }
}

/**
 * A step of its own where planning got no answer, and again when access ends, so that
 * accounts made in between are found. What it finds goes into the plan.
 */
export async function lookUp(engine: Engine, work: Work): Promise<void> {
  const accounts = await findAccounts(engine, work.connectionId!, work.personFacts);
  await answered(engine, work);
  if (work.playbookStep === 'lookup-created' && accounts.length === 0) {
    // Just made and not to be found: without its id, nothing that comes after could be planned.
    return lookAgain(engine, work, {
      settleMs: engine.timing.settleMs,
      because: 'The account was made, but a search for the person does not find it.',
      state: { accounts: [] },
    });
  }
  await planWith(engine, work.caseId, { work, accounts });
}

/** Asks what an account owns, where planning got no answer or did not wait for one. */
export async function lookUpOwned(engine: Engine, work: Work): Promise<void> {
  const owned = await readOwned(engine, work.connectionId!, work.account!.id);
  await answered(engine, work);
  await planWith(engine, work.caseId, { work, owned });
}
