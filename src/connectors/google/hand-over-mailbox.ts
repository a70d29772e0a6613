import { z } from 'zod';
import { blocked, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { person } from '#connector-kit/fields.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import { Aliases, type AliasMove, aliasesNow, moveAliases, movedTo } from './aliases.ts';
import type { Google } from './api.ts';
import { scopes } from './scopes.ts';

const Delegates = z.array(z.string());
const state = z.strictObject({
  suspended: z.boolean(),
  /** False: there is no mailbox. */
  mailbox: z.boolean(),
  /** Address of who is to read the mail; null: nobody was named, or no such account can be used. */
  reader: z.string().nullable(),
  /** Addresses of those who may read the mail. */
  delegates: Delegates,
  /** All new mail is sent on. */
  forwardsAll: z.boolean(),
  /** Addresses to which mail may be sent on. */
  forwardingAddresses: z.array(z.string()),
  /** Ids of filters that send some of it on. */
  forwardingFilters: z.array(z.string()),
  /** off, wanted: the one that is asked for; another: one of the person's own, whose words stay theirs. */
  reply: z.enum(['off', 'wanted', 'another']),
  /** Ids of the account, and of who is to read the mail. */
  ids: z.strictObject({ account: z.string(), reader: z.string().nullable() }),
  aliases: Aliases,
});
type State = z.infer<typeof state>;

interface Change {
  readonly addDelegates: readonly string[];
  readonly removeDelegates: readonly string[];
  readonly stopForwarding: boolean;
  readonly removeAddresses: readonly string[];
  readonly removeFilters: readonly string[];
  /** Null: as it is. */
  readonly reply: { readonly subject: string; readonly text: string } | 'off' | null;
  /** Null: they stay. */
  readonly aliases: AliasMove | null;
}

const params = z.strictObject({
  to: person(
    'Who reads the mail',
    'The e-mail address of a person with an account in Google Workspace. Left out: nobody',
  ).optional(),
  reply: z.string().trim().min(1).max(5_000).optional().meta({
    title: 'Automatic reply',
    description: 'What everybody who writes is told. Left out: no reply',
  }),
  subject: z.string().trim().min(1).max(200).optional().meta({
    title: 'Subject of the reply',
    description: 'Put before the subject of the mail that is replied to',
  }),
  aliases: z.enum(['stay', 'go to the reader']).optional().meta({
    title: 'Other addresses',
    description:
      'Left out, they stay. go to the reader: mail to them comes to whoever reads the mail. Not where HR knows people by such an address: from then on it means the reader',
  }),
});

/**
 * Takes away what sends or shows mail to others, and puts the successor and a reply in place. Google changes
 * mailboxes only of users who are not suspended, and delivers nothing to those who are: reading and replying go on
 * until the block. Nobody is written to.
 */
export const handOverMailbox = transition({
  capability: 'mailbox.hand-over',
  summary:
    'Stops forwarding, removes delegates, and lets somebody else read the mail, with an automatic reply. New mail comes only until the account is blocked.',
  scopes: [scopes.users, scopes.mailboxes, scopes.mailSharing],
  mustPrecede: ['account.suspend', 'licences.remove', 'account.delete'],
  params,
  state,
  repeatable: true,
  // Google says that a new delegate takes up to a minute.
  settlesWithinMs: 5 * 60_000,

  async read(google: Google, accountId, known): Promise<State> {
    const user = await google.user(accountId);
    const { to, reply, subject } = known?.params ?? {};
    const found = to === undefined ? null : await google.userWith(to);
    const reader = found && !found.suspended && !found.archived ? found : null;
    const common = {
      suspended: user.suspended || user.archived,
      reader: reader?.primaryEmail ?? null,
      ids: { account: user.id, reader: reader?.id ?? null },
      aliases: aliasesNow(user, reader, known?.before?.aliases ?? []),
    };
    if (common.suspended || !user.isMailboxSetup) {
      return { ...common, ...emptyMailbox, mailbox: user.isMailboxSetup };
    }
    const mailbox = google.mailbox(user.primaryEmail);
    const vacation = await mailbox.vacation();
    const isWanted = vacation.text.trim() === reply && vacation.subject === (subject ?? '');
    return {
      ...common,
      mailbox: true,
      delegates: (await mailbox.delegates()).map((it) => it.delegateEmail).sort(),
      forwardsAll: await mailbox.forwardsAll(),
      forwardingAddresses: (await mailbox.forwardingAddresses())
        .map((it) => it.forwardingEmail)
        .sort(),
      forwardingFilters: (await mailbox.forwardingFilters()).sort(),
      reply: vacation.on ? (isWanted ? 'wanted' : 'another') : 'off',
    };
  },

  plan(now, { to, reply, subject, aliases }): Plan<Change> {
    if (!now.mailbox) return done('The account has no mailbox.');
    if (now.suspended) {
      return blocked(
        'Google shows and changes the mailbox of nobody who is suspended. Lift the suspension and try again, or ' +
          'leave it at that.',
      );
    }
    if (to !== undefined && now.reader === null) {
      return blocked(`No account that can be used has the address ${to}. Name somebody else.`);
    }
    const { reader } = now;
    const it: Change = {
      addDelegates: reader === null || now.delegates.includes(reader) ? [] : [reader],
      removeDelegates: now.delegates.filter((email) => email !== reader),
      stopForwarding: now.forwardsAll,
      removeAddresses: now.forwardingAddresses,
      removeFilters: now.forwardingFilters,
      reply: planReply(now, reply, subject),
      aliases: aliases === 'go to the reader' ? movedTo('reader', now.aliases, now.ids) : null,
    };
    const words = wordsFor(it);
    if (words.length > 0) return change(`${words.join('; ')}.`, it);
    return done(
      reader === null
        ? 'Nobody else reads the mail, and none is sent on.'
        : `${reader} reads the mail, nobody else does, and none is sent on.`,
    );
  },

  async apply(google, accountId, it: Change) {
    const mailbox = google.mailbox((await google.user(accountId)).primaryEmail);
    // What leads out first.
    if (it.stopForwarding) await mailbox.stopForwarding();
    for (const id of it.removeFilters) await unlessMissing(mailbox.removeFilter(id));
    for (const email of it.removeAddresses)
      await unlessMissing(mailbox.removeForwardingAddress(email));
    for (const email of it.removeDelegates) await unlessMissing(mailbox.removeDelegate(email));
    const present = it.addDelegates.length > 0 ? await mailbox.delegates() : [];
    for (const email of it.addDelegates) {
      // Google refuses somebody who is one already.
      if (!present.some(({ delegateEmail }) => delegateEmail === email))
        await mailbox.addDelegate(email);
    }
    if (it.aliases) await moveAliases(google, it.aliases);
    if (it.reply !== null) await mailbox.setVacation(it.reply === 'off' ? null : it.reply);
  },

  /** Readers come back and go; forwarding that was stopped stays so, and a reply of the person's own is theirs. */
  restore(now, before): Plan<Change> {
    if (!now.mailbox) return done('The account has no mailbox.');
    if (now.suspended)
      return blocked('Lift the suspension first; then the mailbox can be changed.');
    const it: Change = {
      ...{ stopForwarding: false, removeAddresses: [], removeFilters: [] },
      addDelegates: before.delegates.filter((email) => !now.delegates.includes(email)),
      removeDelegates: now.delegates.filter((email) => !before.delegates.includes(email)),
      reply: now.reply === 'wanted' && before.reply !== 'wanted' ? 'off' : null,
      aliases: movedTo('account', now.aliases, now.ids),
    };
    const words = wordsFor(it);
    const stopped = before.forwardsAll || before.forwardingFilters.length > 0;
    const rest = stopped ? ' Forwarding that was stopped stays so.' : '';
    return words.length > 0
      ? change(`${words.join('; ')}.${rest}`, it)
      : done(`Everybody reads the mail who did before.${rest}`);
  },
});

const emptyMailbox = {
  ...{ delegates: [], forwardsAll: false, forwardingAddresses: [], forwardingFilters: [] },
  reply: 'off' as const,
};

function planReply(now: State, reply: string | undefined, subject: string | undefined) {
  if (reply === undefined) return now.reply === 'off' ? null : 'off';
  return now.reply === 'wanted' ? null : { text: reply, subject: subject ?? '' };
}

function wordsFor(it: Change): string[] {
  const addresses = it.removeAddresses.length;
  return [
    ...(it.stopForwarding ? ['Stop sending all new mail on'] : []),
    ...(it.removeFilters.length > 0
      ? [`Remove ${it.removeFilters.length} filters that send mail on`]
      : []),
    ...(addresses > 0 ? [`Remove ${addresses} addresses to send on to`] : []),
    ...(it.removeDelegates.length > 0
      ? [`No longer show the mail to ${it.removeDelegates.join(', ')}`]
      : []),
    ...(it.addDelegates.length > 0 ? [`Show the mail to ${it.addDelegates.join(', ')}`] : []),
    ...(it.aliases ? [wordsForMove(it.aliases)] : []),
    ...(it.reply === 'off' ? ['Switch the automatic reply off'] : []),
    ...(it.reply !== null && it.reply !== 'off' ? ['Set the automatic reply'] : []),
  ];
}

const wordsForMove = ({ whom, addresses }: AliasMove): string => {
  const whose = whom === 'reader' ? 'to whom the mail is shown' : 'back';
  return `Give ${addresses.join(', ')} ${whose}`;
};
