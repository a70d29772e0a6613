import { createHmac } from 'node:crypto';
import { fakeService, json } from '#connector-kit/testing/fake-service.ts';

export interface FakeStatus {
  effectiveDate: string;
  /** hired, employed, terminated, garden leave, … */
  status: string;
  reason?: string;
  reasonType?: string;
}

export interface FakeWork {
  effectiveDate: string;
  /** In words; Bob keeps departments and titles as ids of list items. */
  department?: string | null;
  title?: string | null;
  site?: string | null;
  reportsTo?: string | null;
}

export interface FakeEmployee {
  firstName: string;
  surname: string;
  email: string | null;
  privateEmail?: string;
  country?: string;
  employmentType?: string;
  startDate: string | null;
  lifecycle: FakeStatus[];
  work: FakeWork[];
  /** What the record says in place of what follows from the table. */
  status?: string;
  terminationType?: string;
  terminationReason?: string;
  /** Fields of the company, by category and name. */
  own?: Record<string, Record<string, string | null>>;
  /** Fields such as `internal.terminationDate`, `lifecycle.status` and `work table.site`, which may not be seen. */
  hidden?: readonly string[];
}

export interface FakeHiBobOptions {
  readonly userId: string;
  readonly token: string;
  /** Where the company is. */
  readonly today: () => string;
}

type Node = Record<string, unknown>;

/**
 * A small HiBob in memory, for tests and for the practice company. As the real one it keeps departments and
 * titles as ids of list items, leaves out what may not be seen, and shows words beside the values of the machine.
 */
