import type { ProvisionedAccount } from '#core/provisioned.ts';
import { databaseNow } from '#store/clock.ts';
import { type ConnectionRow, loadConnection } from '#store/connections.ts';
import { keepDelivery } from '#store/deliveries.ts';
import { newId } from '#store/random.ts';
import {
  deleteScim,
  insertScim,
  lockScim,
  personIdOfScim,
  replaceMembers,
  type ScimDraft,
  type ScimKind,
  type ScimRow,
  updateScim,
} from '#store/scim.ts';
import { type Db, inTransaction } from '#store/sql.ts';
import type { App } from './app.ts';
import { type Provider, type Resource, withLinks } from './provisioned.ts';
import { type AccountFacts, accountFacts, emailsOf } from './provisioned-account.ts';

/** What a resource is to be. */
export interface Wanted {
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Ids; of groups only. Null: they stay. */
  readonly members: readonly string[] | null;
}

export type Written =
  | { readonly kind: 'written'; readonly resource: Resource }
  | { readonly kind: 'missing' }
  /** It is not of the version that the provider had read. */
  | { readonly kind: 'moved' }
  | { readonly kind: 'taken' }
  | { readonly kind: 'unfit'; readonly because: string };

/** Who writes; null: whoever it is has not shown the token of such a connection. */
export async function providerBehind(
  app: App,
  it: { source: string; headers: Readonly<Record<string, string | undefined>> },
): Promise<Provider | null> {
  const connection = await loadConnection(app.pool, it.source);
  if (!connection || connection.state === 'disabled') return null;
  const people = app.connectors.get(connection.connector)?.people;
  if (!people?.provisions) return null;
  const secrets = await app.secrets.inbound(connection.uuid, connection.inboundFields);
  const now = await databaseNow(app.pool);
  const { headers } = it;
  const verdict = people.verify({ headers, body: new Uint8Array() }, secrets, now);
  if (verdict.kind === 'refused') return null;
  return { id: connection.id, ...people.provisions(settingsOf(connection)) };
}

const settingsOf = ({ settings }: ConnectionRow): unknown => ({
  personId: 'employeeNumber',
  ...settings,
});

export async function createResource(
  app: App,
  provider: Provider,
  kind: ScimKind,
  wanted: Wanted,
): Promise<Written> {
  const draft = draftOf(provider, kind, wanted);
  if ('because' in draft) return { kind: 'unfit', because: draft.because };
  return writing(app, async (tx) => {
    const at = await databaseNow(tx);
    const row = await insertScim(tx, { ...draft.row, source: provider.id, kind, at });
    await putMembers(tx, provider, row.id, wanted.members);
    if (draft.account) await tell(tx, provider, row, draft.account, 'made');
    return row;
  });
}

/** Changes what is there, under a lock; nothing is written where nothing would be different. */
export async function changeResource(
  app: App,
  provider: Provider,
  it: { kind: ScimKind; id: string; fits: (version: number) => boolean },
  change: (now: Resource) => Wanted,
): Promise<Written> {
  const { kind, id } = it;
  return writing(app, async (tx) => {
    const row = await lockScim(tx, { source: provider.id, kind, id });
    if (!row) return 'missing';
    if (!it.fits(row.version)) return 'moved';
    const now = await withLinks(tx, row);
    const wanted = change(now);
    const draft = draftOf(provider, kind, wanted);
    if ('because' in draft) throw new Unfit(draft.because);
    if (isSame(now, wanted)) return row;

    const at = await databaseNow(tx);
    const isActivated = draft.row.active && !row.active;
    const activeSince = isActivated ? at : row.activeSince;
    const changed = await updateScim(tx, { ...draft.row, id, at, activeSince });
    await putMembers(tx, provider, id, wanted.members);
    if (draft.account) {
      const ended = row.active && !draft.row.active;
      const became = isActivated ? 'activated' : ended ? 'deactivated' : 'changed';
      await tell(tx, provider, changed, draft.account, became);
    }
    return changed;
  });
}

export async function deleteResource(
  app: App,
  provider: Provider,
  it: { kind: ScimKind; id: string; fits: (version: number) => boolean },
): Promise<'deleted' | 'missing' | 'moved'> {
  const { kind, id } = it;
  return inTransaction(app.pool, async (tx) => {
    const row = await lockScim(tx, { source: provider.id, kind, id });
    if (!row) return 'missing';
    if (!it.fits(row.version)) return 'moved';
    await deleteScim(tx, id);
    const draft = draftOf(provider, kind, { attributes: row.attributes, members: null });
    // Kept by earlier rules: nothing may go without being told.
    if ('because' in draft) throw new Error(`${kind} ${id} cannot be told of: ${draft.because}`);
    if (draft.account) {
      const gone = { ...row, version: row.version + 1, changedAt: await databaseNow(tx) };
      await tell(tx, provider, gone, draft.account, 'deleted');
    }
    return 'deleted';
  });
}

