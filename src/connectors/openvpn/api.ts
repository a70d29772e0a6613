import type { Account, Io, PersonKeys } from '#connector-kit/contract.ts';
import { loginsOf } from '#connector-kit/login-names.ts';
import { ConnectorError } from '#core/failure.ts';
import { addressOf, type Command, manage } from './management.ts';
import type { Settings } from './settings.ts';
import { type Session, sessionsIn } from './status.ts';

export type OpenVpn = ReturnType<typeof openVpnServer>;

/**
 * How long nobody may come back after a session was ended. A program that does not stop when it is told to is cut
 * off after 5 s, and dials again within seconds.
 */
const watchMs = 9_000;
const lookEveryMs = 500;

/** One server of OpenVPN in our words. `times` are for tests. */
export function openVpnServer(
  settings: Settings,
  io: Io,
  times: { readonly watchMs?: number; readonly withinMs?: number } = {},
) {
  const name = addressOf(settings) ?? settings.socket!;
  const managed = <T>(use: (command: Command) => Promise<T>) =>
    manage(settings, io, use, times.withinMs);
  const sessions = async (command: Command) => sessionsIn(await command('status 3'), name);
  const sessionsOf = async (command: Command, client: string) =>
    (await sessions(command)).filter((it) => isOf(it, client));

  const account = (login: string, since: number | null): Account => ({
    ...{ id: login, login, status: 'active', privileged: false },
    lastSeenAt: since === null ? null : new Date(since * 1_000),
  });

  return {
    name,

    /** Which OpenVPN it is. Reads the sessions as well, since not every daemon is a server. */
    check: (): Promise<string> =>
      managed(async (command) => {
        await sessions(command);
        const [version = ''] = await command('version');
        return `the management interface of ${/OpenVPN \d[\w.]*/.exec(version)?.[0] ?? 'OpenVPN'} at ${name}`;
      }),

    /**
     * What a person is called here. A server does not know whom it would let in, so that everybody may have an
     * account, unless a list says who has.
     */
    accountsOf({ email }: PersonKeys): Account[] {
      const { accounts, loginDomain } = settings;
      const names = loginsOf(settings, email);
      const isCertain = accounts.length > 0 || loginDomain !== undefined;
      return (isCertain ? names : [email.toLowerCase()]).map((it) => account(it, null));
    },

    async *connected(): AsyncIterable<Account> {
      const all = new Map<string, number>();
      for (const { names, since } of await managed(sessions)) {
        const [login] = names;
        if (login !== undefined) all.set(login, Math.max(since, all.get(login) ?? 0));
      }
      for (const [login, since] of all) yield account(login, since);
    },

    sessionsOf: (client: string): Promise<readonly Session[]> =>
      managed((command) => sessionsOf(command, client)),

    /**
     * Ends every session of a client and tells its program to stop, so that it does not dial again by itself;
     * then watches. Throws `rejected` when somebody of that name comes back.
     */
    endSessions: (client: string): Promise<void> =>
      managed(async (command) => {
        const ended = new Set<number>();
        for (const { id } of await sessionsOf(command, client)) {
          await unlessGone(command(`client-kill ${id} HALT`));
          ended.add(id);
        }
        const lastLookAt = performance.now() + (times.watchMs ?? watchMs);
        for (;;) {
          const now = await sessionsOf(command, client);
          if (now.some(({ id }) => !ended.has(id))) {
            throw new ConnectorError({
              kind: 'rejected',
              detail:
                `${client} was disconnected from ${name}, and is connected again: the door is still open. Revoke ` +
                'the certificate and give the server the new list (CRL), or block the account that lets them in; ' +
                'then try again.',
            });
          }
          if (performance.now() >= lastLookAt) return;
          await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
        }
      }),
  };
}

/** By the name in the certificate, or the one that was signed in with. */
const isOf = ({ names }: Session, client: string): boolean =>
  names.some((it) => it.toLowerCase() === client.toLowerCase());

/** A session that has ended meanwhile cannot be ended; whether it is there is read anyway. */
async function unlessGone(killing: Promise<unknown>): Promise<void> {
  try {
    await killing;
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.failure.kind !== 'rejected') throw error;
  }
}
