import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { type ConnectionOffer, checkPlaybook, readPlaybook } from './playbook.ts';
import { editPlaybook, type PlaybookEdit } from './playbook-edit.ts';
import { offered, okta, playbookText, system } from './testing/planning.ts';

const text = `# ours
playbook: example
title: Example # as HR calls it
for: departure
steps:
  # first of all
  - { id: block, layer: security, do: account.suspend, on: every account }

  # nobody stays signed in
  - id: sign-out
    layer: security
    do: sessions.revoke
    on: { category: identity } # mail follows
    after: [block]

  - id: laptop
    layer: operations
    task:
      title: "Collect the laptop"
      assign to: { role: facilities } # ask Kim
      due: last working day
    at: confirmed
    after: [sign-out, layer security]
`;

function edited(...edits: readonly PlaybookEdit[]): string {
  const answer = editPlaybook(text, edits);
  assert.ok('text' in answer, JSON.stringify(answer));
  return answer.text;
}

describe('a playbook that is changed by its steps', () => {
  it('keeps every letter of the starters where nothing changes', () => {
    const folder = path.join(import.meta.dirname, '../app/starters');
    const files = globSync('*.yaml', { cwd: folder });
    assert.ok(files.length > 5);
    for (const file of files) {
      const starter = readFileSync(path.join(folder, file), 'utf8');
      assert.deepEqual(editPlaybook(starter, []), { text: starter }, file);
    }
  });

  it('keeps comments and quotes around what changes', () => {
    const after = edited(
      { do: 'change', step: 'sign-out', set: { on: { connection: 'okta' }, after: null } },
      {
        do: 'change',
        step: 'laptop',
        set: {
          task: {
            title: 'Collect laptop and badge',
            'assign to': { role: 'facilities' },
            due: 'last working day + 2 days',
          },
        },
      },
      { do: 'change', step: null, set: { title: 'Ours' } },
    );
    assert.equal(
      after,
      text
        .replace('title: Example #', 'title: Ours #')
        .replace('{ category: identity }', '{ connection: okta }')
        .replace('    after: [block]\n', '')
        .replace('Collect the laptop', 'Collect laptop and badge')
        .replace('due: last working day', 'due: last working day + 2 days'),
    );
  });

  it('gets new words where people look for them', () => {
    const when = { field: 'account.privileged', is: 'yes' };
    const after = edited({
      do: 'change',
      step: 'sign-out',
      set: { when, why: 'Now', at: 'confirmed' },
    });
    assert.match(after, /layer: security\n {4}why: Now\n {4}do: sessions.revoke/);
    assert.match(
      after,
      /at: confirmed\n {4}after: \[block\]\n {4}when: \{ field: account.privileged, is: yes \}/,
    );
  });

  it('takes a step in, with a blank line where others have one', () => {
    const step = {
      id: 'tell',
      layer: 'compliance',
      notice: { to: ['manager'], subject: 'Gone', text: 'Line one\nLine two\n' },
    };
    assert.match(
      edited({ do: 'add', step, behind: 'sign-out' }),
      /after: \[block\]\n\n {2}- id: tell\n {4}layer: compliance\n {4}notice:\n {6}to: \[manager\]\n {6}subject: Gone\n {6}text: \|\n {8}Line one\n {8}Line two\n\n {2}- id: laptop/,
    );
  });

  it('loses a step, and nobody waits for it any more', () => {
    const after = edited({ do: 'remove', step: 'sign-out' });
    assert.doesNotMatch(after, /sign-out/);
    assert.match(after, /after: \[layer security\]/);
  });

  it('calls a step otherwise wherever it is waited for', () => {
    const after = edited({ do: 'change', step: 'block', set: { id: 'block-sign-in' } });
    assert.equal(after.match(/block-sign-in/g)?.length, 2);
  });

  it('moves a step with its comment', () => {
    const after = edited({ do: 'move', step: 'sign-out', behind: 'laptop' });
    assert.ok(after.indexOf('id: laptop') < after.indexOf('# nobody stays signed in'));
    const back = editPlaybook(after, [{ do: 'move', step: 'sign-out', behind: 'block' }]);
    assert.deepEqual(back, { text });
  });

  it('never becomes one that cannot be read, and says why', () => {
    const refused = (...edits: readonly PlaybookEdit[]) => {
      const answer = editPlaybook(text, edits);
      assert.ok('problems' in answer, JSON.stringify(answer));
      return answer.problems.map(({ step, problem }) => `${step}: ${problem}`);
    };
    assert.match(
      refused({ do: 'change', step: 'laptop', set: { at: 'someday' } }).join(),
      /^laptop: “someday” is not a moment/,
    );
    assert.match(
      refused({ do: 'add', step: { id: 'block', layer: 'security' }, behind: null }).join(),
      /does not say what is to be done/,
    );
    assert.match(
      refused({ do: 'change', step: 'block', set: JSON.parse('{"__proto__": "x"}') }).join(),
      /__proto__/,
    );
    assert.deepEqual(editPlaybook(text, [{ do: 'remove', step: 'nobody' }]), { missing: 'nobody' });
  });
});

describe('the mend of a problem', () => {
  const mended = (steps: string, connections: readonly ConnectionOffer[] = [okta]) => {
    const wrong = playbookText(steps);
    const [problem] = problemsOf(wrong, connections);
    assert.ok(problem?.remedy, JSON.stringify(problem));
    const answer = editPlaybook(wrong, problem.remedy.edits);
    assert.ok('text' in answer);
    return {
      verb: problem.remedy.verb,
      text: answer.text,
      left: problemsOf(answer.text, connections),
    };
  };
  const problemsOf = (text: string, connections: readonly ConnectionOffer[]) => {
    const read = readPlaybook(text);
    assert.ok('playbook' in read);
    return checkPlaybook(read.playbook, connections);
  };

  it('puts the later step behind the one that a system needs first', () => {
    const { verb, text, left } = mended(`
  - { id: sign-out, layer: security, do: sessions.revoke, on: every account }
  - { id: block, layer: security, do: account.suspend, on: every account, after: [sign-out] }`);
    assert.equal(verb, 'move after');
    assert.match(text, /id: sign-out, .*after: \[block\]/);
    assert.deepEqual(left, []);
  });

  it('waits for what was meant, for nobody in a circle, and asks before it destroys', () => {
    const block =
      '\n  - { id: block, layer: security, do: account.suspend, on: every account, after: [$] }';
    assert.equal(mended(`${block.replace('$', 'block')}`).left.length, 0);
    const meant = mended(
      `${block.replace(', after: [$]', '')}\n  - { id: out, layer: security, do: sessions.revoke, on: every account, after: [blok] }`,
    );
    assert.match(meant.text, /after: \[block\]/);
    const circle = mended(
      `${block.replace('$', 'out')}\n  - { id: out, layer: security, do: sessions.revoke, on: every account, after: [block] }`,
      [system('wiki', 'other', [offered('account.suspend'), offered('sessions.revoke')])],
    );
    assert.deepEqual(circle.left, []);
    const asks = mended(
      '\n  - { id: gone, layer: operations, do: device.wipe, on: every account }',
      [system('mdm', 'device', [offered('device.wipe')])],
    );
    assert.equal(asks.verb, 'ask');
    assert.deepEqual(asks.left, []);
  });
});
