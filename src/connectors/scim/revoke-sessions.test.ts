import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failsAs, practise } from '../../../practice/servers/scim-testing.ts';
import { revokeSessions } from './revoke-sessions.ts';
import { suspendAccount } from './suspend-account.ts';

describe('revoke sessions', () => {
  it('says whose word it relies on once the account is suspended', async () => {
    const { client, accountId } = await practise();
    await suspendAccount.apply(client, accountId, { active: false });

    assert.deepEqual(await revokeSessions.send(client, accountId, {}), {
      summary: 'The account is deactivated; the vendor states that its sessions end with that.',
    });
  });

  it('says so as well when the account is gone', async () => {
    const { client, server, accountId } = await practise();
    server.users.delete(accountId);

    const { summary } = await revokeSessions.send(client, accountId, {});

    assert.match(summary, /no longer exists/);
  });

  it('acknowledges nothing while the person can sign in', async () => {
    const { client, accountId } = await practise();

    await assert.rejects(revokeSessions.send(client, accountId, {}), failsAs('rejected'));
  });
});
