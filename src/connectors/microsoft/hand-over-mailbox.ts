import { z } from 'zod';
import {
  byHand,
  change,
  done,
  type HandOrder,
  type Plan,
  transition,
} from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import type { Microsoft } from './api.ts';
import { to } from './receiver.ts';
import { scopes } from './scopes.ts';

const state = z.strictObject({
  login: z.string(),
  /** What the mailbox is for, by Microsoft's words; null: there is none. */
  purpose: z.string().nullable(),
  /** Whether the reply that was asked for is on. Its text is not kept. */
  replies: z.boolean(),
  /** Ids of the rules of the inbox that send mail on. */
  forwarding: z.array(z.string()),
});

interface Change {
  readonly reply: string | null;
  readonly rules: readonly string[];
}

/**
 * Graph sets the reply and removes rules. Making the mailbox a shared one and letting somebody in is Exchange's
 * alone: a person does it, and Graph is read until it shows.
 */
export const handOverMailbox = transition({
  capability: 'mailbox.hand-over',
  summary:
    'Stops mail from being sent on, answers who writes, and has the mailbox made a shared one of somebody.',
  scopes: [scopes.readDirectory, scopes.manageMailboxes],
  // A mailbox without licence or user is deleted, unless it is shared by then.
  mustPrecede: ['licences.remove', 'account.delete'],
  params: z.strictObject({
    to,
    reply: z.string().trim().min(1).optional().meta({
      title: 'Automatic reply',
      description: 'To everybody who writes, inside and outside. Left out: none is set',
    }),
  }),
  state,
  settlesWithinMs: 60 * 60_000,
  repeatable: true,

  async read(microsoft: Microsoft, accountId, known) {
    const { userPrincipalName: login } = await microsoft.user(accountId);
    const mailbox = await microsoft.mailbox(accountId);
    if (!mailbox) return { login, purpose: null, replies: false, forwarding: [] };
    const reply = mailbox.automaticRepliesSetting;
    const wanted = known?.params.reply;
    const says = [reply.internalReplyMessage, reply.externalReplyMessage];
    return {
      login,
      purpose: mailbox.userPurpose ?? 'unknown',
      replies:
        wanted !== undefined &&
        reply.status === 'alwaysEnabled' &&
        says.every((it) => wordsIn(it ?? '').includes(wordsIn(wanted))),
      forwarding: (await microsoft.forwardingRules(accountId)).toSorted(),
    };
  },

  plan({ login, purpose, replies, forwarding }, params): Plan<Change> {
    if (purpose === null) return done('There is no mailbox.');
    const reply = replies ? null : (params.reply ?? null);
    if (reply !== null || forwarding.length > 0) {
      const parts = [
        ...(forwarding.length > 0 ? [`Remove ${forwarding.length} rules that send mail on.`] : []),
        ...(reply !== null ? ['Answer everybody who writes.'] : []),
      ];
      return change(parts.join(' '), { reply, rules: forwarding });
    }
    if (purpose === 'user' || purpose === 'linked' || purpose === 'unknown') {
      return byHand(orderFor(login, params.to), null);
    }
    return done(`No rule that shows sends mail on, and the mailbox is ${purpose}.`);
  },

  async apply(microsoft, accountId, { reply, rules }: Change) {
    for (const id of rules) await unlessMissing(microsoft.removeRule(accountId, id));
    if (reply !== null) await microsoft.setReply(accountId, reply);
  },
});

const orderFor = (login: string, receiver: string): HandOrder => ({
  instructions: [
    `Make the mailbox of ${login} a shared one, in the Exchange admin center → Recipients → Mailboxes:`,
    '1. Others → Convert to shared mailbox. Over 50 GB it has to keep a licence.',
    `2. Delegation → Read and manage (Full Access): add ${receiver}, and remove who is not to read it.`,
    '3. Mailbox → Mail flow settings → Email forwarding: off.',
    '4. Look for hidden rules, in Exchange Online PowerShell: ' +
      `Get-InboxRule -Mailbox ${login} -IncludeHidden`,
    'Leave sign-in blocked. Gatehouse sees the conversion by itself; write down who can read the mailbox now.',
  ].join('\n'),
  proof: ['who can read the mailbox now', 'whether mail was forwarded, and where to'],
  assignTo: { role: 'it-admin' },
  deadline: null,
  mustName: null,
});

/** Exchange puts a reply into HTML of its own. */
const wordsIn = (text: string) =>
  text
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&nbsp;', ' ')
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' ')
    .trim();
