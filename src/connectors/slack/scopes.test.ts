import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { actionsOf } from '#connector-kit/contract.ts';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { slack } from './index.ts';
import { actionOf, email, priyaId, settingsFor, setUp } from './test-workspace.ts';

const params: Readonly<Record<string, unknown>> = {
  'groups.join': { groups: ['Choir'] },
  'account.create': {
    person: { name: 'P N', email, employeeNumber: '1', department: null, title: null },
  },
};

/** A world in which each action has something to do. */
function worldFor(
  plan: 'pro' | 'business' | 'enterprise',
  capability: string,
  declared: readonly string[],
) {
  const at = plan === 'enterprise' ? { workspace: 'T0SALES' } : {};
  const create = capability === 'account.create' ? { email: 'other@meadow.example' } : {};
  const roles = capability === 'roles.remove' ? { workspaces: { T0LAB: 'admin' as const } } : {};
  const groups = [
    { id: 'S0SALES', name: 'Sales', ...at, members: [priyaId, 'U0SAM'] },
    { id: 'S0CHOIR', name: 'Choir', ...at, members: ['U0SAM'] },
  ];
  const priya = { sessions: [1], ...create, ...roles };
  return setUp(plan, priya, { groups }, declared);
}

for (const plan of ['pro', 'business', 'enterprise'] as const) {
  describe(`the scopes of an action of the plan ${plan}`, () => {
    for (const { capability, scopes } of actionsOf(slack, settingsFor(plan))) {
      const action = actionOf(plan, capability);
      const carryOut = async (declared: readonly string[]) => {
        const { client } = worldFor(plan, capability, declared);
        const accountId = capability === 'account.create' ? email : priyaId;
        const given = params[capability] ?? {};
        const before = await action.read(client, accountId);
        const planned = action.plan(before, given);
        if (planned.kind !== 'change') return;
        await action.apply(client, accountId, planned.change);
        const back = action.restore?.(await action.read(client, accountId), before);
        if (back?.kind === 'change') await action.apply(client, accountId, back.change);
      };

      it(`${capability} are enough, and none is too much`, async () => {
        await carryOut(scopes);
        for (const left of scopes) {
          await assert.rejects(
            carryOut(scopes.filter((it) => it !== left)),
            failsAs('unexpected', /needs a scope/),
            left,
          );
        }
      });
    }
  });
}
