import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTyping, type Typing } from './testing/typing.ts';

describe('systems are connected', () => {
  let typing: Typing;

  before(async () => {
    typing = await startTyping((kind) =>
      kind === 'discover'
        ? { accounts: 7 }
        : { works: true, actingAs: 'gatehouse-bot', scopes: null },
    );
  });
  after(() => typing.stop());

  const yaml = (more = '') =>
    `id: wiki-1\nconnector: wiki\nname: Our wiki\nsettings:\n  address: https://wiki.example\n${more}`;

  it('by a file, with the secret from standard input and nowhere else', async () => {
    const described = typing.file('wiki.yaml', yaml());
    const options = { input: 's3cret-value\n' };
    const out = await typing.works(['connection', 'add', described], typing.admin, options);
    assert.equal(
      out,
      'wiki-1 is saved. Its secrets go to wiki.example.\nIt works; there we are gatehouse-bot.\n',
    );
    assert.ok([...typing.server.handedOver.values()].includes('s3cret-value'));
  });

  it('keeps a secret that is not named again, and replaces one that is', async () => {
    await typing.works(['connection', 'add', typing.file('same.yaml', yaml())]);
    const renewed = typing.file('renew.yaml', yaml('  token:\n'));
    await typing.works(['connection', 'add', renewed], typing.admin, { input: 'token: "0123"\n' });
    assert.deepEqual([...typing.server.handedOver.values()].at(-1), 'token: "0123"');
  });

  it('says on which day a secret runs out, and that nobody knows', async () => {
    const dated = typing.file('dated.yaml', `${yaml()}expires: { token: 2099-01-31 }\n`);
    await typing.works(['connection', 'add', dated]);
    const secrets = ['connection', 'secrets', 'wiki-1'];
    assert.match(await typing.works(secrets), /wiki-1 +token +2099-01-31/);
    const say = ['connection', 'secret-day', 'wiki-1', 'token'];
    assert.equal(await typing.works([...say, '2099-02-28']), 'It runs out on 2099-02-28.\n');
    await typing.fails([...say, '2001-01-31'], { code: 1, err: /This day is past/ });
    assert.equal(await typing.works([...say, 'none']), 'Nobody is told of it.\n');
    assert.match(await typing.works(secrets), /token +nobody has said/);
  });

  it('refuses a file that holds a secret, and never repeats it', async () => {
    const written = typing.file('written.yaml', yaml('  token: very-secret\n'));
    const { code, out, err } = await typing.type(['connection', 'add', written]);
    assert.equal(code, 1);
    assert.match(err, /holds the secret token\. Take it out/);
    assert.doesNotMatch(out + err, /very-secret/);
  });

  it('says what is wrong with a file', async () => {
    const add = (text: string) => ['connection', 'add', typing.file('wrong.yaml', text)];
    await typing.fails(add('a: [\n'), { code: 1, err: /not readable as YAML/ });
    await typing.fails(add('connector: wiki\n'), { code: 1, err: /\n {2}settings: .*\n {2}id: / });
    await typing.fails(add('id: x\nconnector: wikki\nsettings: {}\n'), {
      code: 1,
      err: /no connector wikki\. Did you mean wiki\?/,
    });
    const missing = { code: 1, err: /Secrets are missing: token/ };
    await typing.fails(add('id: new\nconnector: wiki\nsettings: {}\n'), missing, { input: '' });
    const wrong = { code: 1, err: /\n {2}address: / };
    await typing.fails(add('id: new\nconnector: wiki\nsettings: {}\n'), wrong, { input: 'x' });
    await typing.fails(['connection', 'add'], { code: 2, err: /Name a YAML file/ });
  });

  it('by questions, where somebody sits at a terminal, without showing the secret', async () => {
    const answers = [
      'wiki',
      'wiki-2',
      '',
      'https://w2.example',
      'unseen-value',
      '',
      'maybe',
      'yes',
    ];
    const { code, out, err } = await typing.type(['connection', 'add', '--json'], typing.admin, {
      answers,
    });
    assert.equal(code, 0, err);
    const { connection } = JSON.parse(out);
    assert.equal(connection.name, 'Wiki');
    assert.deepEqual(connection.settings, { address: 'https://w2.example', archive: true });
    assert.match(err, /Token \(Made in the wiki under Administration\): /);
    assert.match(err, /That does not fit/);
    assert.doesNotMatch(out + err, /unseen-value/);
    assert.equal([...typing.server.handedOver.values()].at(-1), 'unseen-value');
  });

  it('asks for the secret of a file at a terminal', async () => {
    const described = typing.file('wiki3.yaml', yaml().replace('wiki-1', 'wiki-3'));
    const given = await typing.type(['connection', 'add', described], typing.admin, {
      answers: ['unseen-3'],
    });
    assert.equal(given.code, 0, given.err);
    assert.equal(given.err, 'Token (Made in the wiki under Administration): \n');
    const empty = typing.file('wiki4.yaml', yaml().replace('wiki-1', 'wiki-4'));
    await typing.fails(
      ['connection', 'add', empty],
      { code: 1, err: /Token is needed/ },
      { answers: [''] },
    );
  });

  it('removes one only when its name is typed', async () => {
    const argv = ['connection', 'remove', 'wiki-3'];
    await typing.fails(argv, { code: 1, err: /Nothing was removed/ }, { answers: ['yes'] });
    await typing.works(argv, typing.admin, { answers: ['wiki-3'] });
    await typing.works(['connection', 'remove', 'wiki-2', '--yes']);
  });

  it('lists, tests, searches and removes them', async () => {
    assert.match(
      await typing.works(['connection', 'list']),
      /\nwiki-1 +Our wiki +wiki +collaboration +works +not known +never\n/,
    );
    assert.match(await typing.works(['connection', 'test', 'wiki-1']), /^It works; there we are/);
    assert.equal(
      await typing.works(['connection', 'discover', 'wiki-1']),
      '7 accounts found in wiki-1.\n',
    );
    await typing.fails(['connection', 'remove', 'wiki-1'], { code: 2, err: /Add --yes/ });
    await typing.works(['connection', 'remove', 'wiki-1', '--yes']);
    assert.match(await typing.works(['connection', 'list']), /No system is connected yet/);
    assert.match(await typing.works(['connection', 'list', '--all']), / removed /);
  });

  it('ends a secret that is not needed any more, and keeps one that is', async () => {
    const add = (settings: string) => {
      const text = `id: hr-1\nconnector: signed-hr\nsettings:\n${settings}`;
      return ['connection', 'add', typing.file('hr.yaml', text)];
    };
    const kept = async () => {
      const out = await typing.works(['connection', 'list', '--json']);
      const listed: { id: string; secrets: string[] }[] = JSON.parse(out);
      return listed.find((it) => it.id === 'hr-1')?.secrets;
    };
    const both = 'signingSecret: one\npreviousSigningSecret: two\n';
    const input = { input: both };
    await typing.works(add('  signingSecret:\n  previousSigningSecret:\n'), typing.admin, input);
    assert.deepEqual(await kept(), ['signingSecret', 'previousSigningSecret']);
    await typing.works(add('  previousSigningSecret: false\n'));
    assert.deepEqual(await kept(), ['signingSecret']);
    await typing.fails(add('  signingSecret: false\n'), { code: 1, err: /signingSecret: / });
  });

  it('tells what each kind of system has to be told', async () => {
    assert.match(await typing.works(['connectors']), /\nwiki +Wiki +collaboration\n/);
    const form = await typing.works(['connectors', 'wiki']);
    assert.match(form, /\ntoken +yes +secret +Token: Made in the wiki under Administration\n/);
    assert.match(form, /\narchive +no +yes or no +Archive pages\n/);
  });
});
