import { isDeepStrictEqual } from 'node:util';
import { startFakeHost } from '#connectors/openssh/fake-host.ts';
import { makeKeyPair } from '#connectors/openssh/fake-keys.ts';
import { fakeAccount, fakeMachine } from '#connectors/openssh/fake-machine.ts';
import type { Colleague } from '../company.ts';
import { signIn } from '../servers/ssh-client.ts';
import type { PracticeSystem } from './system.ts';

const firstUid = 2001;

/**
 * The machine on which sales are reckoned. It speaks SSH; its accounts are made up, since only root makes real ones.
 * One of those who sell has a session open there, over a connection of her own.
 */
export async function startHosts(
  people: readonly Colleague[],
  signedIn: Colleague,
): Promise<PracticeSystem> {
  const keys = new Map(people.map(({ login }) => [login, makeKeyPair()] as const));
  const accounts = people.map(({ login, department }, i) =>
    fakeAccount({
      ...{ name: login, uid: firstUid + i, keys: [keys.get(login)!.public] },
      groups: [department === 'IT' ? 'sudo' : 'reports'],
    }),
  );
  const machine = fakeMachine(accounts, () => new Date());
  const host = await startFakeHost('ed25519', machine);
  /** With her own key, as from her laptop. */
  const enter = (login: string) =>
    signIn(host.port, login, { privateKey: keys.get(login)!.private });

  const session = await enter(signedIn.login).catch(async (error: unknown) => {
    await host.stop();
    throw error;
  });
  await session.start('psql sales');
  let isOpen = true;
  void session.ended.then(() => {
    isOpen = false;
  });
  const shown = ({ processes: _, ...it }: (typeof accounts)[number]) => structuredClone(it);
  const before = new Map(accounts.map((it) => [it.name, shown(it)]));

  return {
    connection: {
      id: 'servers',
      connector: 'openssh',
      name: 'Servers',
      settings: {
        hosts: [{ host: '127.0.0.1', port: host.port, hostKey: host.hostKey }],
        user: 'gatehouse',
        privateKey: host.privateKey,
        loginDomain: 'meadow.example',
      },
    },
    about: `a host that speaks SSH, ${people.length} accounts and a session that is open`,
    targets: [{ port: host.port, http: false }],
    async look({ login }) {
      if (!keys.has(login)) return [];
      const entered = await enter(login).catch(refusedOnly);
      entered?.leave();
      const lives = login === signedIn.login && isOpen;
      const session = lives ? 'her session lives' : 'her session has ended';
      const answered = entered ? 'let in' : 'refused';
      return [
        {
          ...{ login, open: entered !== null || lives, asked: 'ssh with key' },
          answered: login === signedIn.login ? `${answered}, ${session}` : answered,
        },
      ];
    },
    changed: async () =>
      new Set(
        accounts
          .filter((it) => !isDeepStrictEqual(shown(it), before.get(it.name)))
          .map(({ name }) => name),
      ),
    async stop() {
      session.leave();
      await host.stop();
    },
  };
}

/** Null: sshd did not let somebody in. Anything else that went wrong proves nothing. */
function refusedOnly(error: unknown): null {
  if (error instanceof Error && 'level' in error && error.level === 'client-authentication') {
    return null;
  }
  throw error;
}
