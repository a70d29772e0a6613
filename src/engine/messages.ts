import { ConnectorError, type Failure } from '#core/failure.ts';
import { settingsFrom } from '#core/settings.ts';
import { loadSettings } from '#store/settings.ts';
import type { Engine } from './engine.ts';

export interface Letter {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** The same for every attempt, so that a repeat can be recognised. */
  readonly id: string;
}

export type Sent =
  | { readonly kind: 'sent'; readonly receipt: string }
  /** Nobody has set up how mail leaves the house. */
  | { readonly kind: 'no mail' }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** Sends one letter through the mail connection that the settings name. Never throws. */
export async function sendLetter(engine: Engine, letter: Letter): Promise<Sent> {
  const { mailConnection } = settingsFrom(await loadSettings(engine.pool)).alerts;
  if (mailConnection === null) return { kind: 'no mail' };
  try {
    const opened = await engine.clients.open(mailConnection);
    try {
      const { mail } = opened.connector;
      if (!mail) return { kind: 'no mail' };
      const receipt = await mail.send(opened.client, {
        to: letter.to,
        subject: letter.subject,
        text: letter.text,
        messageId: `${letter.id}@gatehouse`,
      });
      return { kind: 'sent', receipt: receipt.summary };
    } catch (error) {
      throw opened.withoutSecrets(error);
    } finally {
      await opened.close();
    }
  } catch (error) {
    if (error instanceof ConnectorError) return { kind: 'failed', failure: error.failure };
    const detail = error instanceof Error ? error.message : String(error);
    return { kind: 'failed', failure: { kind: 'unexpected', detail } };
  }
}
