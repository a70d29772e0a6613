import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import type { App } from '#app/app.ts';
import {
  findColleagues,
  importPeople,
  listPeople,
  type PersonRow,
  showPerson,
} from '#app/people.ts';
import { rawBody } from '../bodies.ts';
import {
  Colleague,
  ColleagueList,
  ColleagueQuery,
  ImportReport,
  PeopleQuery,
  type Person,
  PersonPage,
  PersonWithAccounts,
} from '../contract/people.ts';
import { pageFrom, placeIn } from '../paging.ts';
import { type Api, actHeaders, json, problems } from '../route.ts';
import { accountOnWire } from './accounts.ts';

const tags = ['People'];

const list = createRoute({
  method: 'get',
  path: '/people',
  operationId: 'listPeople',
  summary: 'People by name',
  tags,
  request: { query: PeopleQuery },
  responses: { 200: json('One page', PersonPage), ...problems },
});

const find = createRoute({
  method: 'get',
  path: '/colleagues',
  operationId: 'findColleagues',
  summary:
    'The first few people with a text in name, address or HR id, for whoever hands something over',
  tags,
  request: { query: ColleagueQuery },
  responses: { 200: json('At most 20, by name', ColleagueList), ...problems },
});

const show = createRoute({
  method: 'get',
  path: '/people/{id}',
  operationId: 'showPerson',
  summary: 'One person with the accounts that were found',
  tags,
  request: { params: z.object({ id: z.guid() }) },
  responses: { 200: json('The person', PersonWithAccounts), ...problems },
});

const csv = 'text/csv';

const bring = createRoute({
  method: 'post',
  path: '/people/import',
  operationId: 'importPeople',
  summary: 'Take in people and departures from a CSV file of at most 10 MB',
  tags,
  request: {
    headers: actHeaders,
    body: { required: true, content: { [csv]: { schema: z.string() } } },
  },
  responses: {
    200: json('What came of it, every refused row included', ImportReport),
    ...problems,
  },
});

export function peopleRoutes(api: Api, app: App): void {
  api.openapi(list, async (c) => {
    const { text, limit, cursor } = c.req.valid('query');
    const found = await listPeople(app, c.get('caller'), {
      text: text ?? null,
      afterName: placeIn('people', cursor),
      limit: limit + 1,
    });
    return c.json(pageFrom('people', limit, found, placeOf, personOnWire), 200);
  });

  api.openapi(find, async (c) => {
    const found = await findColleagues(app, c.get('caller'), c.req.valid('query').text);
    return c.json({ items: found.map((it) => Colleague.parse(personOnWire(it))) }, 200);
  });

  api.openapi(show, async (c) => {
    const found = await showPerson(app, c.get('caller'), c.req.valid('param').id);
    const owned = found.owned.map((it) => ({
      connection: it.connectionId,
      account: it.accountId,
      things: it.things.map((thing) => ({ ...thing })),
    }));
    const accounts = found.accounts.map(accountOnWire);
    return c.json({ ...personOnWire(found.person), accounts, owned }, 200);
  });

  api.openapi(bring, async (c) => {
    const report = await importPeople(app, c.get('caller'), await rawBody(c, [csv]));
    return c.json(
      {
        ...report,
        departures: [...report.departures],
        refused: [...report.refused],
        unknownColumns: [...report.unknownColumns],
        setAside: report.setAside && { ...report.setAside, reasons: [...report.setAside.reasons] },
      },
      200,
    );
  });
}

/** By name, as the list goes; names are not unique. */
const placeOf = (it: PersonRow): string => `${it.name}\u0001${it.id}`;

function personOnWire(it: PersonRow): Person {
  const { facts } = it;
  return {
    id: it.id,
    personId: it.personId,
    employmentId: it.employmentId,
    name: it.name,
    email: it.email,
    department: facts.department,
    title: facts.title,
    managerId: facts.managerId,
    location: facts.location,
    country: facts.country,
    region: facts.region,
    zone: facts.zone,
    employmentType: facts.employmentType,
    tags: facts.tags,
    startDate: facts.startDate,
    source: it.source,
    heardAt: it.heardAt.toISOString(),
  };
}
