import { z } from 'zod';
import { blocked, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { person } from '#connector-kit/fields.ts';
import type { Dovecot, Share } from './api.ts';
import { loginFor } from './login-for.ts';
import { scopes } from './scopes.ts';
import { handMade, isOurs, type Script, scriptFor } from './script.ts';

const Shares = z.array(
  z.strictObject({
    ...{ mailbox: z.string(), who: z.string() },
    rights: z.array(z.string()).readonly(),
  }),
);
const state = z.strictObject({
  login: z.string(),
  /** Login of who is to read the mail; null: nobody was named, or nobody here has that address. */
  reader: z.string().nullable(),
  /** What others may do in mailboxes of the person; null: Dovecot keeps no access lists. */
  shares: Shares.nullable(),
  /** Mailboxes that seem to be somebody else's, and that nothing may be done to. */
  foreign: z.array(z.string()),
  /** Mailboxes that the reader may not read yet. */
  unread: z.array(z.string()),
  /** Whether the reader's mail program lists the inbox. */
  shows: z.boolean(),
  /** Null: Dovecot runs no scripts of people. */
  script: z
    .strictObject({
      /** Which one runs, by its name; null: none, or one that was made by hand, which Dovecot does not show. */
      active: z.string().nullable(),
      /** It is just what is asked for, so that no other runs. */
      isWanted: z.boolean(),
      /** One that was made by hand lies there, and no longer runs. */
      handMade: z.boolean(),
    })
    .nullable(),
  /** What doveadm does not show, though nobody said that the server goes without. */
  unseen: z.array(z.enum(['acl', 'sieve'])),
});
type State = z.infer<typeof state>;

const params = z.strictObject({
  to: person(
    'Who reads the mail',
    'The e-mail address of a person with a mailbox on this server. Left out: nobody',
  ).optional(),
  reply: z.string().trim().min(1).max(5_000).optional().meta({
    title: 'Automatic reply',
    description: 'What everybody who writes is told. Left out: no reply',
  }),
  subject: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .regex(/^[^\r\n]*$/)
    .optional()
    .meta({
      title: 'Subject of the reply',
      description: 'Put before the subject of the mail that is replied to',
    }),
  until: z.iso.date().optional().meta({
    title: 'Last day of the reply',
    description: 'Such as “last working day + 30 days”. Left out: it has no end',
  }),
  forward: z.enum(['to the reader']).optional().meta({
    title: 'New mail',
    description: 'to the reader: whoever reads the mail gets new mail as well. Left out: it stays',
  }),
});
type Params = z.infer<typeof params>;

interface Change {
  /** What runs from now on; `off`: nothing; a name: one that is there. Null: as it is. */
  readonly script: Script | { readonly name: string } | 'off' | null;
  readonly close: readonly Omit<Share, 'rights'>[];
  readonly add: readonly Share[];
  /** Only of the way back: as it was, no more and no less. */
  readonly set: readonly Share[];
  /** Only of the way back: a script of ours that is no longer needed. */
  readonly remove: string | null;
}

const plugins = ['acl', 'sieve'] as const;

/** Enough to read, and to see what was read; nothing can be changed or removed. */
const toRead = ['lookup', 'read', 'write-seen'];
const idOf = (login: string) => `user=${login}`;

/**
 * Ends what shows or sends mail to others, and puts the reader and a reply in place. The person's own script is kept
 * and no longer runs, whatever it does: that it sends nothing on could not be told from its text.
 */
export const handOverMailbox = transition({
  capability: 'mailbox.hand-over',
  summary:
    'Stops the person’s own rules, so that they send nothing on, takes the mailboxes back from whoever could read them, and lets somebody else read the mail, with an automatic reply.',
  scopes: [
    ...[scopes.user, scopes.statuses, scopes.mailboxes],
    ...[
      scopes.readShares,
      scopes.readRights,
      scopes.setShares,
      scopes.addShares,
      scopes.removeShares,
    ],
    ...[scopes.scripts, scopes.readScript, scopes.putScript],
    ...[scopes.activate, scopes.deactivate, scopes.removeScript],
  ],
  params,
  state,
  repeatable: true,

  async read(dovecot: Dovecot, accountId, known): Promise<State> {
    const { to } = known?.params ?? {};
    const name = to === undefined ? null : loginFor(to, dovecot.settings.domain);
    const reader = name === null ? null : await dovecot.loginOf(name);
    const mailboxes = await dovecot.mailboxesOf(accountId);
    const shares = await dovecot.sharesOf(accountId, mailboxes);
    const script = await readScript(dovecot, accountId, known?.params);
    const hidden = { acl: shares === null, sieve: script === null };
    return {
      login: accountId,
      reader,
      shares: shares && [...shares],
      foreign: shares === null ? [] : [...(await dovecot.foreignAmong(accountId, mailboxes))],
      unread: reader === null ? [] : mailboxes.filter((it) => !mayRead(reader, it, shares ?? [])),
      shows: reader !== null && (await dovecot.listsInboxOf(reader, accountId)),
      script,
      unseen: plugins.filter((it) => hidden[it] && !dovecot.settings.without.includes(it)),
    };
  },

  plan(now, params): Plan<Change> {
    const problem = problemWith(now, params);
    if (problem !== null) return blocked(problem);
    const { reader } = now;
    const mine = reader === null ? null : idOf(reader);
    const it: Change = {
      script: now.script?.isWanted === false ? wantedBy(params) : null,
      close: (now.shares ?? []).filter(({ who }) => who !== mine).map(withoutRights),
      add: now.unread.map((mailbox) => ({ mailbox, who: mine!, rights: toRead })),
      set: [],
      remove: null,
    };
    const words = wordsFor(it, rulesOf(params));
    if (words.length > 0) return change(`${words.join('; ')}.`, it);
    if (reader !== null && !now.shows) return blocked(unseenBy(reader));
    return done(
      [
        reader === null ? '' : `${reader} reads the mail.`,
        now.shares === null ? 'Nobody can be shown a mailbox here.' : 'Nobody else may read it.',
        now.script === null ? 'There are no rules here.' : 'No rules of the person run.',
      ]
        .filter((it) => it !== '')
        .join(' '),
    );
  },

  async apply(dovecot, accountId, { script, close, add, set, remove }: Change) {
    // What leads out first.
    if (script !== null) await run(dovecot, accountId, script);
    if (remove !== null) await dovecot.removeScript(accountId, remove);
    await dovecot.removeRights(accountId, close);
    await dovecot.addRights(accountId, add);
    await dovecot.setRights(accountId, set);
  },

  /** Whoever read it before reads it again, and the script of before runs. */
  restore(now, before): Plan<Change> {
    const has = (shares: readonly Share[] | null, it: Share, isSame = sameShare) =>
      shares?.some((other) => isSame(it, other)) ?? false;
    const active = now.script?.active ?? null;
    const wasHandMade = now.script?.handMade === true && before.script?.handMade === false;
    const earlier = before.script?.active ?? (wasHandMade ? handMade : null);
    // One that the person made since is theirs.
    const isLeft = active === earlier || (active !== null && !isOurs(active));
    const it: Change = {
      script: now.script === null || isLeft ? null : earlier === null ? 'off' : { name: earlier },
      close: (now.shares ?? [])
        .filter((share) => !has(before.shares, share, samePlace))
        .map(withoutRights),
      add: [],
      set: (before.shares ?? []).filter((share) => !has(now.shares, share)),
      remove: isLeft ? null : active,
    };
    const words = wordsFor(it, []);
    return words.length > 0
      ? change(`${words.join('; ')}.`, it)
      : done('Everybody reads the mail who did before, and the same rules run.');
  },
});

const unseenBy = (reader: string): string =>
  `${reader} may read the mail, and their mail program does not list it. Look at the shared namespace and at ` +
  'acl_shared_dict of Dovecot, and at “Where mailboxes of others show” of this connection.';

/** Why the goal cannot be reached from here; null: it can. */
function problemWith(
  { login, reader, shares, foreign, script, unseen }: State,
  params: Params,
): string | null {
  if (params.to !== undefined && reader === null) {
    return `Nobody on this server has the address ${params.to}. Name somebody else.`;
  }
  if (foreign.length > 0) {
    return (
      `${foreign.join(', ')} may well be mailboxes of somebody else. Correct “Where mailboxes of others show” of ` +
      'this connection, so that nobody is let in there.'
    );
  }
  if (reader === login) return 'The mailbox cannot be handed over to the person who has it.';
  if (params.forward !== undefined && reader === null) {
    return 'New mail is to be sent to the reader, and nobody is named. Name somebody as “to”.';
  }
  if (reader !== null && shares === null) {
    return 'Dovecot keeps no access lists here, so nobody can be let in. Switch its plugin acl on.';
  }
  if (script === null && (params.reply !== undefined || params.forward !== undefined)) {
    return 'Dovecot runs no scripts of people here, so it cannot reply. Install its plugin Sieve.';
  }
  const [plugin] = unseen;
  return plugin === undefined ? null : unseenThere[plugin];
}

/** What is not shown may be there all the same, such as a plugin that is loaded for IMAP alone. */
const unseenThere = {
  acl:
    'Dovecot shows no access lists, so it is not known who else may read the mail. Switch its plugin acl on for all of ' +
    'Dovecot; if it has none, enter acl under “What this server does without” of this connection.',
  sieve:
    'Dovecot shows no scripts of people, so it is not known whether mail is sent on. Let doveadm have its plugin Sieve; ' +
    'if there is none, enter sieve under “What this server does without” of this connection.',
};

const wantedBy = ({ to, reply, subject, until, forward }: Params): Script =>
  scriptFor({ reply, subject, until, forwardTo: forward === undefined ? null : (to ?? null) });

async function readScript(
  dovecot: Dovecot,
  login: string,
  params: Params | undefined,
): Promise<State['script']> {
  const scripts = await dovecot.scriptsOf(login);
  if (scripts === null) return null;
  const active = scripts.find((it) => it.isActive)?.name ?? null;
  const wanted = wantedBy(params ?? {});
  const isWanted = active === wanted.name && (await dovecot.script(login, active)) === wanted.text;
  return { active, isWanted, handMade: scripts.some(({ name }) => name === handMade) };
}

async function run(
  dovecot: Dovecot,
  login: string,
  script: NonNullable<Change['script']>,
): Promise<void> {
  if (script === 'off') await dovecot.deactivateScripts(login);
  else {
    if ('text' in script) await dovecot.putScript(login, script.name, script.text);
    await dovecot.activateScript(login, script.name);
  }
}

const mayRead = (reader: string, mailbox: string, shares: readonly Share[]): boolean =>
  shares.some(
    (it) =>
      it.mailbox === mailbox &&
      it.who === idOf(reader) &&
      toRead.every((right) => it.rights.includes(right)),
  );

const withoutRights = ({ mailbox, who }: Share) => ({ mailbox, who });
const samePlace = (a: Share, b: Share) => a.mailbox === b.mailbox && a.who === b.who;
const sameShare = (a: Share, b: Share) => samePlace(a, b) && a.rights.join() === b.rights.join();

/** What a script of ours does, in words. */
const rulesOf = ({ to, reply, until, forward }: Params): readonly string[] => [
  ...(reply === undefined ? [] : [`Reply to whoever writes${until ? `, until ${until}` : ''}`]),
  ...(forward === undefined ? [] : [`Send new mail to ${to} as well`]),
];

function wordsFor({ script, close, add, set }: Change, rules: readonly string[]): string[] {
  const who = (shares: readonly { readonly who: string }[]) =>
    [...new Set(shares.map((it) => it.who.replace(/^user=/, '')))].join(', ');
  const on = (shares: readonly unknown[]) =>
    `${shares.length} ${shares.length === 1 ? 'mailbox' : 'mailboxes'}`;
  return [
    ...(script === null ? [] : [rulesAre(script)]),
    ...(script === null ? [] : rules),
    ...(close.length > 0 ? [`No longer show ${on(close)} to ${who(close)}`] : []),
    ...(add.length > 0 ? [`Show ${on(add)} to ${who(add)}`] : []),
    ...(set.length > 0 ? [`Show ${on(set)} to ${who(set)} as before`] : []),
  ];
}

const rulesAre = (script: NonNullable<Change['script']>): string =>
  script !== 'off' && !('text' in script)
    ? `Let the rules “${script.name}” of the person run again`
    : 'Let no rules of the person run';
