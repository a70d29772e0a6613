import type { Assignee } from '#core/playbook.ts';
import { settingsFrom } from '#core/settings.ts';
import { type Addressee, isAmong, sameAddress } from '#core/task.ts';
import { loadConnection } from '#store/connections.ts';
import { employmentsAt, employmentsOf, reportsOf } from '#store/people.ts';
import { loadSettings } from '#store/settings.ts';
import { standingsOf } from '#store/standing.ts';
import type { Work } from '#store/steps.ts';
import { listUsers } from '#store/users.ts';
import { receiversOf } from './continuity.ts';
import type { Engine } from './engine.ts';

/** Whom to ask or tell, and why it is not whom the playbook names. */
export interface Found {
  readonly people: readonly Addressee[];
  /** Such as “Marta Silva has left”; null: it is whom the playbook names. */
  readonly instead: string | null;
}

/** What the search for people goes by. */
export interface Search {
  readonly engine: Engine;
  readonly work: Pick<Work, 'personFacts' | 'caseId'>;
  /** Addresses of those who may not be asked, beside the person it is about. */
  readonly never?: readonly string[];
  /** The person it is about may be asked: who arrives has things to do as well. */
  readonly evenThemselves?: boolean;
}

/** An addressee in words, for whoever has to find out why nobody was asked. */
export function whom(it: Assignee): string {
  if ('role' in it) return `the role ${it.role}`;
  if ('email' in it) return it.email;
  if ('systemOwner' in it) return `the owner of ${it.systemOwner}`;
  if ('newcomer' in it) return 'the newcomer';
  return 'successor' in it ? 'who takes over' : 'the manager';
}

/**
 * The people behind an addressee who can be asked: never the person it is about unless they are meant
 * as the newcomer, nobody whose access has ended, no disabled user. For a manager, or whoever has one,
 * the next one up stands in; for managers in the end HR. None where nobody is known.
 */
export async function peopleFor(search: Search, to: Assignee): Promise<Found> {
  const { engine, work } = search;
  if ('role' in to) return askable(search, await usersWith(engine, to.role), to);
  if ('manager' in to) return managers(search, work.personFacts.managerId, to);
  if ('successor' in to) return successors(search, to);
  if ('newcomer' in to) return newcomer(search, to);
  const connection = 'systemOwner' in to ? await loadConnection(engine.pool, to.systemOwner) : null;
  const named = 'email' in to ? { name: to.email, email: to.email } : connection?.owner;
  const found = await askable(search, named ? [named] : [], to);
  if (found.people.length > 0 || !named) return found;
  const above = await superiorOf(search, named);
  return { people: above.people, instead: said([found.instead, above.instead]) };
}

/** Who can be asked where nobody else can: the first alert contact who is here, else whoever administers this. */
export async function designated(search: Search): Promise<Found> {
  const { engine } = search;
  const { contacts } = settingsFrom(await loadSettings(engine.pool)).alerts;
  const [first] = (await sieve(search, contacts)).good;
  if (first) return { people: [first], instead: null };
  return { people: (await sieve(search, await usersWith(engine, 'it-admin'))).good, instead: null };
}

/** Whoever answers for these people; HR where they have no manager, or where it is confidential. */
export async function superiorsOf(
  search: Search,
  people: readonly Addressee[],
  { confidential }: { readonly confidential: boolean },
): Promise<readonly Addressee[]> {
  const found: Addressee[] = [];
  const never = [...(search.never ?? []), ...people.map((it) => it.email)];
  for (const person of confidential ? [] : people) {
    const above = await superiorOf({ ...search, never }, person);
    found.push(...above.people.filter((it) => !isAmong(found, it.email)));
  }
  if (found.length > 0) return found;
  return (await sieve({ ...search, never }, await usersWith(search.engine, 'hr'))).good;
}

/** Those whose manager leaves, as far as they are here. */
export async function reportsTo(search: Search): Promise<readonly Addressee[]> {
  const { engine, work } = search;
  const reports = await reportsOf(engine.pool, work.personFacts.personId);
  return (await sieve(search, reports)).good;
}

