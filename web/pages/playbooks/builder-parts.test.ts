import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PlaybookParts } from '#api/contract/playbooks.ts';
import { editPlaybook, type PlaybookEdit, readPlaybook } from '#core/playbook.ts';
import { did, noHistory, redid, undid } from './history.ts';
import { beginning, freeId, newSteps } from './new-steps.ts';
import { behindFor, changedWords, onto } from './step-changes.ts';
import { choiceOf, whoIs } from './who.ts';

const text = `playbook: x
title: X
for: departure
steps:
  - { id: a, layer: security, do: account.suspend, on: every account }
  - { id: b, layer: security, do: sessions.revoke, on: every account, after: [a] }
  - { id: c, layer: security, do: mfa.remove, on: every account }
`;
const read = readPlaybook(text);
assert.ok('playbook' in read);
const { playbook } = read;
const parts: PlaybookParts = {
  systems: [
    {
      id: 'okta',
      name: 'Okta',
      category: 'identity',
      holdsAccounts: true,
      takesTickets: false,
      keepsRecords: false,
      carriesNotices: false,
      actions: [
        {
          capability: 'account.delete',
          kind: 'transition',
          summary: 'Deletes the user.',
          canBeUndone: false,
          params: {},
        },
      ],
    },
  ],
  surveys: ['exit'],
  rulePacks: ['us'],
};

describe('a step that is added', () => {
  it('is one that can be read, whatever it does', () => {
    const choices = newSteps(parts, 'departure');
    assert.equal(choices.length, 8);
    const edits = choices.map((it, i): PlaybookEdit => {
      const id = freeId('Gerät löschen', [
        'gerat-loschen',
        ...choices.slice(0, i).map((_, n) => `n-${n}`),
      ]);
      assert.equal(id, 'gerat-loschen-2');
      const step = beginning(it, { id: `n-${i}`, title: 'T', of: 'departure', parts });
      return { do: 'add', step, behind: null };
    });
    const answer = editPlaybook(text, edits);
    assert.ok('text' in answer, JSON.stringify(answer));
    assert.match(answer.text, /do: account.delete\n.*on: every account\n.*approval: yes/);
  });

  it('is offered where it makes sense alone', () => {
    const kinds = newSteps({ ...parts, systems: [] }, 'arrival').map((it) => it.kind);
    assert.deepEqual(kinds, ['task', 'notice', 'ticket', 'record']);
  });
});

describe('a step that is changed', () => {
  it('sends the words that are different, and those that are gone', () => {
    const [, b] = playbook.steps;
    assert.deepEqual(changedWords(b!, { ...b!, title: 'Sign out', after: [] }), {
      title: 'Sign out',
      after: null,
    });
  });

  it('keeps what was entered, on whatever became of it meanwhile', () => {
    const [, b] = playbook.steps;
    const entered = { base: b!, now: { ...b!, title: 'Sign out' } };
    const meanwhile = { ...b!, after: [], why: 'Mended' };
    assert.deepEqual(onto(meanwhile, entered), { ...meanwhile, title: 'Sign out' });
  });

  it('moves past its neighbour in the outline, whatever stands between in the text', () => {
    const [a, b, c] = playbook.steps;
    assert.equal(behindFor(playbook, [a!, c!], 'c', 'up'), null);
    assert.equal(behindFor(playbook, [a!, c!], 'a', 'down'), 'c');
    assert.equal(behindFor(playbook, [b!, c!], 'c', 'up'), 'a');
    assert.equal(behindFor(playbook, [a!, c!], 'a', 'up'), undefined);
  });
});

describe('what was changed', () => {
  it('is taken back and made again, one by one', () => {
    const two = did(did(noHistory, 'one'), 'two');
    const back = undid(two, 'three');
    assert.deepEqual(back, { past: ['one'], future: ['three'] });
    assert.deepEqual(redid(back, 'two'), two);
    assert.deepEqual(did(back, 'other').future, []);
  });
});

describe('somebody', () => {
  it('is the same after being chosen from a list', () => {
    for (const who of [
      { manager: true },
      { role: 'it-admin' },
      { systemOwner: 'okta' },
      { leaver: true },
      { personalEmail: true },
    ] as const)
      assert.deepEqual(whoIs(choiceOf(who)), who);
    assert.deepEqual(whoIs('email', 'a@b.example'), { email: 'a@b.example' });
  });
});
