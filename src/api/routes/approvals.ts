import { createRoute, z } from '@hono/zod-openapi';
import type { App } from '#app/app.ts';
import {
  type ApprovalRow,
  type ApprovalToSee,
  approvalOptions,
  decideApproval,
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
    await decideApproval(app, caller, id, { decision, digest, reason, assertion });
    const detail =
      decision === 'granted'
        ? `Approved by ${caller.user.name}. It is read once more, and done if nothing has changed.`
        : `Denied by ${caller.user.name}. The step is held.`;
    return c.json({ detail }, 200);
  });
}

const namesIn = (app: App, found: readonly ApprovalToSee[]) =>
  userNames(
    app,
    found.flatMap(({ approval }) => [approval.requestedBy, approval.decidedBy ?? []].flat()),
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
