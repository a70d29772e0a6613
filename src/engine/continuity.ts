import type { Account } from '#core/account.ts';
import type { Continuity, DependentConnection } from '#core/continuity.ts';
import { ConnectorError } from '#core/failure.ts';
import type { Owned, OwnedByAccount } from '#core/ownership.ts';
import type { PersonFacts } from '#core/person.ts';
import type { ConnectionOffer } from '#core/playbook.ts';
import type { Settings } from '#core/settings.ts';
import { type Candidate, type Receivers, receiversFrom } from '#core/successor.ts';
import { type ConnectionRow, listConnections } from '#store/connections.ts';
import { type OwnershipRow, ownershipsOf } from '#store/ownerships.ts';
import type { Db } from '#store/sql.ts';
import { candidateOf, namedSuccessor, reportsOf } from '#store/successors.ts';
import { listUsers } from '#store/users.ts';
import { deadline, inTime } from './deadline.ts';
import type { Engine } from './engine.ts';
import type { KnownAccounts } from './plan-for.ts';

/** Nobody has this many managers above; the HR system may well have a circle. */
const mostManagers = 10;

/** Who takes over from somebody, and who their manager is. A preview has no case yet. */
export async function receiversOf(
  db: Db,
  caseId: string | null,
  person: Pick<PersonFacts, 'personId' | 'managerId'>,
): Promise<Receivers> {
  const managers: Candidate[] = [];
  const seen = new Set([person.personId]);
  for (let id = person.managerId; id !== null && !seen.has(id) && seen.size <= mostManagers; ) {
    seen.add(id);
    const found = await candidateOf(db, id);
    if (!found) break;
    managers.push(found);
    id = found.managerId;
  }
  const stored = caseId === null ? null : await namedSuccessor(db, caseId);
  const named = stored && (await candidateOf(db, stored.personId));
  return receiversFrom({ named, managers });
}

/** What accounts own, by connection; `fresh` was read just now. */
export async function knownOwned(
  engine: Pick<Engine, 'reads'>,
  person: string,
  offers: readonly ConnectionOffer[],
  fresh: readonly OwnershipRow[],
): Promise<Continuity['owned']> {
  const rows = [...(await ownershipsOf(engine.reads, person)), ...fresh];
  const owned = new Map<string, OwnedByAccount>();
  for (const { id, readsOwned } of offers) {
    if (!readsOwned) continue;
    const own = rows.filter(({ connectionId }) => connectionId === id);
    owned.set(id, new Map(own.map(({ accountId, things }) => [accountId, things])));
  }
  return owned;
}

/** All that hangs on one person. Pure but for reading rows. */
export async function continuityOf(
  engine: Pick<Engine, 'reads'>,
  it: {
    readonly caseId: string | null;
    readonly person: PersonFacts;
    readonly accounts: KnownAccounts;
    readonly owned: Continuity['owned'];
    readonly settings: Settings;
  },
): Promise<Continuity> {
  const { person, accounts, owned } = it;
  const [receivers, connections, reports, users] = await Promise.all([
    receiversOf(engine.reads, it.caseId, person),
    listConnections(engine.reads),
    reportsOf(engine.reads, person.personId),
    listUsers(engine.reads),
  ]);
  const { contacts } = it.settings.alerts;
  const isTheirs = (address: string) => isSame(address, person.email);
  return {
    receivers,
    owned,
    connections: dependentConnections(connections, person, accounts),
    reports,
    isUser: users.some(({ email, disabledAt }) => disabledAt === null && isTheirs(email)),
    isAlertContact: contacts.some(({ email }) => isTheirs(email)),
  };
}

/** Connections whose owner leaves, or in which Gatehouse acts as one of the leaver's own accounts. */
function dependentConnections(
  connections: readonly ConnectionRow[],
  person: PersonFacts,
  accounts: KnownAccounts,
): readonly DependentConnection[] {
  return connections
    .filter(({ state }) => state !== 'disabled')
    .flatMap(({ id, name, owner, actingAs }) => {
      const own = accounts.get(id) ?? [];
      const logins = own === 'unknown' ? [] : own.flatMap((it) => [it.login, it.id]);
      const dependent: DependentConnection[] = [];
      if (owner && isSame(owner.email, person.email))
        dependent.push({ id, name, because: 'owner' });
      if (actingAs !== null && actsAs(actingAs, [person.email, ...logins])) {
        dependent.push({ id, name, because: 'credential' });
      }
      return dependent;
    });
}

/** Systems name who we are as a login, an address, or a DN whose first part holds the login. */
function actsAs(actingAs: string, names: readonly string[]): boolean {
  const plain = actingAs.replace(/^(dn|u):/i, '');
  const first = /^[a-z]+=([^,+]+)[,+]/i.exec(plain)?.[1];
  return names.some((it) => isSame(it, plain) || (first !== undefined && isSame(it, first)));
}

const isSame = (a: string, b: string): boolean => a.trim().toLowerCase() === b.trim().toLowerCase();

/**
 * Asks at once what the accounts just found own. Who does not answer in time is asked again by a
 * step of its own: whether access ends must never wait for this.
 */
export async function askOwned(
  engine: Engine,
  offers: readonly ConnectionOffer[],
  answers: ReadonlyMap<string, readonly Account[]>,
): Promise<readonly OwnershipRow[]> {
  const accounts = offers
    .filter(({ readsOwned }) => readsOwned)
    .flatMap(({ id }) => (answers.get(id) ?? []).map((account) => ({ id, account })));
  const rows = await Promise.all(
    accounts.map(async ({ id: connectionId, account }) => {
      const reading = readOwned(engine, connectionId, account.id);
      const things = await inTime(reading, engine.timing.lookUpMs).catch((error: Error) => {
        engine.log.warn({ connectionId, error: error.message }, 'not known yet what is owned');
        return null;
      });
      return things === null ? [] : [{ connectionId, accountId: account.id, things }];
    }),
  );
  return rows.flat();
}

/** What one account owns there, asked live. An error is never an empty answer. */
export async function readOwned(
  engine: Engine,
  connectionId: string,
  accountId: string,
): Promise<readonly Owned[]> {
  const opened = await engine.clients.open(connectionId);
  try {
    if (!opened.owns) {
      const detail = `${opened.name} cannot be asked what an account owns`;
      throw new ConnectorError({ kind: 'unexpected', detail });
    }
    return await deadline(engine, opened.owns(accountId));
  } catch (error) {
    throw opened.withoutSecrets(error);
  } finally {
    await opened.close();
  }
}
