import { createRoute } from '@hono/zod-openapi';
import type { App, Caller } from '#app/app.ts';
import {
  besideCases,
  bringBack,
  cancelCase,
  changeDates,
  listCases,
  pauseCase,
  requestCase,
  resumeCase,
  showCase,
} from '#app/cases.ts';
import { Problem } from '#app/problem.ts';
import { releaseCase, releaseCases } from '#app/releases.ts';
import { nameSuccessor } from '#app/successors.ts';
import {
  BringBackInput,
  Case,
  CaseActDone,
  CaseInput,
  CasePage,
  CaseQuery,
  ReasonInput,
  ReleasedMany,
  ReleaseInput,
  ReleaseManyInput,
  Requested,
} from '../contract/cases.ts';
import { DepartureChange } from '../contract/departures.ts';
import { pageFrom, placeIn } from '../paging.ts';
import { type Api, actHeaders, body, idParam, json, problems } from '../route.ts';
import { caseOnWire, summaryOnWire } from './case-on-wire.ts';
import { requested } from './requested.ts';

const tags = ['Departures'];

const list = createRoute({
  method: 'get',
  path: '/cases',
  operationId: 'listCases',
  summary: 'Departures, the newest first',
  tags,
  request: { query: CaseQuery },
  responses: { 200: json('One page', CasePage), ...problems },
});

const request = createRoute({
  method: 'post',
  path: '/cases',
  operationId: 'requestCase',
  summary: 'Start a departure, an arrival or a change of role',
  tags,
  request: { headers: actHeaders, body: body(CaseInput) },
  responses: {
    201: json('Taken in; `location` is the departure', Requested),
    202: json('Kept; a worker takes it in', Requested),
    ...problems,
  },
});

const show = createRoute({
  method: 'get',
  path: '/cases/{id}',
  operationId: 'showCase',
  summary: 'One departure with its steps',
  tags,
  request: { params: idParam },
  responses: { 200: json('The departure', Case), ...problems },
});

const act = <Name extends string>(name: Name, summary: string) => ({
  method: 'post' as const,
  path: `/cases/{id}/${name}` as const,
  operationId: `${name.replace('-b', 'B')}Case`,
  summary,
  tags,
  responses: { 200: json('Done', CaseActDone), ...problems },
});
const toCase = { params: idParam, headers: actHeaders };

const pause = createRoute({
  ...act('pause', 'Stop a departure where it stands'),
  request: { ...toCase, body: body(ReasonInput) },
});
const resume = createRoute({
  ...act('resume', 'Go on where it was stopped'),
  request: toCase,
});
const cancel = createRoute({
  ...act('cancel', 'Take a departure back; after the first cut the way back is planned and waits'),
  request: toCase,
});
const change = createRoute({
  ...act('change', 'Move the dates, change the kind, or name who takes over'),
  request: { ...toCase, body: body(DepartureChange) },
});
const back = createRoute({
  ...act('bring-back', 'Start the way back, as it was planned and looked at'),
  request: { ...toCase, body: body(BringBackInput) },
});
const release = createRoute({
  ...act('release', 'Let a departure go that is held, or that a guard held back'),
  request: { ...toCase, body: { ...body(ReleaseInput), required: false } },
});

const releaseMany = createRoute({
  method: 'post',
  path: '/cases/release',
  operationId: 'releaseCases',
  summary: 'Let several departures go that a guard held back, each for itself',
  tags,
  request: { headers: actHeaders, body: body(ReleaseManyInput) },
  responses: { 200: json('What became of each', ReleasedMany), ...problems },
});

export function caseRoutes(api: Api, app: App): void {
  api.openapi(list, async (c) => {
    const { state, kind, view, text, bulkStart, limit, cursor } = c.req.valid('query');
    const found = await listCases(app, c.get('caller'), {
      state: state ?? null,
      kind: kind ?? null,
      view: view ?? null,
      text: text ?? null,
      bulkStart: bulkStart ?? null,
      beforeId: placeIn('cases', cursor),
      limit: limit + 1,
    });
    const beside = await besideCases(app, found);
    return c.json(
      pageFrom(
        'cases',
        limit,
        found,
        (it) => it.id,
        (it) => summaryOnWire(it, beside(it)),
      ),
      200,
    );
  });

  api.openapi(request, async (c) => {
    const { personId, departure, arrival } = c.req.valid('json');
    const asked = arrival ? { personId, arrival } : { personId, departure: departure! };
    const taken = requested(await requestCase(app, c.get('caller'), asked));
    if (taken.location) c.header('location', taken.location);
    return c.json(taken.answer, taken.status);
  });

  api.openapi(show, async (c) => {
    const caller = c.get('caller');
    const found = await showCase(app, caller, c.req.valid('param').id);
    return c.json(await caseOnWire(app, caller, found), 200);
  });

  api.openapi(pause, async (c) => {
    const { id } = c.req.valid('param');
    await pauseCase(app, c.get('caller'), id, c.req.valid('json').reason);
    return c.json(await done(app, c.get('caller'), id, 'Paused. Nothing is lost.'), 200);
  });

  api.openapi(resume, async (c) => {
    const { id } = c.req.valid('param');
    await resumeCase(app, c.get('caller'), id);
    return c.json(await done(app, c.get('caller'), id, 'It goes on.'), 200);
  });

  api.openapi(cancel, async (c) => {
    const { id } = c.req.valid('param');
    const { detail } = await cancelCase(app, c.get('caller'), id);
    return c.json(await done(app, c.get('caller'), id, detail), 200);
  });

  api.openapi(change, async (c) => {
    const { id } = c.req.valid('param');
    const { successor, ...facts } = c.req.valid('json');
    const details: string[] = [];
    if (successor !== undefined) {
      details.push((await nameSuccessor(app, c.get('caller'), id, successor)).detail);
    }
    const given = Object.entries(facts).filter(([, value]) => value !== undefined);
    if (given.length > 0) {
      const changed = await changeDates(app, c.get('caller'), id, Object.fromEntries(given));
      details.push(changed.detail);
    }
    return c.json(await done(app, c.get('caller'), id, details.join(' ')), 200);
  });

  api.openapi(releaseMany, async (c) => {
    const outcomes = await releaseCases(app, c.get('caller'), c.req.valid('json').cases);
    return c.json({ outcomes: [...outcomes] }, 200);
  });

  api.openapi(back, async (c) => {
    const { id } = c.req.valid('param');
    await bringBack(app, c.get('caller'), id, c.req.valid('json').digest);
    return c.json(await done(app, c.get('caller'), id, 'The way back has begun.'), 200);
  });

  api.openapi(release, async (c) => {
    const { id } = c.req.valid('param');
    const { detail } = await releaseCase(app, c.get('caller'), id, c.req.valid('json'));
    return c.json(await done(app, c.get('caller'), id, detail), 200);
  });
}

const hiddenBy: readonly Problem['kind'][] = ['not found', 'not allowed'];

/** What came of an act, with the case as it is now, as far as the caller may still see it. */
async function done(app: App, caller: Caller, id: string, detail: string) {
  try {
    const found = await showCase(app, caller, id);
    return { detail, case: await caseOnWire(app, caller, found) };
  } catch (error) {
    const hidden = error instanceof Problem && hiddenBy.includes(error.kind);
    if (hidden) return { detail, case: null };
    throw error;
  }
}
