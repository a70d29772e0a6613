import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import { acceptStep, sendBackStep } from '#app/acceptance.ts';
import type { App } from '#app/app.ts';
import { handOverStep } from '#app/hand-over.ts';
import { askForTime, giveTime, refuseTime } from '#app/more-time.ts';
import { addProof, openProof } from '#app/proofs.ts';
import { attestStep, holdStep, retryStep, waiveStep, writeOffStep } from '#app/steps.ts';
import { rawBody } from '../bodies.ts';
import { Done } from '../contract/page.ts';
import {
  AskTimeInput,
  AttestInput,
  HandOverInput,
  ProofFile,
  ProofQuery,
  RefuseTimeInput,
  SendBackInput,
  WaiveInput,
  WriteOffInput,
} from '../contract/steps.ts';
import { type Api, actHeaders, body, idParam, json, problems } from '../route.ts';

const tags = ['Steps'];
const responses = { 200: json('Done', Done), ...problems };

const retry = createRoute({
  method: 'post',
  path: '/steps/{id}/retry',
  operationId: 'retryStep',
  summary: 'Try a held step again',
  tags,
  request: { params: idParam, headers: actHeaders },
  responses,
});

const hold = createRoute({
  method: 'post',
  path: '/steps/{id}/hold',
  operationId: 'holdStep',
  summary: 'Try a step no more whose system does not answer: it waits for a person from now on',
  tags,
  request: { params: idParam, headers: actHeaders },
  responses,
});

const attest = createRoute({
  method: 'post',
  path: '/steps/{id}/attest',
  operationId: 'attestStep',
  summary: 'Confirm that it was done by hand, with what proves it',
  tags,
  request: { params: idParam, headers: actHeaders, body: body(AttestInput) },
  responses,
});

const accept = createRoute({
  method: 'post',
  path: '/steps/{id}/accept',
  operationId: 'acceptStep',
  summary: 'Accept what somebody else has done by hand',
  tags,
  request: { params: idParam, headers: actHeaders },
  responses,
});

const sendBack = createRoute({
  method: 'post',
  path: '/steps/{id}/send-back',
  operationId: 'sendBackStep',
  summary: 'Do not accept it; who did it is asked again',
  tags,
  request: { params: idParam, headers: actHeaders, body: body(SendBackInput) },
  responses,
});

const handOver = createRoute({
  method: 'post',
  path: '/steps/{id}/hand-over',
  operationId: 'handOverStep',
  summary: 'Give a task to another person',
  tags,
  request: { params: idParam, headers: actHeaders, body: body(HandOverInput) },
  responses,
});

const askTime = createRoute({
  method: 'post',
  path: '/steps/{id}/ask-time',
  operationId: 'askStepTime',
  summary: 'Ask for more time for a task of yours; until another person agrees, its date stands',
  tags,
  request: { params: idParam, headers: actHeaders, body: body(AskTimeInput) },
  responses,
});

const grantTime = createRoute({
  method: 'post',
  path: '/steps/{id}/give-time',
  operationId: 'giveStepTime',
  summary: 'Give the time that somebody asks for',
  tags,
  request: { params: idParam, headers: actHeaders },
  responses,
});

const noTime = createRoute({
  method: 'post',
  path: '/steps/{id}/refuse-time',
  operationId: 'refuseStepTime',
  summary: 'Do not give the time that somebody asks for; they are told why',
  tags,
  request: { params: idParam, headers: actHeaders, body: body(RefuseTimeInput) },
  responses,
});

const bytes = 'application/octet-stream';
const binary = { [bytes]: { schema: z.string().meta({ format: 'binary' }) } };

const add = createRoute({
  method: 'post',
  path: '/steps/{id}/proofs',
  operationId: 'addProof',
  summary:
    'Add a file of at most 25 MB that proves what was done by hand; confirm the step with it after',
  tags,
  request: {
    params: idParam,
    headers: actHeaders,
    query: ProofQuery,
    body: { required: true, content: binary },
  },
  responses: { 200: json('What is kept', ProofFile), ...problems },
});

const fetch = createRoute({
  method: 'get',
  path: '/steps/{id}/proofs/{sha256}',
  operationId: 'openProof',
  summary: 'A file that was added; that you opened it is recorded',
  tags,
  request: { params: idParam.extend({ sha256: z.string().regex(/^[0-9a-f]{64}$/) }) },
  responses: { 200: { description: 'Its bytes', content: binary }, ...problems },
});