/** Whether somebody can be asked; otherwise why not, in words. */
export async function whyNot(search: Search, person: Addressee): Promise<string | null> {
  return (await sieve(search, [person])).reasons[0] ?? null;
}

async function askable(search: Search, named: readonly Addressee[], to: Assignee): Promise<Found> {
  const { good, reasons } = await sieve(search, named);
  if (good.length > 0) return { people: good, instead: null };
  return { people: [], instead: said(reasons) ?? `${whom(to)} is nobody we know` };
}

/** Who takes over, or else the manager. */
async function successors(search: Search, to: Assignee): Promise<Found> {
  const { engine, work } = search;
  const { successor } = await receiversOf(engine.pool, work.caseId, work.personFacts);
  const found = await askable(search, successor ? [successor] : [], to);
  if (found.people.length > 0 || !successor) return found;
  return orManager(search, found);
}

/** Who arrives or whose role changes, at work, or else the manager. */
async function newcomer(search: Search, to: Assignee): Promise<Found> {
  const { name, email } = search.work.personFacts;
  const named = email.includes('@') ? [{ name, email }] : [];
  const found = await askable({ ...search, evenThemselves: true }, named, to);
  return found.people.length > 0 ? found : orManager(search, found);
}

async function orManager(search: Search, { instead }: Found): Promise<Found> {
  const above = await managers(search, search.work.personFacts.managerId, { manager: true });
  return { people: above.people, instead: said([instead, above.instead]) };
}

/** The manager with this HR id or the next one up who is here; in the end HR. */
async function managers(search: Search, managerId: string | null, to: Assignee): Promise<Found> {
  const found = await upFrom(search, managerId);
  if (found.people.length > 0) return found;
  const hr = (await sieve(search, await usersWith(search.engine, 'hr'))).good;
  return { people: hr, instead: found.instead ?? `${whom(to)} is nobody we know` };
}

/** The manager of somebody, or the next one up. */
async function superiorOf(search: Search, { email }: Addressee): Promise<Found> {
  const [person] = await employmentsAt(search.engine.pool, email);
  return upFrom(search, person?.facts.managerId ?? null);
}

async function upFrom(search: Search, first: string | null): Promise<Found> {
  const { engine, work } = search;
  const seen = new Set([work.personFacts.personId]);
  const reasons: string[] = [];
  for (let id = first; id !== null && !seen.has(id); ) {
    seen.add(id);
    const [manager] = await employmentsOf(engine.pool, id);
    if (!manager) break;
    const { good, reasons: because } = await sieve(search, [manager]);
    if (good.length > 0) return { people: good, instead: said(reasons) };
    reasons.push(...because);
    id = manager.facts.managerId;
  }
  return { people: [], instead: said(reasons) };
}

/** Parts those who can be asked from those who cannot, each with the reason in words. */
async function sieve(
  { engine, work, never = [], evenThemselves = false }: Search,
  people: readonly Addressee[],
): Promise<{ good: Addressee[]; reasons: string[] }> {
  const standings = await standingsOf(
    engine.pool,
    people.map((it) => it.email),
  );
  const good: Addressee[] = [];
  const reasons: string[] = [];
  for (const { name, email } of people) {
    const standing = standings.get(email.trim().toLowerCase());
    const known = standing?.name ?? name;
    const isThemselves = sameAddress(email, work.personFacts.email);
    if (isThemselves && !evenThemselves) reasons.push(`${known} is the one who leaves`);
    else if (never.some((it) => sameAddress(it, email))) reasons.push(`${known} did it`);
    else if (standing?.left) reasons.push(`${known} has left`);
    else if (standing?.disabled) reasons.push(`${known} is no user any more`);
    // Of whom a playbook names by address only, HR may know the name.
    else good.push({ name: name === email ? known : name, email });
  }
  return { good, reasons };
}

async function usersWith(engine: Engine, role: string): Promise<readonly Addressee[]> {
  const users = await listUsers(engine.pool);
  return users
    .filter((it) => it.disabledAt === null && it.roles.includes(role))
    .map(({ name, email }) => ({ name, email }));
}

const said = (reasons: readonly (string | null)[]): string | null => {
  const words = reasons.filter((it) => it !== null);
  return words.length > 0 ? words.join(' and ') : null;
};
