import { z } from 'zod';
import type { Io } from '#connector-kit/contract.ts';
import { openHttp } from '#connector-kit/http.ts';
import { ConnectorError } from '#core/failure.ts';
import { addressOf, type Settings } from './settings.ts';

/** Without these nobody can say whether a person leaves, when, or who it is. */
export const neededFields = [
  ...['firstName', 'lastName', 'status', 'workEmail', 'hireDate', 'terminationDate'],
] as const;

/** Missing ones only make a record poorer. */
const niceFields = [
  ...['preferredName', 'homeEmail', 'department', 'jobTitleName', 'location', 'country', 'state'],
  ...['employmentStatus', 'reportsToId', 'lastChanged'],
] as const;

/** An employee as answered: what we may not see is left out, what is empty is null or text. */
const Employee = z.looseObject({ id: z.coerce.string() });
export type Employee = z.infer<typeof Employee>;

const Row = z.looseObject({
  id: z.coerce.string(),
  employeeId: z.coerce.string().optional(),
});
type Row = z.infer<typeof Row>;

/** One row of the history of employment statuses. The names ending in Id carry plain text. */
export type StatusRow = Row;

/** One row of the history of jobs: `date, location, division, department, jobTitle, reportsTo`. */
export type JobRow = Row;

const Changed = z.object({
  employees: z.union([
    z.record(
      z.string(),
      z.object({ id: z.coerce.string(), lastChanged: z.iso.datetime({ offset: true }) }),
    ),
    z.tuple([]).transform(() => ({})), // an empty map of PHP is a list
  ]),
});

/**
 * BambooHR's API in our words, one function per call.
 * https://documentation.bamboohr.com/reference
 */
export function openBambooHr(settings: Settings, io: Io) {
  const http = openHttp(io, {
    baseUrl: addressOf(settings),
    // The key is the user; any password will do.
    headers: { authorization: `Basic ${btoa(`${settings.apiKey}:x`)}` },
  });
  const ownFields = [settings.lastWorkingDayField, settings.accessEndsField].flatMap(
    (name) => name ?? [],
  );
  async function rowsOf(
    table: 'employmentStatus' | 'jobInfo',
    id: string,
  ): Promise<readonly Row[]> {
    const path = `/api/v1/employees/${encodeURIComponent(id)}/tables/${table}`;
    return http.get(path, z.array(Row)).catch((thrown: unknown) => {
      if (!isNotFound(thrown)) throw thrown;
      // The person was there a moment ago: it is the table that we may not see.
      throw hidden(id, `the table ${table}`);
    });
  }

  const fields = [...neededFields, ...niceFields, ...ownFields].join(',');

  return {
    settings,
    now: io.now,
    /** Fields whose absence means that the key may not see them. */
    neededFields: [...neededFields, ...ownFields],

    /**
     * An employee by id; `0` is whoever the key belongs to. With `future`, fields with a history
     * show what was entered for later days. Without, what holds today.
     */
    employee(id: string, view: 'current' | 'future' = 'current') {
      const query = new URLSearchParams({ fields, onlyCurrent: String(view === 'current') });
      return http.get(`/api/v1/employees/${encodeURIComponent(id)}?${query}`, Employee);
    },

    /**
     * Every employment status a person has had or will have, in no particular order; with `all`,
     * those of every employee that the key may see.
     */
    statusRows: (id: string): Promise<readonly StatusRow[]> => rowsOf('employmentStatus', id),

    /** Every job likewise. Null: whoever set this up does not want to hear of changes of role. */
    jobRows: async (id: string): Promise<readonly JobRow[] | null> =>
      settings.roleChanges ? rowsOf('jobInfo', id) : null,

    /** Who was added, changed or deleted since a moment (ISO 8601), in no particular order. */
    async changedSince(since: string) {
      const query = new URLSearchParams({ since });
      return Object.values(
        (await http.get(`/api/v1/employees/changed?${query}`, Changed)).employees,
      );
    },
  };
}
export type BambooHr = ReturnType<typeof openBambooHr>;

export const isNotFound = (thrown: unknown): boolean =>
  thrown instanceof ConnectorError && thrown.failure.kind === 'not-found';

/** What we may not see must never read as "no termination date". */
export const hidden = (employeeId: string, what: string): ConnectorError =>
  new ConnectorError({
    kind: 'unexpected',
    detail:
      `BambooHR leaves out ${what} of employee ${employeeId}, so the API key may not see it. ` +
      'Give its access level the right to view this for everybody.',
  });
