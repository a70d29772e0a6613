import { z } from 'zod';
import { blocked, change, command, done, type Plan, transition } from '#connector-kit/contract.ts';
import type { Radius } from './api.ts';
import { endSessions, expectStops, inWords, usualStops } from './end-sessions.ts';

const state = z.strictObject({
  /** Those that accounting shows without an end. */
  sessions: z.array(
    z.strictObject({
      key: z.string(),
      session: z.string(),
      nas: z.string(),
      startedAt: z.string().nullable(),
      /** Its access server is one of this connection. */
      inReach: z.boolean(),
    }),
  ),
});

const summary = 'Ends each session that accounting shows, at the access server it runs at.';

/** What our user of PostgreSQL and each access server have to allow. */
export const scopes = ['select on the table radacct', 'Disconnect-Request at each access server'];

/** Where access servers report the end of sessions: it is their Stop that counts. */
export const revokeSessions = transition({
  capability: 'sessions.revoke',
  summary,
  scopes,
  params: z.strictObject({}),
  state,
  // A Stop that is on its way gets there within seconds; FreeRADIUS may write it down later when it is busy.
  settlesWithinMs: 5 * 60_000,
  // A session that has gone cannot be ended twice: the second request finds none.
  repeatable: true,

  async read(radius: Radius, accountId) {
    const rows = await radius.accounting.open(accountId);
    return {
      sessions: rows.map(({ key, session, nas, startedAt }) => ({
        ...{ key, session, nas, startedAt: startedAt?.toISOString() ?? null },
        inReach: radius.reaches(nas),
      })),
    };
  },

  plan({ sessions }): Plan<readonly string[]> {
    if (sessions.length === 0) return done('Accounting shows no open session.');
    const near = sessions.filter((it) => it.inReach);
    if (near.length > 0) {
      return change(
        `End ${near.map(inWords).join('; ')}.`,
        near.map(({ key }) => key),
      );
    }
    return blocked(
      `Not at an access server of this connection: ${sessions.map(inWords).join('; ')}. ` +
        'Add it to the connection, or end the session there.',
    );
  },

  async apply(radius, accountId, keys: readonly string[]) {
    const wanted = new Set(keys);
    const rows = (await radius.accounting.open(accountId)).filter(({ key }) => wanted.has(key));
    const ended = await endSessions(radius, rows);
    await expectStops(radius, accountId, ended, usualStops);
  },
});

/** Where their Stops cannot be relied on: the answer of each access server is all there is. */
export const disconnect = command({
  capability: 'sessions.revoke',
  summary,
  scopes,
  params: z.strictObject({}),

  async send(radius: Radius, accountId) {
    const rows = await radius.accounting.open(accountId);
    const ended = await endSessions(radius, rows);
    if (ended.length === 0) return { summary: 'Accounting shows no open session.' };
    const told = (ending: string) => ended.filter((it) => it.ending === ending);
    const parts = [
      ...told('ended').map(({ row }) => `ended: ${inWords(row)}`),
      ...told('no such session').map(({ row }) => `not there any more: ${inWords(row)}`),
    ];
    return { summary: `The access servers say: ${parts.join('; ')}.` };
  },
});