/** Thrown to roll back; ends as an answer. */
class Unfit extends Error {}

async function writing(
  app: App,
  act: (tx: Db) => Promise<ScimRow | 'missing' | 'moved'>,
): Promise<Written> {
  try {
    return await inTransaction(app.pool, async (tx) => {
      const row = await act(tx);
      return typeof row === 'string'
        ? { kind: row }
        : { kind: 'written', resource: await withLinks(tx, row) };
    });
  } catch (error) {
    if (error instanceof Unfit) return { kind: 'unfit', because: error.message };
    const isTaken =
      error instanceof Error && 'constraint' in error && error.constraint === 'scim_user_names';
    if (isTaken) return { kind: 'taken' };
    throw error;
  }
}

function draftOf(
  { personId }: Provider,
  kind: ScimKind,
  { attributes }: Wanted,
): { row: ScimDraft; account: AccountFacts | null } | { because: string } {
  const unfit = tooLarge(attributes);
  if (unfit) return unfit;
  if (kind === 'Group') {
    const { externalId } = attributes;
    const row: ScimDraft = {
      attributes,
      name: String(attributes['displayName']).toLowerCase(),
      externalId: typeof externalId === 'string' ? externalId : null,
      emails: [],
      personId: null,
      active: true,
    };
    return { row, account: null };
  }
  const account = accountFacts(attributes, personId);
  if ('because' in account) return account;
  const row: ScimDraft = {
    attributes,
    name: account.login.toLowerCase(),
    externalId: account.externalId,
    emails: emailsOf(attributes),
    personId: account.personId,
    active: account.active,
  };
  return { row, account };
}

/** What is looked for has to fit an index, and a page of resources into memory. */
const longestName = 300;
const largestResource = 64 * 1024;

function tooLarge(attributes: Wanted['attributes']): { because: string } | null {
  for (const name of ['userName', 'displayName', 'externalId']) {
    if (String(attributes[name] ?? '').length > longestName) {
      return { because: `${name} takes at most ${longestName} characters.` };
    }
  }
  return JSON.stringify(attributes).length > largestResource
    ? { because: `A resource takes at most ${largestResource / 1024} KB beside its members.` }
    : null;
}

async function putMembers(
  tx: Db,
  { id: source }: Provider,
  group: string,
  members: Wanted['members'],
): Promise<void> {
  if (members === null) return;
  const isOwn = members.includes(group);
  if (isOwn) throw new Unfit('members: a group cannot be a member of itself.');
  const [unknown] = await replaceMembers(tx, { source, group, members });
  if (unknown !== undefined) throw new Unfit(`members: there is no user or group ${unknown}.`);
}

const isSame = (now: Resource, { attributes, members }: Wanted): boolean =>
  JSON.stringify(sorted(now.attributes)) === JSON.stringify(sorted(attributes)) &&
  (members === null ||
    now.members
      .map((it) => it.id)
      .toSorted()
      .join() === members.toSorted().join());

/** With the names of each object in order, as the database gives them back in an order of its own. */
const sorted = (it: unknown): unknown => {
  if (Array.isArray(it)) return it.map(sorted);
  if (typeof it !== 'object' || it === null) return it;
  const entries = Object.entries(it).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, value]) => [name, sorted(value)]));
};

/** Writes down what became of an account, in the same transaction; what it means is for a worker. */
async function tell(
  tx: Db,
  { id: source }: Provider,
  row: ScimRow,
  { login, manager, personId, person }: AccountFacts,
  change: ProvisionedAccount['change'],
): Promise<void> {
  const isId = manager !== null && /^[0-9a-f-]{36}$/i.test(manager);
  const managerId = isId ? await personIdOfScim(tx, { source, id: manager }) : null;
  const account: ProvisionedAccount = {
    accountId: row.id,
    login,
    change,
    occurredAt: row.changedAt.toISOString(),
    activeSince: row.activeSince.toISOString(),
    personId,
    person: { ...person, managerId },
  };
  await keepDelivery(tx, {
    id: newId(),
    source,
    messageId: `${row.id}:${row.version}`,
    body: Buffer.from(JSON.stringify(account)),
    askedBy: null,
  });
}
