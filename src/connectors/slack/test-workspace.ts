import { type AnyTransition, actionsOf } from '#connector-kit/contract.ts';
import { conforming } from '#connector-kit/testing/conforming.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import type { Capability } from '#core/capability.ts';
import { openSlack } from './api.ts';
import { type FakeSlackOptions, fakeSlack } from './fake.ts';
import type { FakeSlackUser } from './fake-data.ts';
import { slack } from './index.ts';
import { scopes } from './scopes.ts';
import { type SlackPlan, settings } from './settings.ts';
import spec from './spec.json' with { type: 'json' };

// The Slack that the tests of this folder work in.

export const priyaId = 'U0PRIYA';
export const email = 'Priya.Nair@meadow.example';
export const keys = { email: 'priya.nair@meadow.example', employeeNumber: 'E-1042', name: 'Priya' };

export const settingsFor = (plan: SlackPlan) => settings.parse({ plan, token: 'xoxp-token' });

/** `declared`: the scopes that may be used; default: all that the connector names. */
export function setUp(
  plan: SlackPlan,
  priya: Partial<FakeSlackUser> = {},
  options: Partial<FakeSlackOptions> = {},
  declared: readonly string[] = Object.values(scopes),
) {
  const workspaces: Pick<FakeSlackUser, 'workspaces'> =
    plan === 'enterprise' ? { workspaces: { T0SALES: 'member', T0LAB: 'member' } } : {};
  const user: FakeSlackUser = { id: priyaId, email, ...workspaces, ...priya };
  const { users = [] } = options;
  const service = fakeSlack({ ...options, plan, users: [...users, user] });
  const client = openSlack(settingsFor(plan), {
    ...loopbackIo,
    fetch: conforming(service.fetch, spec, declared),
  });
  const data = { users: service.users, groups: service.groups };
  return { ...service, client, user, data, accountId: priyaId };
}

/** The transition that a plan of Slack offers for a capability. */
export function actionOf(plan: SlackPlan, capability: Capability): AnyTransition {
  const found = actionsOf(slack, settingsFor(plan)).find((it) => it.capability === capability);
  if (found?.kind !== 'transition') throw new Error(`${plan} offers no ${capability}`);
  return found;
}
