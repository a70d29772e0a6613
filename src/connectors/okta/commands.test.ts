import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { openOkta } from './api.ts';
import { resetPassword } from './reset-password.ts';
import { revokeSessions } from './revoke-sessions.ts';
import { connection, setUp } from './test-org.ts';

describe('commands to Okta', () => {
  it('end every session', async () => {
    const { client, user } = setUp({ sessions: 3 });
    await revokeSessions.send(client, 'priya', {});
    assert.equal(user.sessions, 0);
  });

  it('replace the password, and say since when', async () => {
    const { client } = setUp();
    const { summary } = await resetPassword.send(client, 'priya', {});
    assert.match(summary, /since 2026-11-29T08:00:01/);
  });

  it('do not believe that a password changed whose time did not move', async () => {
    const world = setUp();
    const behind = (async (input: string | URL | Request, init?: RequestInit) =>
      new Request(input, init).method === 'POST'
        ? Response.json({ id: 'priya' })
        : world.fetch(input, init)) as typeof fetch;
    const client = openOkta(connection, { ...loopbackIo, fetch: behind });
    await assert.rejects(
      resetPassword.send(client, 'priya', {}),
      failsAs('unexpected', /directory behind Okta/),
    );
  });
});
