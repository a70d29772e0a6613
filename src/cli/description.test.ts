import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parse } from 'yaml';
import { startTyping, type Typing } from './testing/typing.ts';

const exchange = (method: string, body: unknown) => ({
  request: { method, url: 'https://wiki.example/users/7', headers: {}, body: null },
  response: { status: 200, headers: {}, body },
  ...{ started_at: '2030-01-01T00:00:00.000Z', ms: 3 },
});
const seen = { absent: false, facts: { status: 'active' } };

describe('systems described as data', () => {
  let typing: Typing;
  let tried: unknown;
  let asked: unknown;

  before(async () => {
    typing = await startTyping((kind, input) => {
      if (kind !== 'try') return { works: true, actingAs: 'gatehouse-bot', scopes: null };
      asked = input;
      return tried;
    });
  });
  after(() => typing.stop());

  it('come along: as a list, as a file, and as a connection to be filled in', async () => {
    assert.match(
      await typing.works(['description', 'list']),
      /\nred-notebook +Red Notebook +Holds pages\.\n/,
    );
    const file = parse(await typing.works(['description', 'show', 'red-notebook']));
    assert.deepEqual(file.description, { pages: 7 });

    const output = path.join(typing.folder, 'notebook.yaml');
    await typing.works(['description', 'draft', 'red-notebook', '-o', output]);
    assert.equal(
      readFileSync(output, 'utf8'),
      [
        '# Fill in what is written in capitals; secrets are asked for, and stand in no file.',
        '# Credential: A token.',
        '# Proves: Pages are counted.',
        '# Trap: It tears.',
        '# By hand: Burn it.',
        'id: red-notebook',
        'connector: notebook',
        'settings:',
        '  address: https://notebook.example',
        '  token:',
        '  description:',
        '    pages: 7',
        '',
      ].join('\n'),
    );
    await typing.fails(['description', 'show', 'nothing'], { code: 1, err: /nothing/ });
  });

  it('are connected, handed on, and replaced', async () => {
    const draft = await typing.works(['description', 'draft', 'red-notebook']);
    const described = typing.file('notebook.yaml', draft);
    await typing.works(['connection', 'add', described], typing.admin, { input: 's3cret-value\n' });

    const output = path.join(typing.folder, 'out.yaml');
    await typing.works(['description', 'export', 'red-notebook', '--output', output]);
    assert.equal(readFileSync(output, 'utf8'), 'description:\n  pages: 7\n');
    assert.equal(
      await typing.works(['description', 'import', 'red-notebook', '-'], typing.admin, {
        input: 'description: { pages: 8 }\n',
      }),
      'red-notebook has a new description.\nIt works; there we are gatehouse-bot.\n',
    );
    assert.match(await typing.works(['description', 'export', 'red-notebook']), /pages: 8/);
  });

  it('are not replaced by what is none, and only by who may', async () => {
    const none = typing.file('none.yaml', 'id: wiki\nconnector: wiki\n');
    await typing.fails(['description', 'import', 'red-notebook', none], {
      code: 1,
      err: /holds no description/,
    });
    const wrong = typing.file('wrong.yaml', 'description: { pages: many }\n');
    await typing.fails(['description', 'import', 'red-notebook', wrong], {
      code: 1,
      err: /not a description.*pages/s,
    });
    const argv = [
      'description',
      'import',
      'red-notebook',
      typing.file('good.yaml', 'description: { pages: 9 }\n'),
    ];
    await typing.fails(argv, { code: 1, err: /it-admin/ }, {}, typing.hr);
  });

  it('are tried on one account: what was sent and answered, and what would be', async () => {
    tried = {
      ...{ kind: 'transition', before: seen, after: null, changed: false, failure: null },
      plan: { kind: 'change', says: 'POST /block, because status is "active".' },
      requests: [{ method: 'POST', url: 'https://wiki.example/block', body: { id: 7 } }],
      exchanges: [exchange('GET', { status: 'active' })],
    };
    const argv = ['connection', 'try', 'red-notebook', '--account', '7', '--do', 'account.suspend'];
    assert.equal(
      await typing.works(argv),
      [
        '→ GET https://wiki.example/users/7',
        '← 200',
        '    status: active',
        'would send POST https://wiki.example/block',
        '    id: 7',
        'before:',
        '    absent: false',
        '    facts:',
        '      status: active',
        'change: POST /block, because status is "active".',
        'Nothing was changed.',
        '',
      ].join('\n'),
    );
    const { changeUntil: _, ...input } = asked as Record<string, unknown>;
    assert.deepEqual(input, {
      ...{ connectionId: 'red-notebook', account: '7', capability: 'account.suspend' },
      ...{ params: {}, change: false },
    });
  });

  it('are changed when that is asked for, with the account before and after', async () => {
    tried = {
      ...{ kind: 'transition', before: seen, changed: true, failure: null, requests: [] },
      after: { absent: false, facts: { status: 'blocked' } },
      plan: { kind: 'done', says: 'As wanted.' },
      exchanges: [],
    };
    const argv = ['connection', 'try', 'red-notebook', '--account', '7', '--do', 'account.suspend'];
    assert.match(
      await typing.works([...argv, '--change']),
      /^before and after:\n {2}absent: false\n {2}facts:\n- {3}status: active\n\+ {3}status: blocked\ndone: As wanted\.\nThe change was sent\.\n$/,
    );
    assert.equal((asked as { change: boolean }).change, true);

    tried = { ...(tried as object), plan: { kind: 'change', says: 'Still active.' } };
    const { code } = await typing.type([...argv, '--change']);
    assert.equal(code, 1);
  });
});
