import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { type NoteKey, vkeyOf } from '#core/note.ts';
import { sha256 } from '#ledger/hash.ts';
import { configurationFile, readConfiguration } from './configuration.ts';
import { settings } from './configuration-names.ts';

const keyNamed = (name: string, type: NoteKey['type'], byte: number): string =>
  vkeyOf(sha256, { name, type, publicKey: new Uint8Array(32).fill(byte) });
const vkey = keyNamed('witness.firm.example', 'cosignature', 0);
const otherVkey = keyNamed('other.witness.example', 'cosignature', 1);
const logKey = keyNamed('log.example/01', 'ed25519', 2);

const read = (environment: Record<string, string>, file?: string) =>
  readConfiguration({
    environment,
    workingDirectory: '/srv',
    ...(file === undefined ? {} : { file }),
  });

function configured(environment: Record<string, string>, file?: string) {
  const result = read(environment, file);
  assert.deepEqual(result.ok ? [] : result.problems, []);
  assert.ok(result.ok);
  return result.configuration;
}

function problems(environment: Record<string, string>, file?: string): readonly string[] {
  const result = read(environment, file);
  assert.ok(!result.ok, 'expected a refusal');
  return result.problems;
}

describe('configuration', () => {
  it('needs nothing', () => {
    assert.deepEqual(configured({}), {
      dataDirectory: '/srv/data',
      keysDirectory: '/srv/data/keys',
      recordsDirectory: '/srv/data/records',
      dropDirectory: '/srv/data/drop',
      markDirectory: '/srv/data/mark',
      mirror: undefined,
      mirrorAccess: undefined,
      timeStampAuthorities: [],
      listen: { host: '127.0.0.1', port: 8080 },
      metricsListen: { host: '127.0.0.1', port: 8081 },
      tracesTo: undefined,
      publicUrl: undefined,
      trustedProxies: [],
      detours: [],
      databaseUrls: {},
      witnessing: { witnesses: [], quorum: 0, everyMs: 600_000 },
    });
  });

  it('takes the environment before the file, and folders relative to where they are named', () => {
    const environment = {
      GATEHOUSE_DATA: 'box',
      GATEHOUSE_LISTEN: '[::1]:90',
      GATEHOUSE_KEYS: 'k',
    };

    const it = configured(environment, 'listen: 127.0.0.1:91\nledger_mark_dir: m\n');

    assert.deepEqual(it.listen, { host: '::1', port: 90 });
    assert.equal(it.keysDirectory, '/srv/k');
    assert.equal(it.markDirectory, '/srv/box/m');
    const source = { environment, workingDirectory: '/srv' };
    assert.equal(configurationFile(source), '/srv/box/gatehouse.yaml');
  });

  it('reads lists from the file and from the environment alike', () => {
    const expected = ['10.0.0.5/32', '10.1.0.0/24', 'fd00::/8'];
    const text = '10.0.0.5, 10.1.0.0/24 fd00::/8';

    assert.deepEqual(configured({ GATEHOUSE_TRUSTED_PROXIES: text }).trustedProxies, expected);
    const file = 'trusted_proxies:\n  - 10.0.0.5\n  - 10.1.0.0/24\n  - fd00::/8\n';
    assert.deepEqual(configured({}, file).trustedProxies, expected);
  });

  it('reads detours: a host, and the address where it is reached from here', () => {
    const text = 'Graph.Microsoft.com=10.0.0.9:8443, slack.com:8080=[fd00::9]:443';

    assert.deepEqual(configured({ GATEHOUSE_DETOURS: text }).detours, [
      { host: 'graph.microsoft.com', port: 443, address: '10.0.0.9', addressPort: 8443 },
      { host: 'slack.com', port: 8080, address: 'fd00::9', addressPort: 443 },
    ]);
    for (const wrong of [
      ...['slack.com', 'slack.com=relay.example:443', 'slack.com=10.0.0.9', 'slack.com=10.0.0.9:0'],
      ...[
        '10.0.0.1=10.0.0.9:443',
        '[::1]=10.0.0.9:443',
        'slack.com/api=10.0.0.9:443',
        '=',
        'a=b=c',
      ],
      ...['me@slack.com=10.0.0.9:443', '*=10.0.0.9:443x'],
    ]) {
      assert.match(
        problems({ GATEHOUSE_DETOURS: wrong })[0] ?? '',
        /a host and an IP address/,
        wrong,
      );
    }
    const twice = 'slack.com=10.0.0.9:443, SLACK.com:443=10.0.0.8:443';
    assert.match(problems({ GATEHOUSE_DETOURS: twice })[0] ?? '', /names slack\.com:443 twice/);
  });

  it('reads the addresses of the database by role', () => {
    const url = (user: string) => `postgres://${user}:secret@db:5432/gatehouse`;

    const { databaseUrls } = configured({
      DATABASE_URL: url('admin'),
      DATABASE_URL_WORK: url('gatehouse_worker'),
    });

    assert.deepEqual(databaseUrls, { admin: url('admin'), worker: url('gatehouse_worker') });
  });

  it('reads an address of several hosts, of which the one that takes writes is meant', () => {
    const url = 'postgres://u:p@db1:5432,[::1]:5433,db3/gatehouse?target_session_attrs=read-write';
    const one = 'postgres://u:p@db1/gatehouse';

    const { databaseUrls } = configured({ DATABASE_URL: url, DATABASE_URL_WEB: one });

    assert.deepEqual(databaseUrls, { admin: url, web: one });
  });

  it('reads authorities for time stamps, from the environment and as a list in the file', () => {
    const two = [
      { name: 'tsa-a', url: 'https://tsa.example/tsr', caFile: '/srv/a.pem' },
      { name: 'tsa-b', url: 'http://time.example/', caFile: '/etc/b.pem' },
    ];
    const text = 'tsa-a https://tsa.example/tsr a.pem, tsa-b http://time.example /etc/b.pem';
    assert.deepEqual(configured({ LEDGER_TIME_STAMPS: text }).timeStampAuthorities, two);
    const [one] = configured(
      {},
      'ledger_time_stamps:\n  - tsa-a https://tsa.example/tsr a.pem\n  - tsa-b http://time.example /etc/b.pem\n',
    ).timeStampAuthorities;
    assert.deepEqual(one, { ...two[0], caFile: '/srv/data/a.pem' });
  });

  it('reads a mirror in a folder, and one in a bucket with its keys and its lock', () => {
    assert.equal(configured({ LEDGER_MIRROR: 'copy' }).mirror, '/srv/copy');
    const { mirror, mirrorAccess } = configured(
      { LEDGER_MIRROR_ACCESS_KEY_ID: 'A', LEDGER_MIRROR_SECRET_ACCESS_KEY: 'B' },
      'ledger_mirror: s3://records/gatehouse\nledger_mirror_region: eu-central-1\nledger_mirror_lock: compliance 2557\n',
    );

    assert.equal(mirror, 's3://records/gatehouse');
    assert.deepEqual(mirrorAccess, {
      endpoint: 'https://s3.eu-central-1.amazonaws.com',
      region: 'eu-central-1',
      lock: { mode: 'compliance', days: 2_557 },
      accessKeyId: 'A',
      secretAccessKey: 'B',
    });
  });

  it('takes an empty variable as not set', () => {
    assert.deepEqual(configured({ GATEHOUSE_PUBLIC_URL: ' ', DATABASE_URL: '' }).databaseUrls, {});
  });

  it('leaves alone what others read', () => {
    configured({ GATEHOUSE_URL: 'x', GATEHOUSE_TOKEN: 'y', GATEHOUSE_TEST_SERVER: 'z', HOME: '/' });
  });

  it('refuses unknown names and says which was meant', () => {
    assert.deepEqual(problems({ GATEHOUSE_LISTN: '127.0.0.1:1' }), [
      'GATEHOUSE_LISTN is not a setting that Gatehouse knows. Did you mean GATEHOUSE_LISTEN?',
    ]);
    assert.deepEqual(problems({}, 'publik_url: https://a.example'), [
      'publik_url is not a setting in gatehouse.yaml that Gatehouse knows. Did you mean public_url?',
    ]);
    assert.match(
      problems({ DATABASE_URL_WORKER: 'x' })[0] ?? '',
      /Did you mean DATABASE_URL_WORK\?/,
    );
    assert.match(problems({}, 'data: /x')[0] ?? '', /^data is not a setting in gatehouse\.yaml/);
  });

  it('names every mistake with what was found and what is expected', () => {
    const found = problems({
      GATEHOUSE_LISTEN: '8080',
      GATEHOUSE_METRICS_LISTEN: '127.0.0.1:70000',
      GATEHOUSE_PUBLIC_URL: 'gatehouse.example',
      GATEHOUSE_TRUSTED_PROXIES: '10.0.0.0/33',
      DATABASE_URL: 'mysql://root:secret@db/gatehouse',
    });

    assert.deepEqual(found, [
      'DATABASE_URL begins with "mysql:"; expected postgres://user:password@host:5432/database.',
      'GATEHOUSE_LISTEN is "8080"; expected an address and a port such as 127.0.0.1:8080.',
      'GATEHOUSE_METRICS_LISTEN is "127.0.0.1:70000"; expected an address and a port such as 127.0.0.1:8080.',
      'GATEHOUSE_PUBLIC_URL is "gatehouse.example"; expected an address without a path such as https://gatehouse.example.',
      'GATEHOUSE_TRUSTED_PROXIES holds "10.0.0.0/33"; expected networks such as 10.0.0.0/24, with commas between.',
    ]);
  });

  const refused: readonly [string, Record<string, string>, RegExp][] = [
    [
      'a reachable address without a proxy',
      { GATEHOUSE_LISTEN: '0.0.0.0:8080' },
      /TRUSTED_PROXIES must name/,
    ],
    ['everybody as a proxy', { GATEHOUSE_TRUSTED_PROXIES: '0.0.0.0/0' }, /which is everybody/],
    [
      'one port for two servers',
      { GATEHOUSE_METRICS_LISTEN: '127.0.0.1:8080' },
      /are both 127\.0\.0\.1:8080/,
    ],
    ['plain http to the world', { GATEHOUSE_PUBLIC_URL: 'http://a.example' }, /expected https:/],
    [
      'a public address with a path',
      { GATEHOUSE_PUBLIC_URL: 'https://a.example/x' },
      /without a path/,
    ],
    [
      'a database address without a database',
      { DATABASE_URL: 'postgres://u:p@db' },
      /names no database/,
    ],
    [
      'a standby as the database',
      { DATABASE_URL: 'postgres://u:p@a,b/g?target_session_attrs=prefer-standby' },
      /asks for target_session_attrs=prefer-standby; expected read-write/,
    ],
    [
      'a host without a name among several',
      { DATABASE_URL: 'postgres://u:p@a,/g' },
      /not readable/,
    ],
    ['hosts as a parameter', { DATABASE_URL: 'postgres://u:p@a/g?host=b,c' }, /host1:5432,host2/],
    ['a port that is none', { DATABASE_URL: 'postgres://u:p@a:1,b:x/g' }, /not readable/],
    [
      'a host name to listen on',
      { GATEHOUSE_LISTEN: 'a.example:80' },
      /expected an address and a port/,
    ],
    [
      'an authority without certificates',
      { LEDGER_TIME_STAMPS: 'a https://a.example' },
      /file of cert/,
    ],
    [
      'an authority named like a path',
      { LEDGER_TIME_STAMPS: '../a https://a.example a.pem' },
      /Names:/,
    ],
    [
      'an authority that is no address',
      { LEDGER_TIME_STAMPS: 'a ftp://a.example a.pem' },
      /no address/,
    ],
    [
      'a password of an authority',
      { LEDGER_TIME_STAMPS: 'a https://me:secret@a.example a.pem' },
      /holds no address of a that can be asked/,
    ],
    [
      'two authorities of one name',
      { LEDGER_TIME_STAMPS: 'a https://a.example a.pem, a https://b.example b.pem' },
      /names a twice/,
    ],
    ['a bucket without keys', { LEDGER_MIRROR: 's3://records' }, /SECRET_ACCESS_KEY must be set/],
    ['what is no bucket', { LEDGER_MIRROR: 's3:/records' }, /expected a folder, or s3:/],
    ['a store without TLS', { LEDGER_MIRROR_ENDPOINT: 'http://s3.example' }, /address of a store/],
    ['a lock without an end', { LEDGER_MIRROR_LOCK: 'compliance' }, /with a number of days/],
    [
      'two databases',
      { DATABASE_URL: 'postgres://u:p@db/a', DATABASE_URL_WEB: 'postgres://u:p@db/b' },
      /different databases: a, b/,
    ],
  ];
  for (const [what, environment, expected] of refused) {
    it(`refuses ${what}`, () => {
      assert.match(problems(environment).join('\n'), expected);
    });
  }

  it('refuses a file that is not one of settings', () => {
    assert.match(problems({}, 'listen: [')[0] ?? '', /not readable as YAML: .+line 1/);
    assert.match(problems({}, '- listen')[0] ?? '', /holds no settings/);
    assert.match(problems({}, 'listen: 8080')[0] ?? '', /neither a text nor a list/);
    assert.equal(configured({}, '# nothing yet\n').publicUrl, undefined);
  });

  it('never repeats a password', () => {
    const secrets = [
      problems({ DATABASE_URL: 'postgres://u:hush#hush@db/x y' }),
      problems({ DATABASE_URL: 'hush' }),
      problems({}, 'database_url: postgres://u:hush@db\n'),
      problems({}, 'database_url: "postgres://u:hush@db\n'),
      problems({ GATEHOUSE_PUBLIC_URL: 'https://u:hush@a.example' }),
    ];
    assert.doesNotMatch(secrets.flat().join('\n'), /hush/);
  });

  it('reads witnesses as a policy names them, from the environment and the file alike', () => {
    const text = `firm ${vkey} https://witness.firm.example/w/, here ${otherVkey} http://127.0.0.1:8090`;
    const more = { LEDGER_WITNESS_QUORUM: '2', LEDGER_WITNESS_MINUTES: '5' };

    const { witnessing } = configured({ LEDGER_WITNESSES: text, ...more });

    const [first, second] = witnessing.witnesses;
    assert.deepEqual([first?.name, first?.key.name], ['firm', 'witness.firm.example']);
    assert.deepEqual(
      [first?.url, second?.url],
      ['https://witness.firm.example/w', 'http://127.0.0.1:8090'],
    );
    assert.deepEqual([witnessing.quorum, witnessing.everyMs], [2, 300_000]);
    const file = `ledger_witnesses: [${text}]\nledger_witness_quorum: "2"\nledger_witness_minutes: "5"\n`;
    assert.deepEqual(configured({}, file).witnessing, witnessing);
  });

  it('says what is wrong with a witness', () => {
    const one = (text: string) => problems({ LEDGER_WITNESSES: text })[0]!;
    const at = 'https://witness.firm.example';
    assert.match(
      one('firm'),
      /LEDGER_WITNESSES holds "firm"; expected a name, a key and an address/,
    );
    assert.match(one(`none ${vkey} ${at}`), /expected a name/);
    assert.match(one(`firm ${vkey} http://witness.firm.example`), /expected https:/);
    assert.match(
      one(`firm ${vkey.replace('+BA', '+BB')} ${at}`),
      /holds a key for firm that is none/,
    );
    assert.match(one(`firm ${logKey} ${at}`), /the key of a log/);
    assert.match(one(`firm ${vkey} ${at}, firm ${otherVkey} ${at}`), /names firm twice/);
    assert.match(one(`firm ${vkey} ${at}, twin ${vkey} ${at}`), /the key of twin twice/);
    assert.match(problems({ LEDGER_WITNESS_QUORUM: '1' })[0]!, /no pack could be issued/);
    assert.match(problems({ LEDGER_WITNESS_QUORUM: 'most' })[0]!, /expected none, or how many/);
    assert.match(problems({ LEDGER_WITNESS_MINUTES: '0' })[0]!, /expected minutes/);
    assert.match(problems({ LEDGER_WITNESSS: 'x' })[0]!, /Did you mean LEDGER_WITNESSES/);
  });
});

describe('docs/operate/configuration.md', () => {
  const page = path.join(import.meta.dirname, '../../docs/operate/configuration.md');

  it('lists every setting with its default, and no other', () => {
    const rows = readFileSync(page, 'utf8').matchAll(/^\| `([A-Z_]+)` \| (.+?) \|/gm);
    const documented = [...rows].map(([, name, value]) => [name, value?.replaceAll('`', '')]);
    assert.deepEqual(Object.fromEntries(documented), settings);
  });
});
