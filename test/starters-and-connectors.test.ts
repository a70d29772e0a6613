import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { Capability } from '#core/capability.ts';
import { type ConnectionOffer, makePlan } from '#core/plan.ts';
import { readPlaybook } from '#core/playbook.ts';
import { account, inputOf } from '#core/testing/planning.ts';
import { type Variant, variantsOf } from '../practice/new-connector/variants.ts';
import { connectors } from '../src/connectors.ts';
import { repository } from './support/pages.ts';

const starters = globSync('src/app/starters/*.yaml', { cwd: repository }).flatMap((file) => {
  const read = readPlaybook(readFileSync(`${repository}/${file}`, 'utf8'));
  assert.ok('playbook' in read, file);
  return read.playbook.for === 'departure' ? [read.playbook] : [];
});

const offerOf = ({ connector, actions }: Variant): ConnectionOffer => ({
  ...{ id: connector.id, name: connector.name, category: connector.category, holdsAccounts: true },
  actions: actions.map(({ capability, kind, mustPrecede = [] }) => ({
    ...{ capability, kind, mustPrecede, requiredParams: [] },
  })),
});

const securing: ReadonlySet<Capability> = new Set([
  'account.suspend',
  'sessions.revoke',
  'tokens.revoke',
  'device.lock',
]);

/** What holds accounts that open something. A variant that names only what differs from the first is left out. */
const holders = variantsOf(connectors.values()).filter(
  ({ connector, actions }) =>
    connector.accounts !== null && actions.some((it) => securing.has(it.capability)),
);

describe('the starters', () => {
  for (const variant of holders) {
    const { connector, where } = variant;
    const name = `${connector.name}${where === null ? '' : `, ${where}`}`;

    it(`end access in ${name} by a step, and by none that it does not offer`, () => {
      const offer = offerOf(variant);
      const offered = new Set(offer.actions.map((it) => it.capability));
      for (const playbook of starters) {
        const plan = makePlan(
          inputOf(playbook, { [offer.id]: [account('priya')] }, { connections: [offer] }),
        );

        assert.deepEqual(plan.gaps, [], playbook.playbook);
        const acting = plan.steps.filter((it) => it.account !== null);
        assert.ok(acting.some((it) => it.layer === 'security'));
        assert.ok(acting.every((it) => it.capability === null || offered.has(it.capability)));
        // What it does not offer is no step that passes over it: that one says where it looked, and it is not there.
        for (const { capability, params } of plan.steps) {
          if (capability === null || !('searched' in params) || offered.has(capability)) continue;
          assert.deepEqual(params['searched'], [], `${playbook.playbook}, ${capability}`);
        }
      }
    });
  }

  it('are held to what has no door of its own, too', () => {
    const doorless = holders.filter(
      ({ actions }) => !actions.some((it) => it.capability === 'account.suspend'),
    );
    const ids = new Set(doorless.map(({ connector }) => connector.id));
    for (const id of ['dovecot', 'radius', 'jamf']) assert.ok(ids.has(id), id);
  });
});
