import { z } from 'zod';
import type { Io } from '#connector-kit/contract.ts';
import { openHttp, unlessMissing } from '#connector-kit/http.ts';
import { ConnectorError } from '#core/failure.ts';
import { addressOf, type Settings } from './settings.ts';

/** Without these nobody can say whether a person leaves, when, why, or who it is. */
const neededFields = [
  ...['root.id', 'root.firstName', 'root.surname', 'root.email', 'work.startDate'],
  ...['internal.status', 'internal.lifecycleStatus', 'internal.terminationDate'],
  ...['internal.terminationType', 'internal.terminationReason'],
] as const;

/** Missing ones only make a record poorer. */
const niceFields = [
  ...['root.displayName', 'home.privateEmail', 'address.country', 'payroll.employment.type'],
  ...['work.title', 'work.department', 'work.site', 'work.reportsTo'],
] as const;

/** Somebody as answered: categories with fields in them. A field that we may not see is left out, an empty one is null. */
const Employee = z.looseObject({ id: z.coerce.string() });
export type Employee = z.infer<typeof Employee>;

/** The answer is the person; the published document puts them into a list of one. */
const OneEmployee = z.union([
  z.object({ employees: z.tuple([Employee]) }).transform(({ employees }) => employees[0]),
  Employee,
]);

const People = z.object({ employees: z.array(Employee) });

const Row = z.looseObject({ id: z.coerce.string().optional(), effectiveDate: z.iso.date() });
type Row = z.infer<typeof Row>;

/** A row of the table Lifecycle: from `effectiveDate` on, `status` holds. */
export type LifecycleRow = Row;
/** A row of the table Work: `department, title, site, reportsTo`. */
export type WorkRow = Row;

const Rows = z.object({ values: z.array(Row) });

interface Item {
  readonly id?: string | number | undefined;
  readonly name?: string | undefined;
  readonly children?: readonly Item[] | undefined;
}
const Item: z.ZodType<Item> = z.lazy(() =>
  z.looseObject({
    id: z.union([z.string(), z.number()]).optional(),
    name: z.string().optional(),
    children: z.array(Item).optional(),
  }),
);
const List = z.object({ items: z.array(Item) });

/**
 * HiBob's API in our words, one function per call. https://apidocs.hibob.com/reference
 *
 * Bob answers in the values of its machine, such as ISO dates and ids of list items; `humanReadable` beside
 * them says what people see, dates included, in the format of the company. So dates come from the one and
 * words from the other.
 */
export function openHiBob(settings: Settings, io: Io) {
  const { serviceUserId, serviceUserToken } = settings;
  const http = openHttp(io, {
    baseUrl: addressOf(settings),
    headers: { authorization: `Basic ${btoa(`${serviceUserId}:${serviceUserToken}`)}` },
    onlyReads: (method, path) => method === 'POST' && path.startsWith('/people'),
  });
  const ownFields = [settings.lastWorkingDayField, settings.accessEndsField].flatMap(
    (name) => name ?? [],
  );
  const needed = [...neededFields, ...ownFields];
  const fields = [...needed, ...niceFields];
  const lists = new Map<string, Promise<ReadonlyMap<string, string>>>();

  async function readList(name: string): Promise<ReadonlyMap<string, string>> {
    const path = `/company/named-lists/${name}?includeArchived=true`;
    const list = await unlessMissing(http.get(path, List)); // a field of plain text has none
    return new Map((list?.items ?? []).flatMap(flattened));
  }
  const rowsOf = async (id: string, table: 'lifecycle' | 'work'): Promise<readonly Row[]> =>
    (await http.get(`/people/${encodeURIComponent(id)}/${table}`, Rows)).values;

  return {
    settings,
    now: io.now,
    /** Fields whose absence means that the service user may not see them. */
    neededFields: needed,

    /** Everybody whom the service user may see, those who left included, in one answer. */
    async everybody(): Promise<readonly Employee[]> {
      const body = { fields, showInactive: true, humanReadable: 'APPEND' };
      return (await http.post('/people/search', People, body)).employees;
    },

    /** Null: Bob knows nobody of that id, or we may not see them. */
    async employee(id: string): Promise<Employee | null> {
      const body = { fields, humanReadable: 'APPEND' };
      const path = `/people/${encodeURIComponent(id)}`;
      const found = await unlessMissing(http.post(path, OneEmployee, body));
      if (found !== null) return found;
      // Any address may answer 404, so something is asked that must be there.
      const filters = [{ fieldPath: 'root.id', operator: 'equals', values: [id] }];
      const search = { fields: ['root.id'], filters, showInactive: true };
      await http.post('/people/search', People, search);
      return null;
    },

    /** Every status somebody has had or will have, in no particular order. */
    lifecycle: (id: string): Promise<readonly LifecycleRow[]> => rowsOf(id, 'lifecycle'),

    /** Every job likewise. Null: whoever set this up does not want to hear of changes of role. */
    work: async (id: string): Promise<readonly WorkRow[] | null> =>
      settings.roleChanges ? rowsOf(id, 'work') : null,

    /** The words of a list of the company by the ids of its items; read once for each client. */
    listOf(name: 'department' | 'title'): Promise<ReadonlyMap<string, string>> {
      const list = lists.get(name) ?? readList(name);
      lists.set(name, list);
      return list;
    },
  };
}
export type HiBob = ReturnType<typeof openHiBob>;

const flattened = ({ id, name, children = [] }: Item): readonly (readonly [string, string])[] => [
  ...(id === undefined || name === undefined ? [] : [[String(id), name] as const]),
  ...children.flatMap(flattened),
];

/** What we may not see must never read as "no termination date". */
export const hidden = (employeeId: string, what: string): ConnectorError =>
  new ConnectorError({
    kind: 'unexpected',
    detail:
      `HiBob leaves out ${what} of employee ${employeeId}, so the service user may not see it. ` +
      'Give its permission group the right to view this for everybody.',
  });
