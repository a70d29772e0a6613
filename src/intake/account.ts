import type { PersonFacts } from '#core/person.ts';
import type { ProvisionedAccount } from '#core/provisioned.ts';
import {
  employmentsAt,
  employmentsOf,
  lockPerson,
  type PersonRow,
  savePerson,
} from '#store/people.ts';
import type { Db } from '#store/sql.ts';
import { askPerson } from './ask.ts';
import { raiseHint } from './hints.ts';
import type { Intake } from './intake.ts';
import { isSomebodyElse, newRef, type Received } from './receive.ts';

/** What an identity provider tells of one account. */
export interface HeardAccount {
  readonly source: string;
  readonly account: ProvisionedAccount;
}

/**
 * Takes in what an identity provider tells of an account: its owner is somebody we know from then on, and
 * where the account ended, a person is asked whether they leave. No departure begins by it.
 */
export async function receiveAccount(
  tx: Db,
  intake: Pick<Intake, 'keys'>,
  heard: HeardAccount,
): Promise<Received> {
  const { account } = heard;
  const person = await ownerOf(tx, heard);
  if (account.change !== 'deactivated' && account.change !== 'deleted') {
    return { outcome: 'nothing new', detail: 'facts about the person kept', caseId: null };
  }
  return raiseHint(tx, intake, heard, { ...person, what: account.change });
}

/**
 * Whose account it is. The HR id tells; where the provider has none, the address at work, if only one person has
 * it: a hint is judged by a person who sees whom it is about. What an HR system knows stays as it is there.
 */
async function ownerOf(tx: Db, { source, account }: HeardAccount): Promise<PersonRow> {
  const wanted = account.personId ?? (await onlyPersonAt(tx, account.person.email));
  const known = wanted === null ? null : await newestOf(tx, wanted);
  const isOurs = known?.source === source;
  const isOther = known !== null && !isOurs && isSomebodyElse(known, account.person);
  if (isOther) await tellOfTwo(tx, source, known.personId);
  // Locked against a departure that begins meanwhile.
  if (known && !isOurs && !isOther) return (await lockPerson(tx, known))!;

  const id = wanted === null || isOther ? `${source}:${account.accountId}` : wanted;
  const before = await lockPerson(tx, { personId: id, employmentId: id });
  const facts: PersonFacts = { ...account.person, personId: id, employmentId: id };
  return savePerson(tx, {
    ref: before?.ref ?? newRef(),
    source,
    facts,
    heardAt: new Date(account.occurredAt),
  });
}

const newestOf = async (tx: Db, personId: string): Promise<PersonRow | null> =>
  (await employmentsOf(tx, personId)).find((it) => it.erasedAt === null) ?? null;

/** The HR id of the one person with this address; null: there is none, or there are several. */
async function onlyPersonAt(tx: Db, email: string): Promise<string | null> {
  const found = (await employmentsAt(tx, email)).filter((it) => it.erasedAt === null);
  const ids = new Set(found.map((it) => it.personId));
  return ids.size === 1 ? found[0]!.personId : null;
}

const tellOfTwo = (tx: Db, source: string, personId: string): Promise<void> =>
  askPerson(tx, {
    condition: `identity:${personId}`,
    title: 'An HR id seems to be used twice',
    body:
      `${source} says that ${personId} is somebody with another name and another address than the HR system does. ` +
      'They are kept as two people. Correct the id in the identity provider, or in the HR system.',
    caseId: null,
    confidential: false,
  });
