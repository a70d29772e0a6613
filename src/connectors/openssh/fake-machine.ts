import { createHash } from 'node:crypto';
import ssh2 from 'ssh2';

/** An account of a person on a machine. */
export interface FakeAccount {
  readonly name: string;
  readonly uid: number;
  /** Public keys, as they stand in authorized_keys. */
  readonly keys: readonly string[];
  groups: readonly string[];
  /** The day from which it is closed, counted from 1970; null: never. */
  expires: number | null;
  processes: readonly string[];
  /** What was taken from it, and can be given back. */
  taken: {
    /** As it was before it was blocked; null: it was not. */
    readonly expiry: { readonly day: number | null } | null;
    readonly keys: boolean;
    readonly groups: readonly string[];
  };
}

export const fakeAccount = (
  it: Pick<FakeAccount, 'name' | 'uid'> & Partial<FakeAccount>,
): FakeAccount => ({
  ...{ keys: [], groups: [], expires: null, processes: [] },
  taken: { expiry: null, keys: false, groups: [] },
  ...it,
});

export type FakeMachine = ReturnType<typeof fakeMachine>;

/**
 * A machine with accounts and the program gatehouse-host, all in memory. It answers as the program does, which
 * test/openssh.test.ts holds it to.
 */
export function fakeMachine(people: readonly FakeAccount[], now: () => Date) {
  const accounts = new Map(people.map((it) => [it.name, it]));
  const ending = new Set<(name: string) => void>();
  const today = () => Math.floor(now().getTime() / 86_400_000);
  const isBlocked = ({ expires }: FakeAccount) => expires !== null && expires < today();

  const line = ({ name, uid, expires }: FakeAccount) =>
    `account ${name} ${uid} ${uid} local ${expires ?? 'never'}`;
  const groupLines = (all: readonly FakeAccount[]) =>
    all.flatMap(({ name, groups }) => groups.map((it) => `group ${it} ${name}`));

  function list(name: string | undefined): string[] {
    const all = [...accounts.values()].filter((it) => name === undefined || it.name === name);
    return [`today ${today()}`, ...all.map(line), ...groupLines(all)];
  }

  function show(it: FakeAccount, part: string | undefined): string[] {
    const { keys, taken, processes } = it;
    return [
      line(it),
      `today ${today()}`,
      ...(taken.expiry ? ['kept-block'] : []),
      ...groupLines([it]),
      ...taken.groups.map((group) => `kept-group ${group}`),
      ...(part === 'keys' && !taken.keys
        ? keys.map((key) => `key ${fingerprintOf(key)} ${fileOf(it)}`)
        : []),
      ...(part === 'keys' && taken.keys ? [`kept-keys ${fileOf(it)}`] : []),
      ...(part === 'processes' ? processes.map((name) => `process ${name}`) : []),
    ];
  }

  /** Null: done. */
  function change(it: FakeAccount, verb: string, what: string): string | null {
    const { taken, name } = it;
    switch (verb) {
      case 'block':
        if (isBlocked(it)) return null;
        it.taken = { ...taken, expiry: { day: it.expires } };
        it.expires = 1;
        return null;
      case 'unblock':
        if (!taken.expiry) return `error rejected ${name} was not blocked by Gatehouse`;
        it.expires = taken.expiry.day;
        it.taken = { ...taken, expiry: null };
        return null;
      case 'keys-away':
        if (it.keys.length > 0) it.taken = { ...taken, keys: true };
        return null;
      case 'keys-back':
        if (!taken.keys || what !== fileOf(it))
          return `error rejected nothing was taken from ${what}`;
        it.taken = { ...taken, keys: false };
        return null;
      case 'end':
        it.processes = [];
        for (const tell of ending) tell(name);
        return null;
      case 'leave':
        if (!it.groups.includes(what)) return null;
        it.groups = it.groups.filter((group) => group !== what);
        it.taken = { ...taken, groups: [...taken.groups, what] };
        return null;
      case 'rejoin':
        if (!taken.groups.includes(what)) {
          return `error rejected ${name} was not taken out of ${what} by Gatehouse`;
        }
        it.groups = [...it.groups, what];
        it.taken = { ...taken, groups: taken.groups.filter((group) => group !== what) };
        return null;
      default:
        return 'error rejected that is no request';
    }
  }

  const changes = /^(block|unblock|keys-away|keys-back|end|leave|rejoin)$/;
  function answer(request: string): string[] {
    const [verb = '', name = '', ...rest] = request.split(' ');
    if (verb === 'hello') return ['host practice'];
    if (verb === 'list') return list(name || undefined);
    const account = accounts.get(name);
    if (verb === 'show') return account ? show(account, rest[0]) : [];
    if (changes.test(verb) && !account) {
      return [`error not-found no account of a person is called ${name}`];
    }
    const refused = account
      ? change(account, verb, rest.join(' '))
      : 'error rejected that is no request';
    return refused === null ? [] : [refused];
  }

  return {
    accounts,
    /** All that the program says to these requests, one to a line. */
    says(requests: string): string {
      const said = ['gatehouse-host 1'];
      for (const request of requests.split('\n').filter((it) => it !== '')) {
        const lines = answer(request);
        said.push(...lines);
        if (lines.some((it) => it.startsWith('error '))) return `${said.join('\n')}\n`;
      }
      return `${[...said, 'end'].join('\n')}\n`;
    },
    /** Those by which sshd would let somebody in now. */
    keysOf(name: string): readonly string[] {
      const it = accounts.get(name);
      return !it || isBlocked(it) || it.taken.keys ? [] : it.keys;
    },
    /** What somebody runs from now on, until they are gone or it is ended. */
    starts(name: string, program: string): void {
      const it = accounts.get(name);
      if (it) it.processes = [...it.processes, program];
    },
    stops(name: string, programs: readonly string[]): void {
      const it = accounts.get(name);
      const left = [...programs];
      if (it) {
        it.processes = it.processes.filter((program) => {
          const at = left.indexOf(program);
          if (at >= 0) left.splice(at, 1);
          return at < 0;
        });
      }
    },
    /** Tells whoever holds sessions that those of an account have ended. */
    onEnd: (tell: (name: string) => void) => void ending.add(tell),
  };
}

const fileOf = ({ name }: FakeAccount): string => `/home/${name}/.ssh/authorized_keys`;

const blobOf = (key: string): Buffer => Buffer.from(key.split(' ')[1] ?? '', 'base64');

/** As ssh-keygen writes it. */
function fingerprintOf(key: string): string {
  const hash = createHash('sha256').update(blobOf(key)).digest('base64').replace(/=+$/, '');
  const parsed = ssh2.utils.parseKey(key);
  if (parsed instanceof Error) throw parsed;
  return `SHA256:${hash} (${parsed.type.replace(/^ssh-/, '').toUpperCase()})`;
}
