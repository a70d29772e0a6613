import type { ChatWords } from '#connector-kit/contract.ts';
import { ConnectorError } from '#core/failure.ts';

/** Slack cuts off what is longer, without a word. https://docs.slack.dev/reference/methods/chat.postMessage */
const longestText = 40_000;

/** A message as Slack takes it: plain text, of which nothing is a mention, a link or a format. */
export function messageOf({ subject, text }: ChatWords) {
  const whole = escaped(`${subject}\n\n${text.trim()}`);
  if (whole.length > longestText) {
    const detail = `The message is longer than the ${longestText} characters that Slack takes.`;
    throw new ConnectorError({ kind: 'rejected', detail });
  }
  return {
    text: whole,
    ...{ mrkdwn: false, parse: 'none', link_names: false },
    // A preview of a linked page would be fetched, and say more than we did.
    ...{ unfurl_links: false, unfurl_media: false },
  };
}

/**
 * With these three replaced nothing is left that Slack would take for a mention: each of them, also of
 * everybody in a channel, begins with “<”. https://docs.slack.dev/messaging/formatting-message-text
 */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
