import { createRoute } from '@hono/zod-openapi';
import type { App, Caller } from '#app/app.ts';
import {
  endSession,
  listSessions,
  rightsOf,
  type SessionRow,
  signOut,
  signOutEverybody,
  signOutUser,
} from '#app/sessions.ts';
import { companyOf } from '#app/settings.ts';
import { stepUp, stepUpOptions } from '#app/step-up.ts';
import { PageQuery } from '../contract/page.ts';
import { SignatureAsked } from '../contract/passkeys.ts';
import {
  CurrentSession,
  type SessionOfUser,
  SessionPage,
  Signature,
  SignedInBy,
  SignedOut,
} from '../contract/session.ts';
import { pageWithin } from '../paging.ts';
import { type Api, actHeaders, body, idParam, iso, json, problems } from '../route.ts';
import { giveSession, takeSessionBack } from '../session-cookie.ts';

const tags = ['Sign-in'];

const show = createRoute({
  method: 'get',
  path: '/session',
  operationId: 'showSession',
  summary: 'Who asks, and what they may do; with a key too',
  tags,
  responses: { 200: json('Who asks', CurrentSession), ...problems },
});

const leave = createRoute({
  method: 'delete',
  path: '/session',
  operationId: 'signOut',
  summary: 'Sign out: end the session that this came in',
  tags,
  responses: { 204: { description: 'Signed out' }, ...problems },
});

const list = createRoute({
  method: 'get',
  path: '/sessions',
  operationId: 'listSessions',
  summary: 'Where one is signed in',
  tags,
  request: { query: PageQuery },
  responses: { 200: json('One page', SessionPage), ...problems },
});

const endOne = createRoute({
  method: 'delete',
  path: '/sessions/{id}',
  operationId: 'endSession',
  summary: 'End a session of one’s own, or anybody’s for those who may',
  tags,
  request: { params: idParam },
  responses: { 204: { description: 'Ended' }, ...problems },
});

const endAll = createRoute({
  method: 'delete',
  path: '/sessions',
  operationId: 'signOutEverybody',
  summary: 'Sign everybody out, oneself too',
  tags,
  responses: { 200: json('How many sessions ended', SignedOut), ...problems },
});

const endOfUser = createRoute({
  method: 'delete',
  path: '/users/{id}/sessions',
  operationId: 'signOutUser',
  summary: 'Sign a user out everywhere',
  tags,
  request: { params: idParam },
  responses: { 200: json('How many sessions ended', SignedOut), ...problems },
});

const askStepUp = createRoute({
  method: 'post',
  path: '/session/step-up/options',
  operationId: 'stepUpOptions',
  summary: 'What a passkey has to sign for acts that weigh much; good once, for five minutes',
  tags,
  request: { headers: actHeaders },
  responses: { 200: json('What to sign', SignatureAsked), ...problems },
});

const signStepUp = createRoute({
  method: 'post',
  path: '/session/step-up',
  operationId: 'stepUp',
  summary: 'Sign with a passkey: for five minutes, acts that weigh much need no other signature',
  tags,
  request: { headers: actHeaders, body: body(Signature) },
  responses: {
    204: { description: 'Signed: the session goes on under another cookie, which the answer sets' },
    ...problems,
  },
});

export function sessionRoutes(api: Api, app: App, { version }: { version: string }): void {
  api.openapi(show, async (c) => {
    const caller = c.get('caller');
    const { id, name, email, roles, window } = caller.user;
    const { language, zone, name: company } = await companyOf(app);
    const session: CurrentSession = {
      user: { id, name, email, roles: [...roles], window },
      rights: [...rightsOf(caller)],
      ...cameWith(caller),
      company: { name: company, language, zone },
      version,
    };
    return c.json(session, 200);
  });

  api.openapi(leave, async (c) => {
    await signOut(app, c.get('caller'));
    takeSessionBack(c);
    return c.body(null, 204);
  });

  api.openapi(list, async (c) => {
    const caller = c.get('caller');
    const found = await listSessions(app, caller);
    const onWire = (it: SessionRow) => sessionOnWire(it, caller);
    return c.json(pageWithin('sessions', c.req.valid('query'), found, onWire), 200);
  });

  api.openapi(endOne, async (c) => {
    await endSession(app, c.get('caller'), c.req.valid('param').id);
    return c.body(null, 204);
  });

  api.openapi(endAll, async (c) => {
    return c.json({ sessions: await signOutEverybody(app, c.get('caller')) }, 200);
  });

  api.openapi(endOfUser, async (c) => {
    const { id } = c.req.valid('param');
    return c.json({ sessions: await signOutUser(app, c.get('caller'), id) }, 200);
  });
}

/** What passkeys are asked to sign for a session to go on with what weighs much. */
export function stepUpRoutes(api: Api, app: App): void {
  api.openapi(askStepUp, async (c) => c.json(await stepUpOptions(app, c.get('caller')), 200));

  api.openapi(signStepUp, async (c) => {
    const { assertion } = c.req.valid('json');
    giveSession(c, await stepUp(app, c.get('caller'), assertion));
    return c.body(null, 204);
  });
}

function cameWith(caller: Caller): Pick<CurrentSession, 'auth' | 'steppedUpUntil' | 'expiresAt'> {
  const { actor, with: it } = caller;
  if (!it) throw new Error('a request came with neither a key nor a session');
  return {
    auth: SignedInBy.parse(actor.auth),
    steppedUpUntil: it.kind === 'session' ? iso(it.steppedUpUntil) : null,
    expiresAt: it.expiresAt.toISOString(),
  };
}

const sessionOnWire = (it: SessionRow, caller: Caller): SessionOfUser => ({
  id: it.id,
  auth: it.auth,
  createdAt: it.createdAt.toISOString(),
  usedAt: it.usedAt.toISOString(),
  expiresAt: it.expiresAt.toISOString(),
  current: caller.with?.kind === 'session' && caller.with.id === it.id,
});