const waive = createRoute({
  method: 'post',
  path: '/steps/{id}/waive',
  operationId: 'waiveStep',
  summary: 'Skip a step until a day, and answer for it',
  tags,
  request: { params: idParam, headers: actHeaders, body: body(WaiveInput) },
  responses,
});

const writeOff = createRoute({
  method: 'post',
  path: '/steps/{id}/write-off',
  operationId: 'writeOffStep',
  summary: 'Say that equipment will not come back, and answer for it',
  tags,
  request: { params: idParam, headers: actHeaders, body: body(WriteOffInput) },
  responses,
});

/** What follows when somebody has confirmed a step. */
const thenText = {
  attested: '.',
  'to be read back': '; it is read back now.',
  'to be accepted': '; its receiver is asked to accept it.',
} as const;

export function stepRoutes(api: Api, app: App): void {
  api.openapi(retry, async (c) => {
    await retryStep(app, c.get('caller'), c.req.valid('param').id);
    return c.json({ detail: 'It is tried again now.' }, 200);
  });

  api.openapi(hold, async (c) => {
    await holdStep(app, c.get('caller'), c.req.valid('param').id);
    return c.json({ detail: 'It is tried no more, and waits for a person.' }, 200);
  });

  api.openapi(attest, async (c) => {
    const caller = c.get('caller');
    const how = await attestStep(app, caller, c.req.valid('param').id, c.req.valid('json'));
    return c.json({ detail: `Confirmed by ${caller.user.name}${thenText[how]}` }, 200);
  });

  api.openapi(accept, async (c) => {
    await acceptStep(app, c.get('caller'), c.req.valid('param').id);
    return c.json({ detail: `Accepted by ${c.get('caller').user.name}.` }, 200);
  });

  api.openapi(sendBack, async (c) => {
    await sendBackStep(app, c.get('caller'), c.req.valid('param').id, c.req.valid('json'));
    return c.json({ detail: 'Sent back; whoever did it is asked again.' }, 200);
  });

  api.openapi(handOver, async (c) => {
    const { id } = c.req.valid('param');
    const to = await handOverStep(app, c.get('caller'), id, c.req.valid('json'));
    return c.json({ detail: `Handed over to ${to.name}, who is asked now.` }, 200);
  });

  api.openapi(askTime, async (c) => {
    const { until, reason } = c.req.valid('json');
    const asked = { until: new Date(until), reason };
    await askForTime(app, c.get('caller'), c.req.valid('param').id, asked);
    return c.json({ detail: 'Asked. Its date stands until somebody agrees.' }, 200);
  });

  api.openapi(grantTime, async (c) => {
    const until = await giveTime(app, c.get('caller'), c.req.valid('param').id);
    return c.json({ detail: `Due ${until.toISOString()} now; whoever asked is told.` }, 200);
  });

  api.openapi(noTime, async (c) => {
    await refuseTime(app, c.get('caller'), c.req.valid('param').id, c.req.valid('json'));
    return c.json({ detail: 'The date stays; whoever asked is told why.' }, 200);
  });

  api.openapi(add, async (c) => {
    const { name } = c.req.valid('query');
    const file = { name, bytes: await rawBody(c, [bytes]) };
    return c.json(await addProof(app, c.get('caller'), c.req.valid('param').id, file), 200);
  });

  api.openapi(fetch, async (c) => {
    const { id, sha256 } = c.req.valid('param');
    const file = await openProof(app, c.get('caller'), id, sha256);
    // Never shown in a browser: whoever adds a file decides what is in it.
    return c.body(new Uint8Array(file.bytes), 200, {
      'content-type': bytes,
      'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`,
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
  });

  api.openapi(waive, async (c) => {
    const { reason, expiresAt } = c.req.valid('json');
    await waiveStep(app, c.get('caller'), c.req.valid('param').id, {
      reason,
      expiresAt: new Date(expiresAt),
    });
    return c.json({ detail: `Skipped until ${expiresAt}; then it opens again.` }, 200);
  });

  api.openapi(writeOff, async (c) => {
    const caller = c.get('caller');
    await writeOffStep(app, caller, c.req.valid('param').id, c.req.valid('json'));
    return c.json({ detail: `Written off by ${caller.user.name}.` }, 200);
  });
}
