import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { type Capability, capabilities } from '#core/capability.ts';
import { type ConnectionOffer, checkPlaybook, readPlaybook } from '#core/playbook.ts';
import { tableOf, type Variant, variantsOf } from '../practice/new-connector/variants.ts';
import { connectors } from '../src/connectors.ts';
import { repository } from './support/pages.ts';

const variants = variantsOf(connectors.values());

describe('docs/connect/table.md', () => {
  it('says what the connectors say', () => {
    const written = readFileSync(path.join(repository, 'docs/connect/table.md'), 'utf8');
    assert.equal(
      written,
      tableOf(connectors.values()),
      'It is out of date. Make it anew: ./gatehouse connector table',
    );
  });
});

describe('docs/connect/index.md', () => {
  it('says how fast each system is asked whose vendor documents it', () => {
    const page = readFileSync(path.join(repository, 'docs/connect/index.md'), 'utf8');
    const [, table = ''] = page.split('### How fast a system is asked');
    for (const { id, allowed } of connectors.values()) {
      const [, requests] = new RegExp(`^\\| \`${id}\` \\| ([\\d,]+) \\|`, 'm').exec(table) ?? [];
      assert.equal(requests !== undefined, allowed !== undefined, id);
      if (typeof allowed !== 'object') continue;
      assert.equal(Number(requests?.replaceAll(',', '')), allowed.requests, id);
    }
  });
});

interface OrderingRule {
  readonly why: string;
  /** Whom it binds; `all`: whoever offers both. */
  readonly connectors: readonly string[] | 'all';
  readonly except?: readonly string[];
  /** What comes first, and what later. */
  readonly pairs: readonly (readonly [Capability, Capability])[];
}

/** Vendor lore that a playbook must not contradict. Each connector declares its part by `mustPrecede`. */
const rules: readonly OrderingRule[] = [
  {
    why: 'whoever can still sign in makes a new session',
    connectors: 'all',
    except: ['google'], // nothing can be done to the second factors of a suspended user there
    pairs: [['account.suspend', 'sessions.revoke']],
  },
  {
    why: 'what ends an account comes after what only blocks it',
    connectors: 'all',
    except: ['zoom'], // what somebody had is transferred in the call that deletes, whatever came before
    pairs: [['account.suspend', 'account.delete']],
  },
  {
    why: 'Google: sign-out, second factors, tokens, and only then the block',
    connectors: ['google'],
    pairs: [
      ['password.reset', 'sessions.revoke'],
      ['sessions.revoke', 'mfa.remove'],
      ['mfa.remove', 'account.suspend'],
      ['tokens.revoke', 'account.suspend'],
    ],
  },
  {
    why: 'Okta: no factor can be removed, and no token seen, once the user is deactivated',
    connectors: ['okta'],
    pairs: [
      ['mfa.remove', 'account.delete'],
      ['tokens.revoke', 'account.delete'],
    ],
  },
  {
    why: 'Microsoft 365: block, sign out, hand the mailbox over, and only then take the licences',
    connectors: ['microsoft'],
    pairs: [
      ['account.suspend', 'sessions.revoke'],
      ['account.suspend', 'licences.remove'],
      ['mailbox.hand-over', 'licences.remove'],
    ],
  },
  {
    why: 'without its licence the clock runs for what is not on hold, and a deleted account takes its data along',
    connectors: ['google', 'microsoft'],
    pairs: [
      ['data.preserve', 'licences.remove'],
      ['data.preserve', 'account.delete'],
    ],
  },
  {
    why: 'a wipe destroys what a lock keeps',
    connectors: 'all',
    pairs: [['device.lock', 'device.wipe']],
  },
  {
    why: 'the last owner cannot leave, and what is handed over must still be there',
    connectors: ['google', 'ldap', 'active-directory'],
    pairs: [['ownership.transfer', 'account.delete']],
  },
  {
    why: 'what is transferred in the call that deletes, or before it, is gone afterwards',
    connectors: 'all',
    pairs: [['data.transfer', 'account.delete']],
  },
];

const offers = ({ actions }: Variant, capability: Capability) =>
  actions.find((it) => it.capability === capability);

/** A connection that offers what this variant offers. */
const offerOf = ({ connector, actions }: Variant): ConnectionOffer => ({
  ...{ id: connector.id, name: connector.name, category: connector.category, holdsAccounts: true },
  actions: actions.map(({ capability, kind, mustPrecede = [] }) => ({
    ...{ capability, kind, mustPrecede, requiredParams: [] },
  })),
});

/** What a playbook is told in which `first` waits for `later`. */
function problemsOf(variant: Variant, [first, later]: readonly [Capability, Capability]) {
  const read = readPlaybook(`
playbook: turned-round
title: Turned round
for: departure
steps:
  - { id: too-late, layer: security, do: ${first}, on: every account, after: [too-early] }
  - { id: too-early, layer: security, do: ${later}, on: every account }
`);
  assert.ok('playbook' in read, JSON.stringify(read));
  return checkPlaybook(read.playbook, [offerOf(variant)]).map(({ problem }) => problem);
}

describe('the order that systems need', () => {
  for (const { why, connectors: bound, except = [], pairs } of rules) {
    for (const pair of pairs) {
      const [first, later] = pair;
      const here = variants.filter(
        (it) =>
          !except.includes(it.connector.id) &&
          (bound === 'all' || bound.includes(it.connector.id)) &&
          offers(it, first) &&
          offers(it, later),
      );
      it(`${first} before ${later}, since ${why}`, () => {
        const ids = here.map(({ connector }) => connector.id);
        // A rule about nobody could not fail.
        if (bound === 'all') assert.ok(ids.length > 0);
        else assert.deepEqual(new Set(ids), new Set(bound));
        for (const variant of here) {
          const { name } = variant.connector;
          const declared = offers(variant, first)?.mustPrecede ?? [];
          assert.ok(declared.includes(later), `${name}: ${first} does not name ${later}`);

          const problems = problemsOf(variant, pair);
          const [asked, waiting] = [first, later].map((it) => capabilities[it].title);
          const refused = problems.find(
            (it) => it.includes(`“${asked}” must come before “${waiting}”`) && it.includes(name),
          );
          assert.ok(refused, `${name}: ${problems.join(' ')}`);
          assert.match(refused, /“too-late” waits for “too-early”/);
        }
      });
    }
  }

  it('is none that contradicts itself', () => {
    for (const { connector, actions } of variants) {
      const later = new Map(actions.map((it) => [it.capability, it.mustPrecede ?? []]));
      const reaches = (from: Capability, to: Capability, seen = new Set<Capability>()): boolean =>
        (later.get(from) ?? []).some((next) => {
          if (next === to) return true;
          if (seen.has(next)) return false;
          seen.add(next);
          return reaches(next, to, seen);
        });
      for (const capability of later.keys())
        assert.ok(!reaches(capability, capability), `${connector.name}: ${capability}`);
    }
  });
});
