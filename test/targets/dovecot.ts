import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, fetch } from 'undici';
import { makeCertificate } from '../../practice/servers/certificate.ts';
import {
  freePort,
  mustBeInstalled,
  mustRun,
  stopProgram,
  whileAlive,
} from '../../practice/servers/program.ts';
import { openImap } from './imap.ts';

// A real Dovecot on 127.0.0.1, in a folder of its own, gone without trace when stopped. It needs root, as every
// Dovecot that writes mail for several people.

const needed = [
  '/usr/sbin/dovecot',
  '/usr/lib/dovecot/imap',
  '/usr/lib/dovecot/lmtp',
  '/usr/lib/dovecot/modules/doveadm/lib10_doveadm_sieve_plugin.so',
  '/usr/bin/setpriv',
];
const packages = ['dovecot-imapd', 'dovecot-lmtpd', 'dovecot-managesieved', 'openssl'];

/** Stands on every Debian, and is nobody's. */
const mailUser = 'mail';
const apiKey = 'key-of-the-mail-server';

export interface DovecotOptions {
  /** Passwords by login. */
  readonly people: Readonly<Record<string, string>>;
  /** Where it hands on what it sends itself: replies, and mail that is sent on. */
  readonly submissionPort: number;
}

export type Dovecot = Awaited<ReturnType<typeof startDovecot>>;

/**
 * Starts Dovecot with IMAP, LMTP, Sieve, shared mailboxes, a cache of passwords and the doveadm HTTP API over
 * TLS. Throws, saying what to install, when it is not there.
 */
export async function startDovecot({ people, submissionPort }: DovecotOptions) {
  mustBeInstalled('Dovecot', needed, packages);
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-dovecot-'));
  // Its processes run as users of their own.
  await chmod(folder, 0o755);
  const certificate = await makeCertificate(folder, ['localhost', '127.0.0.1']);
  await mkdir(join(folder, 'mail'));
  // One mailbox of everybody, and nobody's own.
  const news = join(folder, 'mail', 'public', '.News');
  for (const it of ['cur', 'new', 'tmp']) await mkdir(join(news, it), { recursive: true });
  await writeFile(join(news, 'dovecot-acl'), 'authenticated lrsa\n');
  for (const login of Object.keys(people)) await mkdir(join(folder, 'mail', login));
  await mustRun('chown', ['-R', `${mailUser}:${mailUser}`, join(folder, 'mail')]);

  const passwords = new Map(Object.entries(people));
  const config = join(folder, 'dovecot.conf');
  const ports = {
    imap: await freePort(),
    lmtp: await freePort(),
    https: await freePort(),
  };
  await writeFile(config, configuration(folder, ports, submissionPort));
  await writeFile(join(folder, 'passwords.conf'), passwordLookup(folder));
  await writeFile(
    join(folder, 'people'),
    [...passwords.keys()].map((it) => `${it}:::::::\n`).join(''),
  );
  await keepPasswords();

  async function keepPasswords(): Promise<void> {
    const file = join(folder, 'passwords');
    const lines = [...passwords].map(
      ([login, password]) => `shared/passdb/${login}\n${JSON.stringify({ password })}\n`,
    );
    await writeFile(`${file}.new`, lines.join(''));
    await rename(`${file}.new`, file);
  }

  const child = spawn(
    // Should this process die without a word, the server goes with it.
    '/usr/bin/setpriv',
    ['--pdeathsig', 'KILL', '/usr/sbin/dovecot', '-F', '-c', config],
    { stdio: 'ignore' },
  );
  const httpsUrl = `https://localhost:${ports.https}`;
  const agent = new Agent({ connect: { ca: certificate.pem } });

  async function stop(): Promise<void> {
    await agent.close();
    await stopProgram(child);
    await rm(folder, { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
  }

  /** One command of doveadm's, by the same API. */
  async function doveadm(command: string, parameters: object): Promise<unknown> {
    const response = await fetch(`${httpsUrl}/doveadm/v1`, {
      method: 'POST',
      dispatcher: agent,
      headers: {
        authorization: `X-Dovecot-API ${Buffer.from(apiKey).toString('base64')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify([[command, parameters, '']]),
    });
    const [[kind, said]] = (await response.json()) as [[string, unknown]];
    if (kind !== 'doveadmResponse') throw new Error(`${command}: ${JSON.stringify(said)}`);
    return said;
  }

  try {
    await whileAlive(child, 'Dovecot to answer', () =>
      doveadm('who', {}).then(
        () => true,
        () => false,
      ),
    );
  } catch (error) {
    await stop();
    throw error;
  }

  return {
    httpsPort: ports.https,
    httpsUrl,
    caPem: certificate.pem,
    apiKey,
    lmtpPort: ports.lmtp,
    doveadm,
    /** As a directory or a password file would change. */
    setPassword(login: string, password: string) {
      passwords.set(login, password);
      return keepPasswords();
    },
    /** A script that somebody puts where it runs, with an editor. */
    async writeScript(login: string, text: string) {
      const file = join(folder, 'mail', login, '.dovecot.sieve');
      await writeFile(file, text);
      await mustRun('chown', [`${mailUser}:${mailUser}`, file]);
    },
    /** A mail program that has signed in. */
    imap: (login: string, password = passwords.get(login) ?? '') =>
      openImap({ port: ports.imap, login, password }),
    stop,
  };
}

const passwordLookup = (folder: string): string => `
uri = file:${folder}/passwords
default_pass_scheme = PLAIN
key passdb {
  key = passdb/%u
  format = json
}
passdb_objects = passdb
`;

const configuration = (
  folder: string,
  ports: { imap: number; lmtp: number; https: number },
  submissionPort: number,
): string => `
base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/log
instance_name = gatehouse-test
protocols = imap lmtp
listen = 127.0.0.1
disable_plaintext_auth = no
ssl = yes
ssl_cert = <${folder}/cert.pem
ssl_key = <${folder}/key.pem
auth_cache_size = 1M
auth_failure_delay = 0
mail_location = maildir:~/Maildir
first_valid_uid = 1
mail_plugins = acl
postmaster_address = postmaster@meadow.example
submission_host = 127.0.0.1:${submissionPort}
doveadm_api_key = ${apiKey}
passdb {
  driver = dict
  args = ${folder}/passwords.conf
}
userdb {
  driver = passwd-file
  args = username_format=%u ${folder}/people
  override_fields = uid=${mailUser} gid=${mailUser} home=${folder}/mail/%u
}
namespace inbox {
  inbox = yes
  separator = /
}
namespace shared {
  type = shared
  separator = /
  prefix = shared/%%u/
  location = maildir:%%h/Maildir:INDEX=~/shared/%%u
  subscriptions = no
  list = children
}
namespace public {
  type = public
  separator = /
  prefix = public/
  location = maildir:${folder}/mail/public
  subscriptions = no
}
plugin {
  acl = vfile
  acl_shared_dict = file:${folder}/mail/shared
  sieve = file:~/sieve;active=~/.dovecot.sieve
}
protocol imap {
  mail_plugins = acl imap_acl
}
protocol lmtp {
  mail_plugins = acl sieve
}
service imap-login {
  inet_listener imap {
    port = ${ports.imap}
  }
  inet_listener imaps {
    port = 0
  }
}
service lmtp {
  inet_listener lmtp {
    port = ${ports.lmtp}
  }
}
service doveadm {
  inet_listener http {
    port = ${ports.https}
    ssl = yes
  }
}
`;
