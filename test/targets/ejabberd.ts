import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '#core/testing/until.ts';
import {
  freePort,
  mustBeInstalled,
  mustRun,
  stopProgram,
  whileAlive,
} from '../../practice/servers/program.ts';

const domain = 'meadow.example';
const administrator = { user: `gatehouse@${domain}`, secret: 'the-password-of-gatehouse' };

export type Ejabberd = Awaited<ReturnType<typeof startEjabberd>>;

/** Starts a chat server of its own, by itself and on loopback only, whose API an administrator may use. */
export async function startEjabberd() {
  mustBeInstalled('ejabberd', ['/usr/bin/erl', '/usr/sbin/ejabberdctl'], ['ejabberd']);
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-ejabberd-'));
  const [apiPort, chatPort] = [await freePort(), await freePort()];
  const config = join(folder, 'ejabberd.yml');
  await writeFile(config, configuration(apiPort, chatPort));
  const isRoot = process.getuid?.() === 0;
  const [uid, gid] = isRoot
    ? await Promise.all(
        ['-u', '-g'].map(async (of) => Number(await mustRun('id', [of, 'ejabberd']))),
      )
    : [];
  if (uid !== undefined && gid !== undefined) {
    for (const file of [folder, config]) await chown(file, uid, gid);
  }

  // As ejabberdctl itself does: the folder differs between kinds of machines.
  const [, libraries = ''] =
    /^ERL_LIBS='?([^'\n]+)/m.exec(await readFile('/usr/sbin/ejabberdctl', 'utf8')) ?? [];
  // Without a name for the node: it then needs no helper that outlives it.
  const child = spawn(
    // Should this process die without a word, the server goes with it.
    '/usr/bin/setpriv',
    [
      ...['--pdeathsig', 'KILL', '/usr/bin/erl', '-noinput'],
      ...['-mnesia', 'dir', `"${folder}"`, '-s', 'ejabberd'],
    ],
    {
      cwd: folder,
      stdio: 'ignore',
      env: {
        PATH: process.env['PATH'],
        HOME: folder,
        ERL_LIBS: libraries,
        EJABBERD_CONFIG_PATH: config,
        EJABBERD_LOG_PATH: join(folder, 'ejabberd.log'),
      },
      ...(uid === undefined ? {} : { uid, gid }),
    },
  );
  const url = `http://127.0.0.1:${apiPort}/api`;
  const ask = (command: string, body: object) =>
    fetch(`${url}/${command}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    });
  const register = async (user: string, password: string) => {
    const { status } = await ask('register', { user, host: domain, password });
    if (status !== 200) throw new Error(`ejabberd registers nobody: ${status}`);
  };
  try {
    await whileAlive(child, 'ejabberd answers', () =>
      ask('status', {}).then(
        () => true,
        () => false,
      ),
    );
    await register('gatehouse', administrator.secret);
  } catch (error) {
    await stopProgram(child);
    throw error;
  }

  return {
    url,
    host: '127.0.0.1',
    port: apiPort,
    ...administrator,
    register,
    /** Signs in as somebody at a desk does. */
    signIn: (user: string, password: string) => signIn(chatPort, user, password),
    async close() {
      await stopProgram(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A chat client that is online. `ended` is fulfilled when the server lets go of it. */
async function signIn(port: number, user: string, password: string) {
  const socket = connect(port, '127.0.0.1');
  let said = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  socket.on('error', () => {}); // ended by the server, which is what tests wait for
  const ended = once(socket, 'close').then(() => said);
  const says = async (words: string, answer: RegExp) => {
    said = '';
    socket.write(words);
    await until(`the chat server answers ${answer}`, async () => answer.test(said));
  };
  const open =
    `<?xml version='1.0'?><stream:stream to='${domain}' xmlns='jabber:client' ` +
    `xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>`;
  const plain = Buffer.from(`\0${user}\0${password}`).toString('base64');
  const sasl = 'urn:ietf:params:xml:ns:xmpp-sasl';
  const bind = 'urn:ietf:params:xml:ns:xmpp-bind';
  await says(open, /<\/stream:features>/);
  await says(`<auth xmlns='${sasl}' mechanism='PLAIN'>${plain}</auth>`, /<(success|failure)/);
  if (said.includes('<failure')) {
    socket.destroy();
    return { isIn: false, ended };
  }
  await says(open, /<\/stream:features>/);
  await says(
    `<iq type='set' id='b'><bind xmlns='${bind}'><resource>desk</resource></bind></iq>`,
    /type='result'/,
  );
  return { isIn: true, ended };
}

const configuration = (apiPort: number, chatPort: number) => `
loglevel: error
hosts: [${domain}]
listen:
  - port: ${apiPort}
    ip: 127.0.0.1
    module: ejabberd_http
    request_handlers: { /api: mod_http_api }
  - { port: ${chatPort}, ip: 127.0.0.1, module: ejabberd_c2s, access: c2s }
acl:
  gatehouse: { user: "${administrator.user}" }
access_rules:
  c2s: { allow: all }
api_permissions:
  "set up by the test":
    who: { ip: 127.0.0.1/8 }
    what: [register]
  "gatehouse":
    who: { access: { allow: { acl: gatehouse } } }
    what: [check_account, registered_users, check_password, user_sessions_info, kick_user, ban_account, unregister]
modules:
  mod_admin_extra: {}
`;
