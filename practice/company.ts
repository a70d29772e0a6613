import type { EmploymentType } from '#core/person.ts';

/** Somebody who works at Meadow & Co, and exists only on this machine. */
export interface Colleague {
  readonly personId: string;
  readonly name: string;
  /** Their login wherever one can choose it. */
  readonly login: string;
  readonly email: string;
  /** Their private address. */
  readonly privateEmail: string;
  readonly title: string;
  readonly department: Department;
  /** `personId` of the manager; null for the chief executive. */
  readonly managerId: string | null;
  readonly office: Office;
  readonly employmentType: EmploymentType;
  readonly startDate: string;
}

export const companyName = 'Meadow & Co';

const offices = {
  Berlin: { country: 'DE', zone: 'Europe/Berlin' },
  Lisbon: { country: 'PT', zone: 'Europe/Lisbon' },
  Nairobi: { country: 'KE', zone: 'Africa/Nairobi' },
  Bengaluru: { country: 'IN', zone: 'Asia/Kolkata' },
  Toronto: { country: 'CA', zone: 'America/Toronto' },
  'São Paulo': { country: 'BR', zone: 'America/Sao_Paulo' },
  Osaka: { country: 'JP', zone: 'Asia/Tokyo' },
} as const;
type City = keyof typeof offices;

export interface Office {
  readonly city: City;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** IANA name. */
  readonly zone: string;
}

type Department =
  | 'Leadership'
  | 'Sales'
  | 'Customer care'
  | 'Marketing'
  | 'Engineering'
  | 'IT'
  | 'Finance'
  | 'People'
  | 'Facilities';

type Row = readonly [
  login: string,
  name: string,
  title: string,
  manager: string | null,
  city: City,
  startDate: string,
  employmentType?: EmploymentType,
];

const departments: Readonly<Record<Department, readonly Row[]>> = {
  Leadership: [
    ['amara.diallo', 'Amara Diallo', 'Chief executive', null, 'Berlin', '2012-03-01'],
    ['mei.tanaka', 'Mei Tanaka', 'Chief technology officer', 'amara.diallo', 'Osaka', '2013-09-02'],
    [
      'jonas.weber',
      'Jonas Weber',
      'Chief financial officer',
      'amara.diallo',
      'Berlin',
      '2014-01-06',
    ],
  ],
  Sales: [
    ['marta.silva', 'Marta Silva', 'Head of sales', 'amara.diallo', 'Lisbon', '2015-03-02'],
    ['priya.nair', 'Priya Nair', 'Sales lead', 'marta.silva', 'Berlin', '2019-08-26'],
    ['liam.obrien', 'Liam O’Brien', 'Account manager', 'priya.nair', 'Toronto', '2020-02-03'],
    ['aiko.mori', 'Aiko Mori', 'Account manager', 'priya.nair', 'Osaka', '2021-04-01'],
    [
      'fatima.zahra',
      'Fátima Zahra Benali',
      'Account manager',
      'marta.silva',
      'Lisbon',
      '2021-09-13',
    ],
    ['wanjiru.kamau', 'Wanjirũ Kamau', 'Sales engineer', 'marta.silva', 'Nairobi', '2022-01-10'],
    [
      'caio.rocha',
      'Caio Rocha',
      'Sales intern',
      'marta.silva',
      'São Paulo',
      '2025-03-03',
      'intern',
    ],
  ],
  'Customer care': [
    [
      'grace.njoroge',
      'Grace Njoroge',
      'Head of customer care',
      'marta.silva',
      'Nairobi',
      '2016-05-02',
    ],
    ['arjun.mehta', 'Arjun Mehta', 'Care specialist', 'grace.njoroge', 'Bengaluru', '2018-11-05'],
    [
      'sofia.lindqvist',
      'Sofia Lindqvist',
      'Care specialist',
      'grace.njoroge',
      'Berlin',
      '2020-06-15',
    ],
    ['bao.nguyen', 'Bảo Nguyễn', 'Care specialist', 'grace.njoroge', 'Toronto', '2022-08-22'],
    [
      'otieno.achieng',
      'Achieng Otieno',
      'Care specialist',
      'grace.njoroge',
      'Nairobi',
      '2024-02-12',
      'temporary',
    ],
  ],
  Marketing: [
    ['zofia.nowak', 'Zofia Nowak', 'Head of marketing', 'amara.diallo', 'Berlin', '2017-02-01'],
    ['diego.fuentes', 'Diego Fuentes', 'Content editor', 'zofia.nowak', 'Lisbon', '2019-10-07'],
    [
      'leila.haidari',
      'Leila Haidari',
      'Designer',
      'zofia.nowak',
      'Toronto',
      '2021-01-18',
      'contractor',
    ],
    ['kenji.sato', 'Kenji Sato', 'Campaign manager', 'zofia.nowak', 'Osaka', '2023-05-08'],
  ],
  Engineering: [
    ['ravi.iyer', 'Ravi Iyer', 'Head of engineering', 'mei.tanaka', 'Bengaluru', '2014-07-01'],
    [
      'mateus.oliveira',
      'Mateus Oliveira',
      'Platform engineer',
      'ravi.iyer',
      'São Paulo',
      '2018-03-05',
    ],
    ['ananya.rao', 'Ananya Rao', 'Platform engineer', 'ravi.iyer', 'Bengaluru', '2019-06-03'],
    [
      'tomasz.wisniewski',
      'Tomasz Wiśniewski',
      'Staff engineer',
      'ravi.iyer',
      'Berlin',
      '2016-09-19',
    ],
    [
      'chloe.tremblay',
      'Chloé Tremblay',
      'Software engineer',
      'tomasz.wisniewski',
      'Toronto',
      '2020-11-02',
    ],
    ['haruto.ito', 'Haruto Itō', 'Software engineer', 'tomasz.wisniewski', 'Osaka', '2021-07-12'],
    ['njeri.mwangi', 'Njeri Mwangi', 'Software engineer', 'ravi.iyer', 'Nairobi', '2022-03-14'],
    ['elif.yilmaz', 'Elif Yılmaz', 'Test engineer', 'tomasz.wisniewski', 'Berlin', '2022-10-04'],
    [
      'rohan.das',
      'Rohan Das',
      'Software engineer',
      'ravi.iyer',
      'Bengaluru',
      '2024-01-08',
      'contractor',
    ],
    ['larissa.prado', 'Larissa Prado', 'Software engineer', 'ravi.iyer', 'São Paulo', '2023-09-11'],
  ],
  IT: [
    ['sam.okafor', 'Sam Okafor', 'Head of IT', 'mei.tanaka', 'Berlin', '2015-10-12'],
    ['kofi.mensah', 'Kofi Mensah', 'Systems administrator', 'sam.okafor', 'Lisbon', '2019-04-15'],
    ['deepika.shah', 'Deepika Shah', 'Service desk', 'sam.okafor', 'Bengaluru', '2021-12-06'],
  ],
  Finance: [
    ['ingrid.lund', 'Ingrid Lund', 'Payroll accountant', 'jonas.weber', 'Berlin', '2016-02-15'],
    ['beatriz.costa', 'Beatriz Costa', 'Controller', 'jonas.weber', 'Lisbon', '2018-08-20'],
    ['yusuf.demir', 'Yusuf Demir', 'Accountant', 'beatriz.costa', 'Berlin', '2023-01-09'],
  ],
  People: [
    ['noor.haddad', 'Noor Haddad', 'Head of people', 'amara.diallo', 'Berlin', '2015-06-01'],
    ['isabel.campos', 'Isabel Campos', 'People partner', 'noor.haddad', 'São Paulo', '2020-09-14'],
    ['hana.kimura', 'Hana Kimura', 'Recruiter', 'noor.haddad', 'Osaka', '2022-05-16', 'contractor'],
  ],
  Facilities: [
    [
      'tomas.ferreira',
      'Tomás Ferreira',
      'Facilities manager',
      'jonas.weber',
      'Berlin',
      '2017-11-06',
    ],
    ['mwende.kilonzo', 'Mwende Kilonzo', 'Front desk', 'tomas.ferreira', 'Nairobi', '2023-08-07'],
  ],
};

