import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  freePort,
  mustBeInstalled,
  run,
  stopProgram,
  whileAlive,
} from '../../practice/servers/program.ts';
import type { Slapd } from '../../practice/servers/slapd.ts';

const program = '/usr/sbin/freeradius';
const client = '/usr/bin/radclient';
const modules = '/usr/lib/freeradius';
const sqlFolder = '/etc/freeradius/3.0/mods-config/sql/main/postgresql';
const needed = [
  ...[program, client, `${modules}/rlm_ldap.so`, `${modules}/rlm_sql_postgresql.so`],
  '/usr/bin/setpriv',
];

export interface FreeRadiusOptions {
  /** Who may sign in: the people of this directory who are in this group. */
  readonly slapd: Slapd;
  readonly group: string;
  /** Where it writes accounting. */
  readonly accounting: {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly password: string;
    readonly database: string;
  };
  /** Where it passes Disconnect-Requests on to, with the secret of that place. */
  readonly nas: { readonly port: number; readonly secret: string };
}

/** The tables as FreeRADIUS delivers them. */
export const accountingSchema = (): string => readFileSync(join(sqlFolder, 'schema.sql'), 'utf8');

/**
 * A real FreeRADIUS on 127.0.0.1 in a folder of its own. It asks a directory who may sign in, writes accounting into
 * PostgreSQL, and passes Disconnect-Requests on to an access server.
 */
export async function startFreeRadius(options: FreeRadiusOptions) {
  mustBeInstalled('FreeRADIUS', needed, [
    ...['freeradius', 'freeradius-ldap', 'freeradius-postgresql', 'freeradius-utils'],
  ]);
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-radius-'));
  const secret = 'secret-of-this-server';
  const ports = { auth: await freePort(), acct: await freePort(), coa: await freePort() };
  await writeFile(join(folder, 'radiusd.conf'), configuration(folder, secret, ports, options));
  await writeFile(join(folder, 'dictionary'), '');
  const child = spawn(
    '/usr/bin/setpriv',
    [
      ...['--pdeathsig', 'KILL', program, '-f', '-l', join(folder, 'log')],
      ...['-d', folder, '-D', '/usr/share/freeradius'],
    ],
    { stdio: 'ignore' },
  );

  /** What the answer to a packet was called, such as `Access-Accept`; null: there was none. */
  async function send(
    kind: 'auth' | 'acct' | 'status',
    attributes: Readonly<Record<string, string>>,
  ): Promise<string | null> {
    const written = Object.entries(attributes).map(([name, value]) => `${name} = "${value}"`);
    const port = kind === 'acct' ? ports.acct : ports.auth;
    const { out } = await run(
      client,
      ['-x', '-r', '3', '-t', '10', `127.0.0.1:${port}`, kind, secret],
      { input: `${written.join('\n')}\n` },
    );
    return /Received ([A-Za-z-]+) Id/.exec(out)?.[1] ?? null;
  }

  async function stop(): Promise<void> {
    await stopProgram(child);
    await rm(folder, { recursive: true, force: true });
  }

  try {
    const answers = async () => {
      const asked = ['-r', '1', '-t', '1', `127.0.0.1:${ports.auth}`, 'status', secret];
      return (await run(client, asked, { input: 'Message-Authenticator = 0x00\n' })).code === 0;
    };
    await whileAlive(child, 'FreeRADIUS to answer', answers);
    return { secret, ports, send, stop };
  } catch (error) {
    const log = readFileSync(join(folder, 'log'), 'utf8');
    await stop();
    throw new Error(`${error}: ${log}`, { cause: error });
  }
}

/** Its language wants one statement a line. */
const configuration = (
  folder: string,
  secret: string,
  ports: { auth: number; acct: number; coa: number },
  { slapd, group, accounting, nas }: FreeRadiusOptions,
) => `
prefix = /usr
raddbdir = ${folder}
run_dir = ${folder}
logdir = ${folder}
libdir = ${modules}
pidfile = ${folder}/pid
security {
  reject_delay = 0
  status_server = yes
  allow_vulnerable_openssl = yes
}
thread pool {
  start_servers = 1
  max_servers = 4
  min_spare_servers = 1
  max_spare_servers = 2
}
client gatehouse {
  ipaddr = 127.0.0.1
  secret = ${secret}
}
modules {
  expr {
  }
  always ok {
    rcode = ok
  }
  always reject {
    rcode = reject
  }
  ldap {
    server = '${slapd.url}'
    identity = '${slapd.bindDn}'
    password = '${slapd.password}'
    base_dn = '${slapd.peopleDn}'
    user {
      base_dn = "\${..base_dn}"
      filter = "(uid=%{User-Name})"
    }
    group {
      base_dn = '${slapd.groupsDn}'
      filter = '(objectClass=groupOfNames)'
      name_attribute = cn
      membership_filter = "(member=%{control:Ldap-UserDn})"
    }
    pool {
      start = 0
      min = 0
      max = 2
    }
  }
  sql {
    dialect = "postgresql"
    driver = "rlm_sql_postgresql"
    radius_db = "host=${accounting.host} port=${accounting.port} dbname=${accounting.database} user=${accounting.user} password=${accounting.password}"
    acct_table1 = "radacct"
    acct_table2 = "radacct"
    postauth_table = "radpostauth"
    authcheck_table = "radcheck"
    groupcheck_table = "radgroupcheck"
    authreply_table = "radreply"
    groupreply_table = "radgroupreply"
    usergroup_table = "radusergroup"
    read_groups = no
    read_clients = no
    client_table = "nas"
    group_attribute = "SQL-Group"
    pool {
      start = 0
      min = 0
      max = 2
    }
    $INCLUDE ${sqlFolder}/queries.conf
  }
}
instantiate {
  expr
}
server site {
  listen {
    type = auth
    ipaddr = 127.0.0.1
    port = ${ports.auth}
  }
  listen {
    type = acct
    ipaddr = 127.0.0.1
    port = ${ports.acct}
  }
  authorize {
    ldap
    if (LDAP-Group == "${group}") {
      update control {
        Auth-Type := LDAP
      }
    }
    else {
      reject
    }
  }
  authenticate {
    Auth-Type LDAP {
      ldap
    }
  }
  preacct {
    update request {
      Acct-Unique-Session-Id := "%{md5:%{User-Name},%{Acct-Session-Id},%{NAS-IP-Address}}"
    }
  }
  accounting {
    sql
  }
}
home_server nas {
  type = coa
  ipaddr = 127.0.0.1
  port = ${nas.port}
  secret = ${nas.secret}
}
home_server_pool nas {
  type = fail-over
  home_server = nas
}
server coa {
  listen {
    type = coa
    ipaddr = 127.0.0.1
    port = ${ports.coa}
  }
  recv-coa {
    update control {
      Home-Server-Pool := nas
    }
  }
  send-coa {
    ok
  }
}
`;
