import { failsWell } from '#connector-kit/testing/fails-well.ts';
import { listsPageByPage } from '#connector-kit/testing/lists-page-by-page.ts';
import type { Trial } from '#connector-kit/testing/trial.ts';
import { fakeMicrosoft } from './fake.ts';
import { microsoft } from './index.ts';
import { scopes } from './scopes.ts';
import { connection, priyaId, samId } from './test-tenant.ts';
import { moving, practice } from './test-worlds.ts';

const permissions = Object.values(scopes);

const trial: Trial = {
  settings: connection,
  person: { email: 'priya.nair@meadow.example', employeeNumber: null, name: 'Priya Nair' },
  accountId: priyaId,
  given: Object.fromEntries(
    practice.map(({ action, params, accountId = priyaId }) => [
      action.capability,
      { params, accountId },
    ]),
  ),
  system: (capability) => {
    const found = [...practice, ...moving].find(({ action }) => action.capability === capability);
    const { priya = {}, ...world } = structuredClone(found?.world ?? {});
    const user = { id: priyaId, userPrincipalName: 'priya.nair@meadow.example', ...priya };
    const others = world.users ?? [{ id: samId, userPrincipalName: 'sam@meadow.example' }];
    return fakeMicrosoft({ ...world, users: [user, ...others], pageSize: 1, permissions });
  },
};

failsWell(microsoft, trial);
listsPageByPage(microsoft, {
  settings: connection,
  system: (count) =>
    fakeMicrosoft({
      users: Array.from({ length: count }, (_, i) => ({
        ...{ id: `u${i}`, userPrincipalName: `u${i}@meadow.example` },
      })),
    }),
});