const firstNumber = 1001;

const rows = Object.entries(departments).flatMap(([department, those]) =>
  those.map((row) => ({ department: department as Department, row })),
);
const idOf = new Map(rows.map(({ row: [login] }, i) => [login, `E-${firstNumber + i}`]));

/** All forty, always the same, managers before the people they manage within a department. */
export const colleagues: readonly Colleague[] = rows.map(({ department, row }) => {
  const [login, name, title, manager, city, startDate, employmentType = 'employee'] = row;
  return {
    personId: idOf.get(login)!,
    name,
    login,
    email: `${login}@meadow.example`,
    privateEmail: `${login}@home.example`,
    title,
    department,
    managerId: manager === null ? null : idOf.get(manager)!,
    office: { city, ...offices[city] },
    employmentType,
    startDate,
  };
});

/** Those of some departments. */
export const peopleIn = (...departments: readonly string[]): readonly Colleague[] =>
  colleagues.filter((it) => departments.includes(it.department));

/** Whom nobody knows yet: HR tells of her when she is to begin. */
export const newcomer: Colleague = {
  personId: `E-${firstNumber + colleagues.length}`,
  name: 'Lucía Ortega',
  login: 'lucia.ortega',
  email: 'lucia.ortega@meadow.example',
  privateEmail: 'lucia.ortega@home.example',
  title: 'Account manager',
  department: 'Sales',
  managerId: idOf.get('marta.silva')!,
  office: { city: 'Lisbon', ...offices.Lisbon },
  employmentType: 'employee',
  startDate: '',
};

/** Throws for a login that nobody has: a slip of the practice company itself. */
export function colleague(login: string): Colleague {
  const found = colleagues.find((it) => it.login === login);
  if (!found) throw new Error(`Nobody at ${companyName} has the login ${login}`);
  return found;
}

const columns = {
  person_id: (it: Colleague) => it.personId,
  name: (it) => it.name,
  email: (it) => it.email,
  personal_email: (it) => it.privateEmail,
  department: (it) => it.department,
  title: (it) => it.title,
  manager_id: (it) => it.managerId ?? '',
  location: (it) => it.office.city,
  country: (it) => it.office.country,
  zone: (it) => it.office.zone,
  employment_type: (it) => it.employmentType,
  start_date: (it) => it.startDate,
} satisfies Record<string, (it: Colleague) => string>;

/** What their HR system exports; no value holds a comma or a quotation mark. */
export function peopleCsv(): string {
  const lines = colleagues.map((it) => Object.values(columns).map((cell) => cell(it)));
  return [Object.keys(columns), ...lines].map((cells) => `${cells.join(',')}\n`).join('');
}

/** A person as a signed HR event tells of them. */
export const personInEvent = (it: Colleague) => ({
  id: it.personId,
  name: it.name,
  email: it.email,
  personal_email: it.privateEmail,
  department: it.department,
  title: it.title,
  manager_id: it.managerId,
  location: it.office.city,
  country: it.office.country,
  zone: it.office.zone,
  employment_type: it.employmentType,
  start_date: it.startDate,
});
