import { z } from 'zod';
import { ownedKinds } from '#core/ownership.ts';
import { employmentTypes } from '#core/person.ts';
import { Account } from './accounts.ts';
import { Feed } from './feeds.ts';
import { Moment, orNull, PageQuery, pageOf } from './page.ts';

export const PeopleQuery = PageQuery.extend({
  text: z.string().trim().min(1).max(200).optional().meta({
    description: 'Part of a name, an address or an HR id',
  }),
});

/** Somebody the HR system knows; one entry for each employment. */
export const Person = z
  .object({
    id: z.string(),
    personId: z.string().meta({ description: 'Of the HR system' }),
    employmentId: z.string(),
    name: z.string(),
    email: z.string(),
    department: z.string().nullable(),
    title: z.string().nullable(),
    managerId: z.string().nullable(),
    location: z.string().nullable(),
    country: z.string().nullable(),
    region: z.string().nullable(),
    zone: z.string().nullable(),
    employmentType: z.enum(employmentTypes).nullable(),
    tags: z.array(z.string()),
    startDate: z.string().nullable(),
    source: z.string(),
    heardAt: Moment,
  })
  .meta({ id: 'Person' });
export type Person = z.infer<typeof Person>;

export const PersonPage = pageOf(Person).meta({ id: 'PersonPage' });
export type PersonPage = z.infer<typeof PersonPage>;

export const ColleagueQuery = z.object({ text: z.string().trim().min(1).max(200) });

/** As much of somebody as whoever hands something over has to see. */
export const Colleague = Person.pick({
  id: true,
  personId: true,
  name: true,
  email: true,
  department: true,
  title: true,
  location: true,
  zone: true,
}).meta({ id: 'Colleague' });
export type Colleague = z.infer<typeof Colleague>;

export const ColleagueList = z.object({ items: z.array(Colleague) }).meta({ id: 'ColleagueList' });
export type ColleagueList = z.infer<typeof ColleagueList>;

/** What an account was found to be the owner of. */
const OwnedByAccount = z.object({
  connection: z.string(),
  account: z.string(),
  things: z.array(
    z.object({
      id: z.string(),
      kind: z.enum(ownedKinds),
      name: z.string(),
      soleOwner: z.boolean().meta({ description: 'Without this account it belongs to no one' }),
    }),
  ),
});

export const PersonWithAccounts = Person.extend({
  accounts: z.array(Account),
  owned: z.array(OwnedByAccount),
}).meta({ id: 'PersonWithAccounts' });
export type PersonWithAccounts = z.infer<typeof PersonWithAccounts>;

/** What a file brought. Every refused row is named. */
export const ImportReport = z
  .object({
    people: z.int(),
    changed: z.int().meta({ description: 'People whose facts were new or had changed' }),
    departures: z.array(
      z.object({ line: z.int(), detail: z.string(), caseId: z.string().nullable() }),
    ),
    refused: z.array(
      z.object({
        line: z.int().meta({ description: 'Counted from 1; the header is line 1' }),
        column: z.string().nullable().meta({ description: 'Null: the row as a whole' }),
        found: z.string(),
        expected: z.string(),
      }),
    ),
    unknownColumns: z.array(z.string()),
    setAside: orNull(
      z.object({ feed: z.string(), reasons: Feed.shape.reasons }).meta({
        description: 'The file looks like a mistake: none of it was taken in, until people decide',
      }),
    ),
  })
  .meta({ id: 'ImportReport' });
export type ImportReport = z.infer<typeof ImportReport>;

/** More is refused before it is read. */
export const maximumImportBytes = 10 * 1024 * 1024;
