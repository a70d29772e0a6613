import { createRoute, z } from '@hono/zod-openapi';
import type { App } from '#app/app.ts';
import {
  type ApprovalRow,
  type ApprovalToSee,
  approvalOptions,
  decideApproval,
  grantTogether,
  jointOptions,
  listApprovals,
  showApproval,
} from '#app/approvals.ts';
import { userNames } from '#app/users.ts';
import { capabilities } from '#core/capability.ts';
import {
  Approval,
  ApprovalOptions,
  ApprovalPage,
  ApprovalQuery,
  DecisionInput,
  JointGrantInput,
  JointOptions,
  JointOptionsInput,
} from '../contract/approvals.ts';
import { Done } from '../contract/page.ts';
import { StepAccount } from '../contract/steps.ts';
import { pageWithin } from '../paging.ts';
import { type Api, actHeaders, body, iso, json, problems } from '../route.ts';

const tags = ['Approvals'];
const idParam = z.object({ id: z.guid() });

const list = createRoute({
  method: 'get',
  path: '/approvals',
  operationId: 'listApprovals',
  summary: 'What waits for the approval of another person, the newest first',
  tags,
  request: { query: ApprovalQuery },
  responses: { 200: json('One page', ApprovalPage), ...problems },
});

const show = createRoute({
  method: 'get',
  path: '/approvals/{id}',
  operationId: 'showApproval',
  summary: 'What would be done, to what, and what is there now',
  tags,
  request: { params: idParam },
  responses: { 200: json('The approval', Approval), ...problems },
});

const challenge = createRoute({
  method: 'get',
  path: '/approvals/{id}/challenge',
  operationId: 'approvalChallenge',
  summary: 'What a passkey of the caller has to sign to approve, or to deny',
  tags,
  request: { params: idParam },
  responses: { 200: json('What to sign', ApprovalOptions), ...problems },
});

const decide = createRoute({
  method: 'post',
  path: '/approvals/{id}/decide',
  operationId: 'decideApproval',
  summary: 'Approve or deny, signed by a passkey; a key of the API alone is not enough',
  tags,
  request: { params: idParam, headers: actHeaders, body: body(DecisionInput) },
  responses: { 200: json('Done', Done), ...problems },
});

const challengeTogether = createRoute({
  method: 'post',
  path: '/approvals/together/challenge',
  operationId: 'jointApprovalChallenge',
  summary: 'What a passkey of the caller has to sign to approve several at once',
  tags,
  request: { headers: actHeaders, body: body(JointOptionsInput) },
  responses: { 200: json('What to sign', JointOptions), ...problems },
});

const together = createRoute({
  method: 'post',
  path: '/approvals/together/grant',
  operationId: 'grantApprovalsTogether',
  summary: 'Approve several by one signature over all of them; all of them, or none',
  tags,
  request: { headers: actHeaders, body: body(JointGrantInput) },
  responses: { 200: json('Done', Done), ...problems },
});

export function approvalRoutes(api: Api, app: App): void {
  api.openapi(list, async (c) => {
    const query = c.req.valid('query');
    const found = await listApprovals(app, c.get('caller'), query);
    const names = await namesIn(app, found);
    return c.json(
      pageWithin('approvals', query, found, (it) => onWire(it, names)),
      200,
    );
  });

  api.openapi(show, async (c) => {
    const found = await showApproval(app, c.get('caller'), c.req.valid('param').id);
    return c.json(onWire(found, await namesIn(app, [found])), 200);
  });

  api.openapi(challenge, async (c) =>
    c.json(await approvalOptions(app, c.get('caller'), c.req.valid('param').id), 200),
  );

  api.openapi(decide, async (c) => {
    const { decision, digest, reason = null, assertion } = c.req.valid('json');
    const caller = c.get('caller');
    const { id } = c.req.valid('param');
    const given = { decision, digest, reason, assertion };
    const { needsAnother } = await decideApproval(app, caller, id, given);
    const { name } = caller.user;
    const granted = `Approved by ${name}. ${needsAnother ? waitsForSecond : goesOn}`;
    const detail = decision === 'granted' ? granted : `Denied by ${name}. The step is held.`;
    return c.json({ detail }, 200);
  });

  api.openapi(challengeTogether, async (c) =>
    c.json(await jointOptions(app, c.get('caller'), c.req.valid('json').approvals), 200),
  );

  api.openapi(together, async (c) => {
    const caller = c.get('caller');
    const { granted, needAnother } = await grantTogether(app, caller, c.req.valid('json'));
    const said = [
      ...(granted > 0 ? [`${granted} approved by ${caller.user.name}. ${goesOn}`] : []),
      ...(needAnother > 0 ? [`${needAnother} of protected people: ${waitsForSecond}`] : []),
    ];
    return c.json({ detail: said.join(' ') }, 200);
  });
}

const goesOn = 'It is read once more, and done if nothing has changed.';
const waitsForSecond = 'It takes the approval of a second person, and waits for that.';

const namesIn = (app: App, found: readonly ApprovalToSee[]) =>
  userNames(
    app,
    found.flatMap(({ approval }) =>
      [approval.requestedBy, approval.firstBy ?? [], approval.decidedBy ?? []].flat(),
    ),
  );

function onWire(
  { approval: it, whyNot }: ApprovalToSee,
  names: ReadonlyMap<string, string>,
): Approval {
  const { shown } = it;
  const standing = standingOf(it);
  const who = (id: string) => ({ id, name: names.get(id) ?? null });
  return {
    id: it.id,
    caseId: it.caseId,
    stepId: it.stepId,
    title: it.title,
    person: it.person,
    confidential: it.confidential,
    connection: shown.connection,
    account: StepAccount.nullable().parse(shown.account),
    capability: shown.capability,
    cannotBeUndone:
      shown.capability !== null && capabilities[shown.capability].weight === 'destructive',
    summary: shown.summary,
    state: shown.state,
    change: shown.change,
    digest: it.digest.toString('base64url'),
    requestedBy: who(it.requestedBy),
    requestedAt: it.requestedAt.toISOString(),
    expiresAt: it.expiresAt.toISOString(),
    standing,
    because: it.voidedBecause ?? it.reason,
    approversNeeded: it.approvers,
    approvedFirstBy: it.firstBy === null ? null : who(it.firstBy),
    decidedBy: it.decidedBy === null ? null : who(it.decidedBy),
    decidedAt: iso(it.decidedAt),
    usedAt: iso(it.consumedAt),
    mayDecide: standing === 'waiting' && whyNot === null,
    whyNot,
  };
}

function standingOf(it: ApprovalRow): Approval['standing'] {
  if (it.consumedAt !== null) return 'used';
  if (it.decision === 'denied') return 'denied';
  if (it.endedAt !== null && it.endedAt < it.expiresAt) return 'void';
  if (it.isOver) return 'ran out';
  return it.decision ?? 'waiting';
}
