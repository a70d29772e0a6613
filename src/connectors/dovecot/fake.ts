/** A person on the mail server. */
export interface FakePerson {
  /** Passwords and connections that are there. */
  remembered?: number;
  sessions?: number;
  /** Rights by mailbox, and in it by whom they are for. */
  shares: Record<string, Record<string, string>>;
  /** Mailboxes among those that others share with them. */
  foreign?: string[];
  scripts: Record<string, string>;
  /** Which one runs. */
  active: string | null;
  /** One that runs and is not listed: a plain file, where otherwise a link is. */
  handMade?: string | undefined;
}

export interface FakeOptions {
  readonly people: Record<string, FakePerson>;
  /** Commands that doveadm_allowed_commands leaves out, as the API writes them. */
  readonly forbidden?: readonly string[];
  /** Commands whose plugin is missing. */
  readonly missing?: readonly string[];
  /** False: no access lists are kept. */
  readonly sharing?: false;
  /** What the cache is flushed by; Dovecot 2.4 calls it userMask. */
  readonly flushedBy?: 'user' | 'userMask';
  readonly apiKey?: string;
}

type Parameters = Record<string, string | string[]>;
/** Rows, or an exit code. */
type Said = object | number;

const noUser = 67;
const notFound = 68;

/** Somebody with an inbox and one mailbox more. */
export const fakePerson = (more: Partial<FakePerson> = {}): FakePerson => ({
  ...{ shares: { INBOX: {}, Sent: {} }, scripts: {}, active: null },
  ...more,
});

