import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkPlaybook, readPlaybook } from './playbook.ts';
import { okta, slack } from './testing/planning.ts';

const chat = { ...slack, carriesNotices: true };

const withNotice = (lines: string) => `
playbook: p
title: P
for: departure
steps:
  - id: tell
    layer: operations
    notice: { ${lines}, subject: S, text: T }
`;

function problemsOf(lines: string, connections = [okta, chat]): readonly string[] {
  const read = readPlaybook(withNotice(lines));
  if ('problems' in read) return read.problems.map((it) => `${it.problem} ${it.mend}`);
  return checkPlaybook(read.playbook, connections).map((it) => `${it.problem} ${it.mend}`);
}

describe('a notice that goes by a chat', () => {
  it('may be for people and channels', () => {
    assert.deepEqual(problemsOf('to: [manager, { channel: C0IT }], by: slack'), []);
  });

  it('is refused without a chat for its channel, or by what is none', () => {
    assert.deepEqual(problemsOf('to: [{ channel: C0IT }]'), [
      'The channel “C0IT” is of no chat: the notice goes by mail. Add “by” with the id of the connection of the chat.',
    ]);
    assert.deepEqual(problemsOf('to: [manager], by: okta'), [
      '“tell” is to go by Okta, which carries no notices. Write slack, or leave “by” out: it then goes by mail.',
    ]);
    assert.match(problemsOf('to: [manager], by: slack', [okta, slack]).join(), /a bot token/);
    assert.match(problemsOf('to: [manager], by: slak').join(), /Did you mean “slack”/);
  });

  it('is for nobody who has to do something', () => {
    const task = `
playbook: p
title: P
for: departure
steps:
  - { id: a, layer: operations, task: { title: A, assign to: { channel: C0IT }, due: access ends } }
`;
    assert.ok('problems' in readPlaybook(task));
  });
});
