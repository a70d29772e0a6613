import type { Chat } from '#connector-kit/contract.ts';
import { botOf, type Slack } from './api.ts';
import { botScopes } from './scopes.ts';

/**
 * Messages from the app to one person or a channel. Slack answers with what names the message; it lets an app
 * read neither whether somebody saw it nor, without more rights than it should have, the conversation.
 */
export const chat: Chat<Slack> = {
  scopes: Object.values(botScopes),

  async tell(slack, address, words) {
    const bot = botOf(slack);
    const person = await bot.personWith(address);
    if (person === null) return null;
    const { channel, ts } = await bot.post(await bot.conversationWith(person), words);
    return { summary: `Slack took the message to ${person} (${channel}, ${ts}).` };
  },

  async post(slack, channel, words) {
    const { channel: id, ts } = await botOf(slack).post(channel, words);
    return { summary: `Slack took the message to the channel ${id} (${ts}).` };
  },
};