/** Dovecot's doveadm HTTP API in memory, as the real one of 2.3.19 was seen to answer. */
export function fakeDovecot(options: FakeOptions) {
  const { people, flushedBy = 'user', apiKey = 'a key' } = options;
  const list = (it: string | string[] | undefined): string[] =>
    it === undefined ? [] : [it].flat();
  const rows = (it: object[]): Said => it;

  const ofPerson =
    (act: (person: FakePerson, parameters: Parameters, login: string) => Said) =>
    (parameters: Parameters): Said => {
      const login = `${parameters['user']}`.toLowerCase();
      const person = people[login];
      return person ? act(person, parameters, login) : noUser;
    };
  const ofMailbox = (act: (rights: Record<string, string>, parameters: Parameters) => Said) =>
    ofPerson((person, parameters) => {
      const rights = person.shares[`${parameters['mailbox']}`];
      return rights && options.sharing !== false ? act(rights, parameters) : notFound;
    });
  const ofScript = (act: (person: FakePerson, name: string) => Said) =>
    ofPerson((person, parameters) => {
      const [name = ''] = list(parameters['scriptname']);
      return name in person.scripts ? act(person, name) : notFound;
    });
  const masked = (parameters: Parameters, name: string) =>
    Object.entries(people).filter(([login]) =>
      list(parameters[name]).some((it) => it === '*' || it.toLowerCase() === login),
    );

  const commands: Record<string, { takes: string[]; run(parameters: Parameters): Said }> = {
    user: {
      takes: ['userMask'],
      run(parameters) {
        const found = masked(parameters, 'userMask').map(([login]) => login);
        const [asked = ''] = list(parameters['userMask']);
        if (/[*?]/.test(asked)) return { userList: found };
        return found.length > 0 ? { [asked]: { ...whoElse(asked, found[0]!), uid: '8' } } : noUser;
      },
    },
    who: {
      takes: ['mask'],
      run: (parameters) =>
        rows(
          masked(parameters, 'mask')
            .filter(([, it]) => it.sessions)
            .map(([username, it]) => ({
              ...{ username, connections: `${it.sessions}`, service: 'imap' },
              ...{ pids: '(1)', ips: '(192.0.2.7)' },
            })),
        ),
    },
    kick: {
      takes: ['mask'],
      run(parameters) {
        const found = masked(parameters, 'mask').filter(([, it]) => it.sessions);
        for (const [, it] of found) it.sessions = 0;
        return found.length > 0 ? rows(found.map(([result]) => ({ result }))) : notFound;
      },
    },
    authCacheFlush: {
      takes: [flushedBy],
      run(parameters) {
        const found = masked(parameters, flushedBy).filter(([, it]) => it.remembered);
        for (const [, it] of found) it.remembered = 0;
        return rows([{ entries: `${found.length}` }]);
      },
    },
    mailboxStatus: {
      takes: ['user', 'mailboxMask', 'field'],
      run: ofPerson((person) =>
        rows(Object.keys(person.shares).map((mailbox) => ({ mailbox, guid: '0' }))),
      ),
    },
    mailboxList: {
      takes: ['user', 'mailboxMask'],
      run: ofPerson((_, parameters, reader) =>
        rows(
          Object.entries(people)
            .filter(([, it]) => it.shares['INBOX']?.[`user=${reader}`]?.includes('lookup'))
            .map(([login]) => ({ mailbox: `shared/${login}` }))
            .filter(({ mailbox }) => list(parameters['mailboxMask']).includes(mailbox)),
        ),
      ),
    },
    aclGet: {
      takes: ['user', 'mailbox'],
      run: ofMailbox((rights) =>
        rows(Object.entries(rights).map(([id, it]) => ({ id, global: '', rights: it }))),
      ),
    },
    aclRights: {
      takes: ['user', 'mailbox'],
      run: ofPerson((person, parameters) => {
        const mailbox = `${parameters['mailbox']}`;
        if (!(mailbox in person.shares)) return notFound;
        const isForeign = person.foreign?.includes(mailbox);
        return rows([{ rights: isForeign ? 'lookup read' : 'lookup read write admin' }]);
      }),
    },
    aclSet: {
      takes: ['user', 'mailbox', 'id', 'right'],
      run: ofMailbox((rights, parameters) => {
        rights[`${parameters['id']}`] = list(parameters['right']).join(' ');
        return [];
      }),
    },
    aclAdd: {
      takes: ['user', 'mailbox', 'id', 'right'],
      run: ofMailbox((rights, parameters) => {
        const id = `${parameters['id']}`;
        const had = (rights[id] ?? '').split(' ').filter(Boolean);
        rights[id] = [...new Set([...had, ...list(parameters['right'])])].join(' ');
        return [];
      }),
    },
    aclDelete: {
      takes: ['user', 'mailbox', 'id'],
      run: ofMailbox((rights, parameters) => {
        delete rights[`${parameters['id']}`];
        return [];
      }),
    },
    sieveList: {
      takes: ['user'],
      run: ofPerson(({ scripts, active }) =>
        rows(
          Object.keys(scripts).map((script) => ({
            ...{ script, active: script === active ? 'ACTIVE' : '' },
          })),
        ),
      ),
    },
    sieveGet: {
      takes: ['user', 'scriptname'],
      run: ofScript((person, name) => rows([{ 'sieve script': person.scripts[name] }])),
    },
    sievePut: {
      takes: ['user', 'scriptname', 'file'],
      run: ofPerson((person, { scriptname, file }) => {
        person.scripts[`${scriptname}`] = `${file}`;
        return [];
      }),
    },
    sieveActivate: {
      takes: ['user', 'scriptname'],
      run: ofScript((person, name) => {
        runOnly(person, name);
        return [];
      }),
    },
    sieveDeactivate: {
      takes: ['user'],
      run: ofPerson((person) => {
        runOnly(person, null);
        return [];
      }),
    },
    sieveDelete: {
      takes: ['user', 'scriptname'],
      run: ofScript((person, name) => {
        delete person.scripts[name];
        return [];
      }),
    },
  };

  function answer([name, parameters, tag]: [string, Parameters, string]) {
    const error = (type: string, exitCode = 0) => ['error', { type, exitCode }, tag];
    const command = options.missing?.includes(name) ? undefined : commands[name];
    if (!command) return error('unknownMethod');
    if (options.forbidden?.includes(name)) return error('unAuthorized');
    if (Object.keys(parameters).some((it) => !command.takes.includes(it))) {
      return error('invalidRequest');
    }
    const said = command.run(parameters);
    return typeof said === 'number' ? error('exitCode', said) : ['doveadmResponse', said, tag];
  }

  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const key = `X-Dovecot-API ${Buffer.from(apiKey).toString('base64')}`;
    if (request.headers.get('authorization') !== key) return new Response(null, { status: 401 });
    if (new URL(request.url).pathname !== '/doveadm/v1') {
      return new Response('Path Not Found', { status: 404 });
    }
    if (request.method === 'GET') {
      const known = Object.entries(commands).filter(([it]) => !options.missing?.includes(it));
      return Response.json(
        known.map(([command, { takes }]) => ({
          command,
          parameters: takes.map((it) => ({ name: it, type: 'string' })),
        })),
      );
    }
    const asked = (await request.json()) as [string, Parameters, string][];
    return Response.json(asked.map(answer));
  };
  return { fetch, people };
}

function runOnly(person: FakePerson, name: string | null): void {
  if (person.handMade !== undefined) person.scripts['dovecot.orig'] = person.handMade;
  delete person.handMade;
  person.active = name;
}

const whoElse = (asked: string, login: string) => (asked === login ? {} : { user: login });
