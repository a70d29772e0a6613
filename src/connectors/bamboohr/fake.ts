import { createHmac } from 'node:crypto';
import { fakeService, json } from '#connector-kit/testing/fake-service.ts';

export interface FakeStatus {
  date: string;
  employmentStatus: string;
  terminationTypeId?: string;
  terminationReasonId?: string;
}

/** A row of the table Job Information; columns that are left out are empty. */
export interface FakeJob {
  date: string;
  department?: string;
  jobTitle?: string;
  location?: string;
  division?: string;
  /** By name, as BambooHR shows it there. */
  reportsTo?: string;
}

export interface FakeEmployee {
  /** What the record holds beside what follows from the history, by API name. */
  fields: Record<string, string | null>;
  /** What was entered for a later day; shown only to those who ask for the future. */
  later?: Record<string, string | null>;
  history: FakeStatus[];
  /** With it, department, title and location of the record follow from it. */
  jobs?: FakeJob[];
  /** ISO 8601. */
  changedAt: string;
  /** Tables, their columns, and fields that the key may not see. */
  hidden?: readonly string[];
}

export interface FakeBambooHrOptions {
  readonly apiKey: string;
  /** Where the company is. */
  readonly today: () => string;
  /** The employee the key belongs to; null: it belongs to none. */
  readonly keyOwner?: string | null;
}

const isEnd = (row: FakeStatus) => row.employmentStatus === 'Terminated';

/**
 * A small BambooHR in memory, for tests and for the practice company. As the real one it keeps
 * future days apart from today, leaves out what the key may not see, and forgets who was deleted.
 */
export function fakeBambooHr(
  employees: Record<string, FakeEmployee>,
  { apiKey, today, keyOwner = null }: FakeBambooHrOptions,
) {
  const deleted: Record<string, string> = {};
  const service = fakeService({
    'GET /api/v1/employees/changed': guarded(({ url }) => changedSince(url)),
    'GET /api/v1/employees/:id': guarded(({ url }, id) => employee(id, url)),
    'GET /api/v1/employees/:id/tables/employmentStatus': guarded((_, id) =>
      table('employmentStatus', id, ({ history }) =>
        history.map((row) => ({
          ...{ comment: null, terminationTypeId: '', terminationReasonId: '' },
          ...row,
        })),
      ),
    ),
    'GET /api/v1/employees/:id/tables/jobInfo': guarded((_, id) =>
      table('jobInfo', id, ({ jobs = [] }) =>
        jobs.map((row) => ({
          ...{ department: '', jobTitle: '', location: '', division: '', reportsTo: '' },
          ...row,
        })),
      ),
    ),
  });

  return {
    ...service,
    employees,
    /** Takes somebody out of the company's records, as only an administrator may. */
    remove(id: string, at: string) {
      delete employees[id];
      deleted[id] = at;
    },
  };

  type Request = { readonly url: URL; readonly headers: Headers };
  function guarded(answer: (request: Request, id: string) => Response) {
    return (params: Record<string, string>, request: Request) => {
      const isKnown = request.headers.get('authorization') === `Basic ${btoa(`${apiKey}:x`)}`;
      return isKnown ? answer(request, params['id'] ?? '') : new Response(null, { status: 401 });
    };
  }

  function employee(asked: string, url: URL): Response {
    const id = asked === '0' ? keyOwner : asked;
    const found = id === null ? undefined : employees[id];
    if (id === null || !found) return new Response(null, { status: 404 });
    const isFuture = url.searchParams.get('onlyCurrent') === 'false';
    const known: Record<string, string | null> = {
      ...derived(found, isFuture),
      ...found.fields,
      ...jobOf(found, isFuture),
      ...(isFuture ? found.later : {}),
      lastChanged: found.changedAt,
    };
    const names = (url.searchParams.get('fields') ?? 'firstName,lastName').split(',');
    const visible = names.filter((name) => name in known && !found.hidden?.includes(name));
    return json(200, { id, ...Object.fromEntries(visible.map((name) => [name, known[name]])) });
  }

  function derived({ fields, history }: FakeEmployee, isFuture: boolean) {
    const sorted = history.toSorted((a, b) => a.date.localeCompare(b.date));
    const latest = sorted.findLast((row) => isFuture || row.date <= today());
    const now = sorted.findLast((row) => row.date <= today());
    // An employment ends at midnight after its last day, and begins with the hire date.
    const isOver = now !== undefined && isEnd(now) && now.date < today();
    const isAhead = (fields['hireDate'] ?? '') > today();
    return {
      status: isOver || isAhead ? 'Inactive' : 'Active',
      employmentStatus: latest?.employmentStatus ?? null,
      terminationDate: latest && isEnd(latest) ? latest.date : '0000-00-00',
    };
  }

  function jobOf({ jobs }: FakeEmployee, isFuture: boolean) {
    const sorted = jobs?.toSorted((a, b) => a.date.localeCompare(b.date)) ?? [];
    const job = sorted.findLast((row) => isFuture || row.date <= today());
    if (!job) return {};
    const { department = null, jobTitle: jobTitleName = null, location = null } = job;
    return { department, jobTitleName, location };
  }

  function table(
    name: string,
    asked: string,
    rowsOf: (it: FakeEmployee) => readonly object[],
  ): Response {
    const ids = asked === 'all' ? Object.keys(employees) : [asked];
    const isHidden = ids.some((id) => employees[id]?.hidden?.includes(name));
    if (isHidden || !ids.every((id) => id in employees)) return new Response(null, { status: 404 });
    const rows = ids.flatMap((id) =>
      rowsOf(employees[id]!).map((row, i) => ({ id: `${id}${i + 1}`, employeeId: id, ...row })),
    );
    const visible = rows.map((row) => {
      const hidden = employees[row.employeeId]!.hidden ?? [];
      return Object.fromEntries(Object.entries(row).filter(([name]) => !hidden.includes(name)));
    });
    return json(200, visible.toReversed());
  }

  function changedSince(url: URL): Response {
    const since = Date.parse(url.searchParams.get('since') ?? '');
    if (Number.isNaN(since)) return new Response(null, { status: 400 });
    const changes = [
      ...Object.entries(employees).map(([id, it]) => ['Updated', id, it.changedAt] as const),
      ...Object.entries(deleted).map(([id, at]) => ['Deleted', id, at] as const),
    ].filter(([, , at]) => Date.parse(at) >= since);
    const latest = changes
      .map(([, , at]) => at)
      .toSorted()
      .at(-1);
    return json(200, {
      latest: latest ?? new Date(since).toISOString(),
      employees: Object.fromEntries(
        changes.map(([action, id, lastChanged]) => [id, { id, action, lastChanged }]),
      ),
    });
  }
}

/** A delivery as BambooHR signs it. */
export function bambooHrDelivery(privateKey: string, body: string, at: Date) {
  const timestamp = String(Math.floor(at.getTime() / 1_000));
  const signature = createHmac('sha256', privateKey).update(body).update(timestamp).digest('hex');
  return {
    headers: {
      'content-type': 'application/json',
      'x-bamboohr-timestamp': timestamp,
      'x-bamboohr-signature': signature,
    },
    body: new TextEncoder().encode(body),
  };
}
