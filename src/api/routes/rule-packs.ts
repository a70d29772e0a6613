import { createRoute } from '@hono/zod-openapi';
import type { App } from '#app/app.ts';
import { listRulePacks, type RulePackInUse } from '#app/rule-packs.ts';
import { conditionText } from '#core/condition.ts';
import { momentText } from '#core/moment.ts';
import { claimText } from '#core/rule-pack.ts';
import { type RulePack, RulePackPage } from '../contract/obligations.ts';
import { PageQuery } from '../contract/page.ts';
import { pageWithin } from '../paging.ts';
import { type Api, json, problems } from '../route.ts';

const list = createRoute({
  method: 'get',
  path: '/rule-packs',
  operationId: 'listRulePacks',
  summary: 'The legal duties that playbooks may ask for, with source, standing and review',
  tags: ['Playbooks'],
  request: { query: PageQuery },
  responses: { 200: json('One page', RulePackPage), ...problems },
});

export function rulePackRoutes(api: Api, app: App): void {
  api.openapi(list, async (c) => {
    const found = await listRulePacks(app, c.get('caller'));
    return c.json(pageWithin('rule-packs', c.req.valid('query'), found, packOnWire), 200);
  });
}

const packOnWire = ({ pack, review, switchedOn }: RulePackInUse): RulePack => ({
  id: pack.pack,
  title: pack.title,
  version: pack.version,
  appliesWhen: pack.appliesWhen && conditionText(pack.appliesWhen),
  reviewEveryMonths: pack.reviewEveryMonths,
  reviewed: review,
  rules: pack.rules.map(({ startsOff, appliesWhen, due, notBefore, ...rule }) => ({
    ...rule,
    appliesWhen: appliesWhen && conditionText(appliesWhen),
    due: due.map(claimText),
    notBefore: notBefore && momentText(notBefore),
    proof: [...rule.proof],
    on: !startsOff || switchedOn.includes(rule.id),
  })),
});
