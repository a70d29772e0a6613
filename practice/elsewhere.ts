import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { type Case, CasePage } from '../src/api/contract/cases.ts';
import { DepartureHintPage } from '../src/api/contract/departure-hints.ts';
import { PersonPage } from '../src/api/contract/people.ts';
import { type Colleague, peopleIn } from './company.ts';
import type { RunningGatehouse } from './gatehouse.ts';
import { connect } from './set-up.ts';
import { count, type Stage } from './stage.ts';
import type { PracticeSystems } from './systems/systems.ts';
import { expectThat, waitFor } from './wait.ts';

// People come from elsewhere too: an agency drops a file, and Okta provisions into Gatehouse.

const agency = { id: 'agency', folder: 'agency', file: 'people.csv' } as const;

/** Whom only the agency knows. */
const lent = [
  ['A-201', 'Nadia Rahimi', 'nadia.rahimi'],
  ['A-202', 'Pedro Alves', 'pedro.alves'],
] as const;

/** A staffing agency, whose system can only write files, drops the people that it lends. */
export async function connectAgency(gatehouse: RunningGatehouse): Promise<string> {
  const folder = path.join(gatehouse.dropDirectory, agency.folder);
  await mkdir(folder, { recursive: true });
  await connect(gatehouse, {
    connection: {
      id: agency.id,
      connector: 'csv-drop',
      name: 'Agency',
      settings: { folder: agency.folder },
    },
  });
  const lines = lent.map(
    ([id, name, login]) => `${id},${name},${login}@meadow.example,Facilities,contractor`,
  );
  const text = ['person_id,name,email,department,employment_type', ...lines, ''].join('\n');
  await writeFile(path.join(folder, agency.file), text);
  return `drops a file of ${lent.length} people whom it lends into a watched folder`;
}

const okta = 'okta-users';
const core = 'urn:ietf:params:scim:schemas:core:2.0:User';
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const User = z.object({ id: z.string(), active: z.boolean() });

/** Whom only Okta knows. */
const guest = {
  personId: 'C-301',
  name: 'Ivo Petrov',
  email: 'ivo.petrov@meadow.example',
  title: 'Adviser',
  department: 'Sales',
};
type Provisioned = Pick<Colleague, 'personId' | 'name' | 'email' | 'title'> & {
  readonly department: string;
};

/** Okta as a provider that writes its users to Gatehouse. */
export interface Provisioning {
  readonly about: string;
  /** Tells of whoever can no longer sign in there; true the first time. */
  follow(person: Colleague): Promise<boolean>;
}

/** Okta tells of those who sell, and of somebody whom no HR system knows. */
export async function connectProvider(
  gatehouse: RunningGatehouse,
  { all }: PracticeSystems,
): Promise<Provisioning> {
  const token = randomBytes(32).toString('hex');
  const connection = {
    ...{ id: okta, connector: 'scim-inbound', name: 'Okta, inbound' },
    settings: { token },
  };
  await connect(gatehouse, { connection });
  const told = new Map<string, string>();
  async function send(method: string, to: string, body: object) {
    const response = await fetch(`${gatehouse.url}/scim/${okta}/v2${to}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    expectThat(response.ok, `${method} ${to} taken`, () => `${response.status} ${text}`);
    return User.parse(JSON.parse(text));
  }
  const people: readonly Provisioned[] = [...peopleIn('Sales'), guest];
  for (const { personId, name, email, title, department } of people) {
    const { id } = await send('POST', '/Users', {
      schemas: [core, enterprise],
      ...{ userName: email, displayName: name, name: { formatted: name }, active: true, title },
      emails: [{ value: email, type: 'work', primary: true }],
      userType: personId === guest.personId ? 'Contractor' : 'Employee',
      [enterprise]: { employeeNumber: personId, department },
    });
    told.set(personId, id);
  }
  const source = all.find(({ connection }) => connection.id === 'okta')!;

  return {
    about: `SCIM: tells of ${people.length} people, one of whom no HR system knows`,
    async follow(person) {
      const id = told.get(person.personId);
      if (id === undefined || (await source.look(person)).some(({ open }) => open)) return false;
      const change = { op: 'replace', value: { active: false } };
      const schemas = ['urn:ietf:params:scim:api:messages:2.0:PatchOp'];
      const { active } = await send('PATCH', `/Users/${id}`, { schemas, Operations: [change] });
      expectThat(!active, 'the account inactive', () => 'active');
      told.delete(person.personId);
      return true;
    },
  };
}

/** An account that ends at the provider is a question, unless a departure answers it: then nobody is asked. */
export async function showAnsweredHint(
  { screen, gatehouse: { staff }, signal }: Stage,
  { id, person }: Case,
): Promise<void> {
  const hint = await waitFor(
    `what Okta told of ${person.name} answered`,
    async () => {
      const { items } = await staff.noor.get('/departure-hints', DepartureHintPage);
      return items.find((it) => it.person.personId === person.personId) ?? null;
    },
    { withinMs: 60_000, found: () => 'nothing told', signal },
  );
  const isAnswered = hint.caseId === id && hint.state === 'confirmed' && hint.decidedBy === null;
  expectThat(isAnswered, 'the hint answered by the departure', () => JSON.stringify(hint));
  screen.entry(
    '✔',
    'good',
    'Okta, inbound',
    `told that her account had ended there. The departure explains it: nobody was asked, and no second one began.`,
  );
}

/** Shows that people came from everywhere, and that nothing was opened for them. */
export async function showElsewhere(stage: Stage, cases: readonly Case[]): Promise<void> {
  const { screen, gatehouse, signal } = stage;
  const done = path.join(gatehouse.dropDirectory, agency.folder, 'done');
  const report = await waitFor(
    'the file of the agency taken in',
    async () => {
      const names = await readdir(done).catch(() => []);
      const name = names.find((it) => it.endsWith('.report.txt'));
      return name ? readFile(path.join(done, name), 'utf8') : null;
    },
    { withinMs: 60_000, found: () => 'not yet', signal },
  );
  const [, rows = ''] = /^(\d+ rows taken in, 0 refused)/m.exec(report) ?? [];
  expectThat(rows.startsWith(`${lent.length} `), 'every row taken in', () => report);
  for (const [source, ids] of [
    [agency.id, lent.map(([id]) => id)],
    [okta, [guest.personId]],
  ] as const) {
    for (const personId of ids) {
      const { items } = await gatehouse.staff.noor.get('/people', PersonPage, { text: personId });
      const from = items.map((it) => it.source);
      expectThat(from.join() === source, `${personId} known from ${source}`, () => from.join());
    }
  }
  const { items } = await gatehouse.staff.noor.get('/cases', CasePage);
  expectThat(
    items.length === cases.length,
    `${count(cases.length, 'case')} and no other`,
    () => `${items.length}`,
  );
  screen.line();
  screen.entry(
    '✔',
    'good',
    'From elsewhere',
    `The agency’s file: ${rows}. Okta’s ${guest.name} is known, too. Whoever HR knows stays as HR says, and for none of them a case began.`,
  );
}
