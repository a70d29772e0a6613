import type { ChatWords } from '#connector-kit/contract.ts';
import { ConnectorError } from '#core/failure.ts';

/**
 * Teams takes about 28 KB with what it adds itself, and the workflow says yes before it finds out.
 * https://learn.microsoft.com/connectors/teams
 */
const longestBytes = 20_000;

/**
 * A message as the workflow “when a webhook request is received” takes it: one Adaptive Card. Runs of text know no
 * Markdown, and a mention needs an entity beside the card, which is never there: nothing in the words means anything.
 * https://learn.microsoft.com/adaptive-cards/schema-explorer/text-run
 */
export function messageOf({ subject, text }: ChatWords) {
  const lines = text.trim().split('\n');
  const message = {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          body: [
            lineOf(subject, { weight: 'Bolder' }),
            // An empty line is room, and no text.
            ...lines.flatMap((line, i) =>
              line.trim() === '' ? [] : [lineOf(line, {}, i === 0 || lines[i - 1]?.trim() === '')],
            ),
          ],
        },
      },
    ],
  };
  if (Buffer.byteLength(JSON.stringify(message)) > longestBytes) {
    const detail = `The message is longer than the ${longestBytes} bytes that surely fit into Teams.`;
    throw new ConnectorError({ kind: 'rejected', detail });
  }
  return message;
}

const lineOf = (text: string, look: { readonly weight?: 'Bolder' }, apart = true) => ({
  type: 'RichTextBlock',
  spacing: apart ? 'Medium' : 'None',
  inlines: [{ type: 'TextRun', text, ...look }],
});
