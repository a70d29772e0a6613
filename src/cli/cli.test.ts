import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { startTestServer } from '#api/testing/server.ts';
import { run } from './testing/run.ts';
import { startTyping, type Typing } from './testing/typing.ts';

describe('the command line', () => {
  let typing: Typing;

  before(async () => {
    typing = await startTyping();
  });
  after(() => typing.stop());

  describe('finds the server', () => {
    it('by the key of the data directory', async () => {
      typing.file('cli-token', `${typing.admin.token}\n`);
      const env = {
        GATEHOUSE_DATA: typing.folder,
        GATEHOUSE_LISTEN: `0.0.0.0:${typing.server.port}`,
      };
      const { code } = await run(['kill-switch', 'status'], { env });
      assert.equal(code, 0);
      typing.file('gatehouse.yaml', `listen: 127.0.0.1:${typing.server.port}\n`);
      const found = await run(['kill-switch', 'status'], {
        env: { GATEHOUSE_DATA: typing.folder },
      });
      assert.equal(found.code, 0);
    });

    it('or says where it looked for a key', async () => {
      const env = { GATEHOUSE_URL: typing.server.url, GATEHOUSE_DATA: '/nowhere' };
      const err = /GATEHOUSE_TOKEN is not set, and \/nowhere\/cli-token is not there/;
      await typing.fails(['case', 'list'], { code: 1, err }, { env });
    });

    it('or says that nobody answers, where, and how to start it', async () => {
      const gone = await startTestServer();
      await gone.stop();
      const env = { GATEHOUSE_URL: gone.url, GATEHOUSE_TOKEN: typing.admin.token };
      const err = new RegExp(
        `does not answer at ${gone.url} \\(nothing listens there\\). Start it there with "gatehouse serve"`,
      );
      await typing.fails(['case', 'list'], { code: 1, err }, { env });
    });

    it('or says that something else answers', async () => {
      let other: Server | undefined;
      const port = await new Promise<number>((resolve) => {
        other = createServer((_request, response) => response.end('<html>')).listen(
          0,
          '127.0.0.1',
          () => {
            const address = other?.address();
            resolve(typeof address === 'object' ? (address?.port ?? 0) : 0);
          },
        );
      });
      const env = {
        GATEHOUSE_URL: `http://127.0.0.1:${port}`,
        GATEHOUSE_TOKEN: typing.admin.token,
      };
      await typing.fails(
        ['case', 'list'],
        { code: 1, err: /does not speak as this version/ },
        { env },
      );
      other?.close();
    });

    it('and never sends a key over the network without TLS', async () => {
      const env = {
        GATEHOUSE_URL: 'http://gatehouse.example',
        GATEHOUSE_TOKEN: typing.admin.token,
      };
      await typing.fails(
        ['case', 'list'],
        { code: 2, err: /anybody on the way could read/ },
        { env },
      );
    });

    it('and says so when the key is not good', async () => {
      const env = { GATEHOUSE_URL: typing.server.url, GATEHOUSE_TOKEN: 'gate_wrong' };
      await typing.fails(
        ['case', 'list'],
        { code: 1, err: /^Who are you\?: This key is not good/ },
        { env },
      );
    });
  });

  it('tells wrong usage from what did not work', async () => {
    await typing.fails(['departs'], { code: 2, err: /Did you mean depart\?/ });
    await typing.fails(['depart', 'E-1'], { code: 2, err: /--kind <kind>' not specified/ });
    await typing.fails(['depart', 'E-1', '--kind', 'fired'], {
      code: 2,
      err: /resignation, involuntary/,
    });
    await typing.fails(['case', 'list', '--limit', 'many'], {
      code: 2,
      err: /number from 1 to 200/,
    });
    await typing.fails(['case', 'change', 'X'], { code: 2, err: /Say what changes/ });
    await typing.fails(['case'], { code: 2, err: /Usage: gatehouse case/ });
    const { code, out } = await typing.type(['--help']);
    assert.equal(code, 0);
    assert.match(out, /gatehouse serve/);
  });

  it('prints a refusal with every field', async () => {
    const argv = ['depart', 'E-1', '--kind', 'resignation', '--last-working-day', '30.11.2030'];
    await typing.fails(argv, {
      code: 1,
      err: /^This does not fit: The body does not fit\..*\n {2}departure\.lastWorkingDay: Invalid/,
    });
    await typing.fails(['case', 'show', 'X'], {
      code: 1,
      err: /^Not found: There is no departure X\./,
    });
    await typing.fails(['case', 'show', '../users'], { code: 1, err: /no departure \.\.\/users/ });
    await typing.fails(
      ['audit', 'search'],
      { code: 1, err: /^Not allowed: This needs one of the roles it-admin, security, auditor/ },
      {},
      typing.hr,
    );
  });

  it('is coloured on a terminal only, and not where colours are not wanted', async () => {
    const terminal = { columns: 200, rows: 50 };
    const argv = ['kill-switch', 'status'];
    assert.match(
      await typing.works(argv, typing.admin, { terminal }),
      /^\p{Cc}\[32mChanges go out/u,
    );
    const env = {
      GATEHOUSE_URL: typing.server.url,
      GATEHOUSE_TOKEN: typing.admin.token,
      NO_COLOR: '1',
    };
    assert.match((await run(argv, { env, terminal })).out, /^Changes go out/);
    assert.match(await typing.works(argv), /^Changes go out/);
  });
});
