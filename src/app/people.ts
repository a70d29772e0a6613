import type { FeedReason } from '#core/feed.ts';
import { readPeopleCsv } from '#intake/csv.ts';
import { setImportAside } from '#intake/import.ts';
import { importRow } from '#intake/import-row.ts';
import { type AccountRow, accountsOf, linkAccount, listAccounts } from '#store/accounts.ts';
import { databaseNow } from '#store/clock.ts';
import { loadFeed } from '#store/feeds.ts';
import { type OwnershipRow, ownershipsOf } from '#store/ownerships.ts';
import { listPeople as listStored, loadPerson, type PersonRow } from '#store/people.ts';
import { inTransaction } from '#store/sql.ts';
import type { App, Caller } from './app.ts';
import { authorize } from './authorize.ts';
import { waitForDelivery } from './cases.ts';
import { notFound, Problem } from './problem.ts';

export type { AccountRow, PersonRow };

export interface ImportReport {
  readonly people: number;
  /** People whose facts were new or had changed. */
  readonly changed: number;
  readonly departures: readonly {
    readonly line: number;
    readonly detail: string;
    readonly caseId: string | null;
  }[];
  readonly refused: readonly {
    readonly line: number;
    readonly column: string | null;
    readonly found: string;
    readonly expected: string;
  }[];
  readonly unknownColumns: readonly string[];
  /** The file as a whole looks like a mistake: none of it was taken in, until people decide. Null: it does not. */
  readonly setAside: {
    readonly feed: string;
    readonly reasons: readonly FeedReason[];
  } | null;
}

/**
 * Takes in people and departures from a CSV file. Each row stands alone: good ones go in,
 * bad ones are reported. A person who is missing from the file is never a leaver. What looks like a mistake
 * as a whole is set aside, as what an HR system says is.
 */
export async function importPeople(
  app: App,
  caller: Caller,
  file: Uint8Array,
): Promise<ImportReport> {
  authorize(caller, 'people.import');
  const now = await databaseNow(app.pool);
  const read = readPeopleCsv(file, { today: now.toISOString().slice(0, 10) });
  if (read.problem !== null) throw new Problem('not readable', read.problem);

  const by = caller.user.id;
  const aside = await setImportAside(app, {
    ...{ bytes: file, rows: read.rows },
    by: { id: by, actor: caller.actor },
  });
  const unread = { refused: read.refused, unknownColumns: read.unknownColumns };
  if (aside && 'waitsFor' in aside) {
    throw new Problem(
      'not possible',
      'This file looks like a mistake, and another one is set aside already, until people have decided about it ' +
        `(gatehouse feed show ${aside.waitsFor.id}).`,
    );
  }
  if (aside) {
    const { id, reasons } = (await loadFeed(app.pool, aside.id))!;
    return { people: 0, changed: 0, departures: [], ...unread, setAside: { feed: id, reasons } };
  }

  let changed = 0;
  const departures: { line: number; id: string }[] = [];
  for (const row of read.rows) {
    const { isNew, delivery } = await inTransaction(app.pool, (tx) =>
      importRow(tx, row, { by, now }),
    );
    if (isNew) changed += 1;
    if (delivery !== null) departures.push({ line: row.line, id: delivery });
  }

  const taken = [];
  for (const { line, id } of departures) {
    const { detail, caseId } = await waitForDelivery(app, id);
    taken.push({ line, detail: detail ?? 'kept; a worker takes it in', caseId });
  }
  return {
    people: read.rows.length,
    changed,
    departures: taken,
    ...unread,
    setAside: null,
  };
}

export async function listPeople(
  app: App,
  caller: Caller,
  it: { text: string | null; afterName: string | null; limit: number },
): Promise<readonly PersonRow[]> {
  authorize(caller, 'people.read');
  return listStored(app.pool, it);
}

const mostColleagues = 20;

/** People whose name, address or HR id has `text` in it, for whoever hands something over; the first few by name. */
export async function findColleagues(
  app: App,
  caller: Caller,
  text: string,
): Promise<readonly PersonRow[]> {
  authorize(caller, 'colleague.find');
  return listStored(app.pool, { text, afterName: null, limit: mostColleagues });
}

export async function showPerson(
  app: App,
  caller: Caller,
  id: string,
): Promise<{
  person: PersonRow;
  accounts: readonly AccountRow[];
  owned: readonly OwnershipRow[];
}> {
  authorize(caller, 'people.read');
  const person = await loadPerson(app.pool, id);
  if (!person) throw notFound(`person ${id}`);
  return {
    person,
    accounts: await accountsOf(app.pool, id),
    owned: await ownershipsOf(app.pool, id),
  };
}

/** Accounts that were discovered, by connection, or those that belong to nobody we know. */
export async function listFoundAccounts(
  app: App,
  caller: Caller,
  it: { connectionId: string | null; withoutPerson: boolean; after: string | null; limit: number },
): Promise<readonly AccountRow[]> {
  authorize(caller, 'accounts.read');
  return listAccounts(app.pool, it);
}

/** Says by hand whose account this is, where addresses do not tell. */
export async function linkFoundAccount(
  app: App,
  caller: Caller,
  it: { connectionId: string; accountId: string; person: string | null },
): Promise<void> {
  authorize(caller, 'accounts.link');
  if (it.person !== null && !(await loadPerson(app.pool, it.person))) {
    throw notFound(`person ${it.person}`);
  }
  const linked = await linkAccount(app.pool, { ...it, by: caller.user.id });
  if (!linked) throw notFound(`account ${it.accountId} in ${it.connectionId}`);
}
