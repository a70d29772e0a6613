import { isIP } from 'node:net';
import { z } from 'zod';
import type { Io } from '#connector-kit/contract.ts';
import { ConnectorError } from '#core/failure.ts';
import { type Command, openDoveadm, told, unlessGone } from './doveadm.ts';
import type { Settings } from './settings.ts';

/** By the login that was asked for; Dovecot may know it by another spelling. */
const Looked = z.record(z.string(), z.looseObject({ user: z.string().optional() }));
const Listed = z.object({ userList: z.array(z.string()) });
const Sessions = z.array(
  z.object({ username: z.string(), connections: z.string().regex(/^\d+$/).transform(Number) }),
);
const Mailboxes = z.array(z.object({ mailbox: z.string() }));
const Rights = z.array(z.object({ id: z.string(), global: z.string(), rights: z.string() }));
const Held = z.tuple([z.object({ rights: z.string() })]);
const Scripts = z.array(z.object({ script: z.string(), active: z.string() }));
const Script = z.tuple([z.object({ 'sieve script': z.string() })]);

/** What somebody else may do in one mailbox. */
export interface Share {
  readonly mailbox: string;
  /** As Dovecot names them: `user=sam@meadow.example`, `anyone`, … */
  readonly who: string;
  readonly rights: readonly string[];
}

/** Also where a namespace of one's own has a prefix. */
const ownMailboxes = ['*', 'INBOX/*', 'INBOX.*'];

