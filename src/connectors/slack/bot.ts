import { z } from 'zod';
import type { ChatWords, Io } from '#connector-kit/contract.ts';
import { openHttp } from '#connector-kit/http.ts';
import { failureIn, nobodyFound } from './failures.ts';
import { messageOf } from './message.ts';
import { SlackUser } from './shapes.ts';
import { whoAmI } from './who-am-i.ts';

const said = { ok: z.literal(true) };
/** That nobody has the address is an answer here, and no page that is missing. */
const Nobody = z.object({ ok: z.literal(false), error: z.literal(nobodyFound) });
const Found = z.union([z.object({ ...said, user: SlackUser }), Nobody]);
const Opened = z.object({ ...said, channel: z.object({ id: z.string() }) });
const Posted = z.object({ ...said, channel: z.string(), ts: z.string() });

/** What the app says by itself, not in the name of whoever installed it. */
export function openSlackBot(token: string, io: Io) {
  const http = openHttp(io, {
    baseUrl: 'https://slack.com/api',
    headers: { authorization: `Bearer ${token}` },
    failureIn,
  });

  return {
    whoAmI: () => whoAmI(http),

    /** The one person with exactly this address who can be written to; null: nobody. */
    async personWith(email: string): Promise<string | null> {
      const path = `/users.lookupByEmail?${new URLSearchParams({ email })}`;
      const found = await http.get(path, Found);
      if (!found.ok) return null;
      const { id, deleted, is_bot, is_stranger, profile } = found.user;
      const isTheirs = profile?.email?.toLowerCase() === email.toLowerCase();
      return isTheirs && !deleted && !is_bot && !is_stranger ? id : null;
    },

    /** The conversation between the app and one person; the same each time. */
    async conversationWith(person: string): Promise<string> {
      const opened = await http.post('/conversations.open', Opened, { users: person });
      return opened.channel.id;
    },

    /** Returns what names the message: its channel and its moment there. */
    async post(channel: string, words: ChatWords) {
      return http.post('/chat.postMessage', Posted, { channel, ...messageOf(words) });
    },
  };
}
export type SlackBot = ReturnType<typeof openSlackBot>;
