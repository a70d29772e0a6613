import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { planText } from './plan.ts';
import { account, departure, planOf } from './testing/planning.ts';

const steps = `
  - { id: block, layer: security, do: account.suspend, on: every account, at: access ends }
  - { id: sign-out, layer: security, do: sessions.revoke, on: every account, after: [block] }
  - { id: lock, layer: security, do: device.lock, on: { category: device } }
  - { id: wipe, layer: operations, do: account.delete, on: { connection: okta }, approval: yes, at: access ends + 30 days }
  - id: laptop
    layer: operations
    at: access ends - 60 days
    task: { title: "Collect the laptop of {person.name}", assign to: { role: facilities }, due: last working day }
  - id: tell
    layer: compliance
    notice: { to: [manager, personal address, { email: a@b.example }], subject: Gone, text: T }
    after: [layer security]
  - id: abroad
    layer: compliance
    task: { title: T, assign to: { system owner: okta }, due: confirmed + 3 hours }
    when: { field: person.title, is: Consul }`;

describe('the text of a plan', () => {
  it('says by layer what happens when, on the person’s clock', () => {
    const plan = planOf(steps, {
      okta: [account('root', { privileged: true })],
      slack: 'unknown',
      github: [account('octo')],
    });

    assert.deepEqual(planText(plan), [
      'Test: 11 steps, times in Europe/Berlin',
      '1 account not covered: a person decides.',
      '',
      'Security',
      '  at once           Look up accounts in Slack',
      '  to decide         No step ends this access in Github; octo@meadow.example',
      '  at once           Lock device; no connected system offers it',
      '  2026-12-31 17:00  Look up accounts in Github again',
      '  2026-12-31 17:00  Look up accounts in Okta again',
      '  2026-12-31 17:00  Look up accounts in Slack again',
      '  2026-12-31 17:00  Block sign-in; Okta: root@meadow.example (privileged)',
      '  afterwards        Sign out everywhere; Okta: root@meadow.example (privileged); after block, lookup',
      '',
      'Operations',
      '  at once           Collect the laptop of Priya Nair; by facilities, due 2026-12-31; late: was due 2026-11-01 17:00',
      '  2027-01-30 17:00  Delete account; Okta: root@meadow.example (privileged); needs an approval; after block',
      '',
      'Compliance',
      '  afterwards        Gone; to the manager, the private address, a@b.example; after 6 others',
      '',
      'Not filled in, though a condition asks for it',
      '  person.title',
      '',
      'Notes',
      '  “abroad” is left out, because this does not hold: person.title is Consul; not filled in: person.title.',
      '',
      'Warnings',
      '  Nothing can carry out “lock”: no connected system fits its “on”. Connect a system that offers it, or leave it: it settles as absent until there is one.',
    ]);
  });

  it('tells “nobody is there” from “nobody could be asked”', () => {
    const urgent = { departure: { ...departure, urgent: true } };
    const block = '  - { id: block, layer: security, do: account.suspend, on: every account }';
    const lineOf = (accounts: Parameters<typeof planOf>[1]) =>
      planText(planOf(block, accounts, urgent)).find((it) => it.includes('Block sign-in'));

    assert.equal(
      lineOf({ okta: [], slack: [] }),
      '  at once           Block sign-in; no account in Okta, Slack',
    );
    assert.equal(
      lineOf({ okta: [], slack: 'unknown' }),
      '  afterwards        Block sign-in; once the accounts are known; after lookup',
    );
    assert.equal(
      lineOf({ github: [] }),
      '  at once           Block sign-in; no connected system offers it',
    );
  });
});