/** What we ask of Dovecot, in our words, one function per question or change. */
export function openDovecot(settings: Settings, io: Io) {
  const doveadm = openDoveadm(settings.address, settings.apiKey, io);
  const { ask, act } = doveadm;
  const one = async <T>(command: Command, shape: z.ZodType<T>) => (await ask([command], shape))[0];

  return {
    settings,
    known: doveadm.known,

    /** As Dovecot spells the login; null: nobody has it. */
    async loginOf(name: string): Promise<string | null> {
      const found = unlessGone(await one(['user', { userMask: [alone(name)] }], Looked));
      if (found === null) return null;
      const [[spelled, fields] = ['', {}], ...others] = Object.entries(found);
      if (spelled.toLowerCase() === name.toLowerCase() && others.length === 0) {
        return fields.user ?? spelled;
      }
      const detail = 'doveadm user answered for somebody else than was asked for';
      throw new ConnectorError({ kind: 'unexpected', detail });
    },
    /** Everybody. Dovecot gives them in one answer, and knows no pages. */
    logins: async () => told(await one(['user', { userMask: ['*'] }], Listed)).userList,

    /** How many connections are signed in, by whatever protocol. */
    async sessionsOf(login: string): Promise<number> {
      const all = told(await one(['who', { mask: [noAddress(login)] }], Sessions));
      return all
        .filter(({ username }) => username.toLowerCase() === login.toLowerCase())
        .reduce((sum, { connections }) => sum + connections, 0);
    },
    kick: async (login: string) => act([['kick', { mask: [noAddress(login)] }]]),
    /** Lets no password count any more that was checked before. */
    async forgetPasswords(login: string): Promise<number> {
      // Without a name it would be everybody's, and what the parameter is called depends on the version.
      const parameters = (await doveadm.known()).get('authCacheFlush') ?? [];
      const name = parameters.includes('userMask') ? 'userMask' : 'user';
      const Flushed = z.tuple([z.object({ entries: z.string().regex(/^\d+$/).or(z.int()) })]);
      const flushed = await one(['authCacheFlush', { [name]: [alone(login)] }], Flushed);
      return Number(told(flushed)[0].entries);
    },

    /** Mailboxes of their own, the inbox first. Dovecot lists those that others share among them. */
    async mailboxesOf(login: string): Promise<readonly string[]> {
      const asked = { user: alone(login), mailboxMask: ownMailboxes, field: ['guid'] };
      const found = told(await one(['mailboxStatus', asked], Mailboxes));
      // An inbox that never got mail is listed nowhere.
      const others = settings.shared.replace(/%.*$/, '');
      const own = found.map((it) => it.mailbox).filter((it) => !`${it}/`.startsWith(others));
      return [...new Set(['INBOX', ...own.toSorted()])];
    },
    /** What others may do in these; null: Dovecot keeps no access lists. Lists that hold for the server are left out. */
    async sharesOf(login: string, mailboxes: readonly string[]): Promise<readonly Share[] | null> {
      const answers = await ask(
        mailboxes.map((mailbox): Command => ['aclGet', { user: alone(login), mailbox }]),
        Rights,
      );
      const [inbox] = answers;
      // The inbox is always there: what is missing is the plugin, or the command that it brings.
      if (inbox?.kind === 'failed' && (inbox.isUnknown || inbox.failure.kind === 'not-found')) {
        return null;
      }
      return answers.flatMap((answer, i) =>
        (unlessGone(answer) ?? [])
          .filter(({ id, global, rights }) => global === '' && id !== 'owner' && opens(rights))
          .map(({ id, rights }) => ({
            mailbox: mailboxes[i]!,
            who: id,
            rights: rights.split(' ').toSorted(),
          })),
      );
    },
    /** Those over which the person has no say, as if they were somebody else's. */
    async foreignAmong(login: string, mailboxes: readonly string[]): Promise<readonly string[]> {
      const user = alone(login);
      const answers = await ask(
        mailboxes.map((mailbox): Command => ['aclRights', { user, mailbox }]),
        Held,
      );
      return mailboxes.filter((_, i) => {
        const [held] = unlessGone(answers[i]) ?? [];
        return held !== undefined && !held.rights.split(' ').includes('admin');
      });
    },
    setRights: async (login: string, shares: readonly Share[]) =>
      act(
        shares.map(({ mailbox, who, rights }): Command => {
          return ['aclSet', { user: alone(login), mailbox, id: who, right: rights }];
        }),
      ),
    addRights: async (login: string, shares: readonly Share[]) =>
      act(
        shares.map(({ mailbox, who, rights }): Command => {
          return ['aclAdd', { user: alone(login), mailbox, id: who, right: rights }];
        }),
      ),
    removeRights: async (login: string, shares: readonly Omit<Share, 'rights'>[]) =>
      act(
        shares.map(({ mailbox, who }): Command => {
          return ['aclDelete', { user: alone(login), mailbox, id: who }];
        }),
      ),
    /** Whether the mail program of somebody lists the inbox of somebody else. */
    async listsInboxOf(reader: string, owner: string): Promise<boolean> {
      const inbox = sharedName(settings.shared, owner);
      const names = [inbox, `${inbox}/INBOX`, `${inbox}.INBOX`];
      const asked = { user: alone(reader), mailboxMask: names };
      const found = told(await one(['mailboxList', asked], Mailboxes));
      return found.some(({ mailbox }) => names.includes(mailbox));
    },

    /** Names of the scripts, and which runs; null: Dovecot runs none of people's own. */
    async scriptsOf(login: string) {
      const answer = await one(['sieveList', { user: alone(login) }], Scripts);
      if (answer?.kind === 'failed' && answer.isUnknown) return null;
      return told(answer).map(({ script, active }) => ({
        name: script,
        isActive: active !== '',
      }));
    },
    /** Null: there is no such script. */
    async script(login: string, scriptname: string): Promise<string | null> {
      const found = await one(['sieveGet', { user: alone(login), scriptname }], Script);
      return unlessGone(found)?.[0]['sieve script'] ?? null;
    },
    putScript: async (login: string, scriptname: string, file: string) =>
      act([['sievePut', { user: alone(login), scriptname, file }]]),
    activateScript: async (login: string, scriptname: string) =>
      act([['sieveActivate', { user: alone(login), scriptname }]]),
    deactivateScripts: async (login: string) => act([['sieveDeactivate', { user: alone(login) }]]),
    removeScript: async (login: string, scriptname: string) =>
      act([['sieveDelete', { user: alone(login), scriptname: [scriptname] }]]),
  };
}
export type Dovecot = ReturnType<typeof openDovecot>;

const opens = (rights: string): boolean =>
  rights.split(' ').some((it) => it !== '' && !it.startsWith('-'));

/** Where the inbox of somebody shows to others. */
function sharedName(prefix: string, owner: string): string {
  const [local = '', domain = ''] = owner.split('@');
  const names: Readonly<Record<string, string>> = { u: owner, n: local, d: domain };
  return prefix.replaceAll(/%([und])/g, (_, it: string) => names[it] ?? '').replace(/[/.]$/, '');
}

/** A login that means one person: where Dovecot takes a login it takes a mask of several as well. */
function alone(login: string): string {
  if (login !== '' && !/[*?]/.test(login)) return login;
  const detail = 'Dovecot would take this login for several people.';
  throw new ConnectorError({ kind: 'rejected', detail });
}

/** Where it also takes a network: as inet_aton reads it, 1042 is an address of the internet. */
function noAddress(login: string): string {
  const [address = ''] = login.split('/');
  const part = '(0x[\\da-f]*|\\d+)';
  const isAddress =
    isIP(address) !== 0 || new RegExp(`^${part}(\\.${part}){0,3}$`, 'i').test(address);
  if (!isAddress) return alone(login);
  const detail = 'Dovecot would take this login for an address, and end or show nothing of it.';
  throw new ConnectorError({ kind: 'rejected', detail });
}
