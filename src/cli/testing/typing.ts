import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startTestServer, type TestServer } from '#api/testing/server.ts';
import type { AnswerOrder, TestUser } from '#app/testing/app.ts';
import { type Ran, type RunOptions, run } from './run.ts';

type Words = readonly string[];

/** A server, two users of it, and commands typed by them. Whoever starts it stops it. */
export interface Typing {
  readonly server: TestServer;
  /** IT admin and Security; types where nobody else is named. */
  readonly admin: TestUser;
  readonly hr: TestUser;
  /** A folder for files, which goes with the server. */
  readonly folder: string;
  /** Writes a file there and returns its path. */
  file(name: string, text: string): string;
  type(argv: Words, user?: TestUser, options?: RunOptions): Promise<Ran>;
  /** Types a command that has to work, and returns what it answers. */
  works(argv: Words, user?: TestUser, options?: RunOptions): Promise<string>;
  /** Types a command that has to fail in this way. */
  fails(
    argv: Words,
    wanted: { code: number; err: RegExp; out?: RegExp },
    options?: RunOptions,
    user?: TestUser,
  ): Promise<void>;
  stop(): Promise<void>;
}

export async function startTyping(answer?: AnswerOrder): Promise<Typing> {
  const server = await startTestServer(answer);
  const admin = await server.addUser('Ada Admin', ['it-admin', 'security']);
  const hr = await server.addUser('Hanna HR', ['hr']);
  const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-cli-'));

  const type: Typing['type'] = (argv, user = admin, options = {}) => {
    const env = { GATEHOUSE_URL: server.url, GATEHOUSE_TOKEN: user.token };
    return run(argv, { env, ...options });
  };
  return {
    server,
    admin,
    hr,
    folder,
    type,
    file(name, text) {
      const at = path.join(folder, name);
      writeFileSync(at, text);
      return at;
    },
    async works(argv, user, options) {
      const { code, out, err } = await type(argv, user, options);
      assert.equal(code, 0, err + out);
      return out;
    },
    async fails(argv, wanted, options, user) {
      const { code, out, err } = await type(argv, user, options);
      assert.match(err, wanted.err);
      assert.match(out, wanted.out ?? /^$/);
      assert.equal(code, wanted.code);
    },
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true });
    },
  };
}
