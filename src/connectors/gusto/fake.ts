import { fakeService, json } from '#connector-kit/testing/fake-service.ts';
import { type FakeApplication, fakeTokens } from './fake-tokens.ts';

export interface FakeEmployee {
  readonly uuid: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly workEmail: string | null;
  readonly email?: string;
  terminations: FakeTermination[];
  /** Taken on again after the terminations that are in effect. */
  rehired?: boolean;
}

export interface FakeTermination {
  on: string;
  ownPayroll: boolean;
  version: number;
}

export interface FakeGustoOptions {
  readonly company: string;
  /** The access token that lets in from the beginning. */
  readonly token: string;
  /** Whoever may exchange refresh tokens; left out: nobody. */
  readonly application?: FakeApplication;
  /** Where the company is, such as 2026-12-01. */
  readonly today: () => string;
}

/** A small Gusto in memory: one end at a time, changed only with its newest version. */
export function fakeGusto(
  employees: readonly FakeEmployee[],
  { company, token, application, today }: FakeGustoOptions,
) {
  const tokens = fakeTokens(token, application);
  const isActive = (it: FakeTermination) => it.on < today();
  const isOver = (it: FakeEmployee) => !it.rehired && it.terminations.some(isActive);
  const pendingOf = (it: FakeEmployee) => it.terminations.find((one) => !isActive(one));

  const service = fakeService({
    'POST /oauth/token': (_, { body }) => tokens.exchange(body),
    'GET /v1/token_info': guarded(() =>
      json(200, {
        scope: 'employees:read employments:read employments:write public',
        resource: { type: 'Company', uuid: company },
      }),
    ),
    'GET /v1/companies/:company/employees': guarded(({ company: asked }, { searchParams }) => {
      if (asked !== company) return missing();
      const per = Number(searchParams.get('per') ?? 25);
      const from = (Number(searchParams.get('page') ?? 1) - 1) * per;
      return json(200, employees.slice(from, from + per).map(employeeShown));
    }),
    'GET /v1/employees/:id': guarded(withEmployee((it) => json(200, employeeShown(it)))),
    'GET /v1/employees/:id/terminations': guarded(
      withEmployee((it) =>
        json(
          200,
          it.terminations.map((one, i) => shown(it, one, i)),
        ),
      ),
    ),
    'POST /v1/employees/:id/terminations': guarded(
      withEmployee((it, body) => {
        if (pendingOf(it) || isOver(it)) return refused('Employee is already terminated');
        const added = { ...endIn(body), version: 1 };
        it.terminations.push(added);
        return json(201, shown(it, added, it.terminations.length - 1));
      }),
    ),
    'PUT /v1/terminations/:id': guarded(
      withEmployee((it, body) => {
        const pending = pendingOf(it);
        if (!pending) return missing();
        if ((body as { version: string }).version !== `v${pending.version}`) {
          return refused('The version is out of date');
        }
        Object.assign(pending, endIn(body), { version: pending.version + 1 });
        return json(200, shown(it, pending, it.terminations.indexOf(pending)));
      }),
    ),
    'DELETE /v1/employees/:id/terminations': guarded(
      withEmployee((it) => {
        const pending = pendingOf(it);
        if (!pending) return missing();
        if (pending.ownPayroll) return refused('This termination cannot be cancelled');
        it.terminations = it.terminations.filter((one) => one !== pending);
        return new Response(null, { status: 204 });
      }),
    ),
  });
  return { ...service, employees, tokens };

  type Answer = (params: Record<string, string>, url: URL, body: unknown) => Response;
  function guarded(answer: Answer): Parameters<typeof fakeService>[0][string] {
    return (params, { url, headers, body }) =>
      tokens.admits((headers.get('authorization') ?? '').replace(/^Bearer /, ''))
        ? answer(params, url, body)
        : json(401, { error: 'unauthorized' });
  }

  function withEmployee(answer: (it: FakeEmployee, body: unknown) => Response): Answer {
    return ({ id }, _, body) => {
      const found = employees.find((it) => it.uuid === id);
      return found ? answer(found, body) : missing();
    };
  }

  function employeeShown(it: FakeEmployee) {
    return {
      uuid: it.uuid,
      first_name: it.firstName,
      last_name: it.lastName,
      email: it.email ?? null,
      work_email: it.workEmail,
      terminated: isOver(it),
    };
  }

  function shown(of: FakeEmployee, it: FakeTermination, position: number) {
    return {
      uuid: `${of.uuid}-end-${position}`,
      version: `v${it.version}`,
      employee_uuid: of.uuid,
      active: isActive(it),
      cancelable: !it.ownPayroll && !isActive(it),
      effective_date: it.on,
      run_termination_payroll: it.ownPayroll,
    };
  }
}

function endIn(body: unknown): Pick<FakeTermination, 'on' | 'ownPayroll'> {
  const it = body as { effective_date: string; run_termination_payroll?: boolean };
  return { on: it.effective_date, ownPayroll: it.run_termination_payroll ?? false };
}

const refused = (message: string): Response =>
  json(422, { errors: [{ error_key: 'base', category: 'invalid_operation', message }] });
const missing = (): Response =>
  json(404, { errors: [{ error_key: 'request', category: 'not_found' }] });
