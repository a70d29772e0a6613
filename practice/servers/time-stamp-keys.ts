import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { mustRun } from './program.ts';

/** What a certificate of an authority says that it is for. */
export type Use = 'time stamps' | 'not critical' | 'time stamps and mail' | 'certificates';

const useLines: Readonly<Record<Use, string>> = {
  'time stamps': 'keyUsage = critical, digitalSignature\nextendedKeyUsage = critical, timeStamping',
  'not critical': 'extendedKeyUsage = timeStamping',
  'time stamps and mail': 'extendedKeyUsage = critical, timeStamping, emailProtection',
  certificates: 'basicConstraints = critical, CA:true, pathlen:0\nkeyUsage = critical, keyCertSign',
};

/** A key with its certificate, as files. */
export interface Signer {
  readonly cert: string;
  readonly key: string;
}

/** The files of one authority: its own root, and a certificate below that signs time stamps. */
export interface AuthorityKeys {
  readonly folder: string;
  /** The file of the root. */
  readonly ca: string;
  readonly caPem: string;
  readonly signer: Signer;
  /** Another certificate, of the same root unless told. Days count from now, and may lie in the past. */
  issue(
    name: string,
    it: { use?: Use; fromDay?: number; toDay?: number; by?: Signer },
  ): Promise<Signer>;
}

const dayMs = 24 * 3_600_000;

/** The form in which openssl takes dates. */
const inOpenssl = (days: number): string =>
  `${new Date(Date.now() + days * dayMs).toISOString().replaceAll(/[-:T]|\..*/g, '')}Z`;

/** Makes the keys of an authority with openssl. */
export async function makeAuthorityKeys(
  folder: string,
  { name, algorithm = 'ec' }: { readonly name: string; readonly algorithm?: 'ec' | 'rsa' },
): Promise<AuthorityKeys> {
  await mkdir(folder, { recursive: true });
  const file = (it: string) => path.join(folder, it);
  const openssl = (...args: string[]) => mustRun('openssl', args);
  const kind =
    algorithm === 'ec'
      ? ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256']
      : ['-newkey', 'rsa:2048'];
  await writeFile(file('index.txt'), '');
  await writeFile(file('serial'), '01\n');
  await writeFile(
    file('ca.conf'),
    `[ca]
default_ca = own
[own]
database = ${file('index.txt')}
serial = ${file('serial')}
new_certs_dir = ${folder}
certificate = ${file('ca.pem')}
private_key = ${file('ca.key')}
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
`,
  );
  const validity = (fromDay: number, toDay: number) =>
    ['-startdate', inOpenssl(fromDay), '-enddate', inOpenssl(toDay)] as const;
  const sign = (...args: string[]) =>
    openssl('ca', '-batch', '-notext', '-config', file('ca.conf'), ...args);
  const request = (label: string, key: string) =>
    openssl(
      ...['req', ...kind, '-nodes', '-subj', `/CN=${name} ${label}`],
      ...['-keyout', key, '-out', file(`${label}.csr`)],
    );

  await request('root', file('ca.key'));
  await writeFile(
    file('root.ext'),
    'basicConstraints = critical, CA:true\nkeyUsage = critical, keyCertSign, cRLSign\n',
  );
  await sign(
    ...['-selfsign', '-in', file('root.csr'), '-extfile', file('root.ext')],
    ...[...validity(-7300, 7300), '-out', file('ca.pem')],
  );

  async function issue(
    label: string,
    { use = 'time stamps', fromDay = -1, toDay = 365, by }: Parameters<AuthorityKeys['issue']>[1],
  ): Promise<Signer> {
    const signer = { cert: file(`${label}.pem`), key: file(`${label}.key`) };
    await writeFile(file(`${label}.ext`), `${useLines[use]}\n`);
    await request(label, signer.key);
    await sign(
      ...['-in', file(`${label}.csr`), '-extfile', file(`${label}.ext`)],
      ...[...validity(fromDay, toDay), '-out', signer.cert],
      ...(by ? ['-cert', by.cert, '-keyfile', by.key] : []),
    );
    return signer;
  }

  const signer = await issue('signer', {});
  const caPem = await readFile(file('ca.pem'), 'utf8');
  return { folder, ca: file('ca.pem'), caPem, signer, issue };
}