export function fakeHiBob(
  employees: Record<string, FakeEmployee>,
  { userId, token, today }: FakeHiBobOptions,
) {
  const lists: Record<string, string[]> = { department: [], title: [] };
  const itemId = (list: 'department' | 'title', name: string | null | undefined): string | null => {
    if (name === null || name === undefined) return null;
    const items = lists[list]!;
    if (!items.includes(name)) items.push(name);
    return String(251_700 + items.indexOf(name));
  };
  const service = fakeService({
    'POST /v1/people/search': guarded((_, body) => {
      const { fields, filters, showInactive, humanReadable } = body as Record<string, unknown>;
      const wanted = (filters as { values: string[] }[] | undefined)?.[0]?.values;
      const ids = Object.keys(employees).filter(
        (id) => (showInactive === true || isActive(id)) && (wanted?.includes(id) ?? true),
      );
      const shown = ids.map((id) => shownOf(id, fields as string[], humanReadable === 'APPEND'));
      return json(200, { employees: shown });
    }),
    'POST /v1/people/:id': guarded(({ id = '' }, body) => {
      const { fields, humanReadable } = body as Record<string, unknown>;
      if (!(id in employees)) return json(404, { error: 'Not found' });
      return json(200, shownOf(id, fields as string[], humanReadable === 'APPEND'));
    }),
    'GET /v1/people/:id/lifecycle': guarded(({ id = '' }) => table(id, 'lifecycle')),
    'GET /v1/people/:id/work': guarded(({ id = '' }) => table(id, 'work')),
    'GET /v1/company/named-lists/:name': guarded(({ name = '' }) => {
      for (const { work } of Object.values(employees)) {
        for (const row of work) {
          itemId('department', row.department);
          itemId('title', row.title);
        }
      }
      const items = lists[name];
      if (items === undefined) return json(404, { error: 'Not found' });
      return json(200, {
        name,
        items: items.map((word) => ({
          id: itemId(name as 'title', word),
          name: word,
          children: [],
        })),
      });
    }),
  });
  return { ...service, employees };

  type Answer = (params: Record<string, string>, body: unknown) => Response;
  function guarded(answer: Answer) {
    return (params: Record<string, string>, it: { headers: Headers; body: unknown }) =>
      it.headers.get('authorization') === `Basic ${btoa(`${userId}:${token}`)}`
        ? answer(params, it.body)
        : json(401, { error: 'Unauthorized' });
  }

  function statusOf(id: string): string {
    const { status, lifecycle } = employees[id]!;
    if (status !== undefined) return status;
    const rows = lifecycle.toSorted((a, b) => a.effectiveDate.localeCompare(b.effectiveDate));
    return rows.findLast((it) => it.effectiveDate <= today())?.status ?? 'hired';
  }
  function isActive(id: string): boolean {
    return statusOf(id) === 'employed';
  }
  /** Shown from the day on which it is entered; a new employment after it takes it away. */
  function terminationDate({ lifecycle }: FakeEmployee): string | null {
    const rows = lifecycle.toSorted((a, b) => a.effectiveDate.localeCompare(b.effectiveDate));
    const last = rows.findLast(({ status }) => status === 'terminated' || status === 'employed');
    return last?.status === 'terminated' ? last.effectiveDate : null;
  }

  function shownOf(id: string, fields: readonly string[], withWords: boolean): Node {
    const it = employees[id]!;
    const job = it.work
      .toSorted((a, b) => a.effectiveDate.localeCompare(b.effectiveDate))
      .findLast((row) => row.effectiveDate <= today());
    const boss = job?.reportsTo ?? null;
    const words: Record<string, unknown> = {
      'root.id': id,
      'root.firstName': it.firstName,
      'root.surname': it.surname,
      'root.displayName': `${it.firstName} ${it.surname}`,
      'root.email': it.email,
      'home.privateEmail': it.privateEmail ?? null,
      'address.country': it.country ?? null,
      'payroll.employment.type': it.employmentType ?? null,
      'work.startDate': it.startDate,
      'work.title': job?.title ?? null,
      'work.department': job?.department ?? null,
      'work.site': job?.site ?? null,
      'work.reportsTo': boss,
      'internal.status': isActive(id) ? 'Active' : 'Inactive',
      'internal.lifecycleStatus': statusOf(id),
      'internal.terminationDate': terminationDate(it),
      'internal.terminationType': it.terminationType ?? null,
      'internal.terminationReason': it.terminationReason ?? null,
    };
    for (const [category, own] of Object.entries(it.own ?? {})) {
      for (const [name, value] of Object.entries(own)) words[`${category}.${name}`] = value;
    }
    const machine: Record<string, unknown> = {
      ...words,
      'work.title': itemId('title', job?.title),
      'work.department': itemId('department', job?.department),
      'work.reportsTo': boss === null ? null : { id: boss, email: employees[boss]?.email },
    };
    // People read days in the format of their company.
    for (const [path, value] of Object.entries(words)) {
      if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(value)) continue;
      words[path] = value.split('-').toReversed().join('/');
    }
    const visible = fields.filter((path) => path in machine && !it.hidden?.includes(path));
    const nested = nestedOf(visible.map((path) => [path, machine[path]]));
    if (!withWords) return nested;
    return { ...nested, humanReadable: nestedOf(visible.map((path) => [path, words[path]])) };
  }

  function table(id: string, name: 'lifecycle' | 'work'): Response {
    const it = employees[id];
    if (!it) return json(404, { error: 'Not found' });
    const rows: Node[] =
      name === 'lifecycle'
        ? it.lifecycle.map((row) => ({ reason: null, reasonType: null, ...row }))
        : it.work.map(({ reportsTo = null, site = null, ...row }) => ({
            ...row,
            site,
            department: itemId('department', row.department),
            title: itemId('title', row.title),
            reportsTo: reportsTo === null ? null : { id: reportsTo },
          }));
    const prefix = name === 'work' ? 'work table.' : 'lifecycle.';
    const values = rows.map((row) => {
      const id = Number(`10000${String(row['effectiveDate']).replaceAll('-', '')}`);
      const seen = Object.entries(row).filter(([key]) => !it.hidden?.includes(prefix + key));
      return Object.fromEntries([['id', id], ...seen]);
    });
    return json(200, { values: values.toReversed() });
  }
}

function nestedOf(fields: readonly (readonly [string, unknown])[]): Node {
  const nested: Node = {};
  for (const [path, value] of fields) {
    const steps = path.replace(/^root\./, '').split('.');
    const name = steps.pop()!;
    let holder = nested;
    for (const step of steps) {
      holder[step] ??= {};
      holder = holder[step] as Node;
    }
    holder[name] = value;
  }
  return nested;
}

/** A delivery as Bob signs it. */
export function hiBobDelivery(secret: string, body: string) {
  return {
    headers: {
      'content-type': 'application/json',
      'bob-signature': createHmac('sha512', secret).update(body).digest('base64'),
    },
    body: new TextEncoder().encode(body),
  };
}

/** An event of version 2. `at` is the moment in Bob's format, without a zone. */
export const hiBobEvent = (type: string, data: object, at: Date) => ({
  companyId: 636_192,
  type,
  triggeredBy: 'system',
  triggeredAt: `${at.toISOString().slice(0, -1)}000`,
  version: 'v2',
  data,
});
