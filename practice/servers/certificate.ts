import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { mustRun } from './program.ts';

export interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
  /** The certificate signs itself, so it is its own authority. */
  readonly pem: string;
}

/** Makes a certificate for the names and addresses given, valid for a month, with openssl. */
export async function makeCertificate(
  folder: string,
  names: readonly string[],
): Promise<Certificate> {
  const certFile = join(folder, 'cert.pem');
  const keyFile = join(folder, 'key.pem');
  const alternatives = names.map((name) => `${isIP(name) === 0 ? 'DNS' : 'IP'}:${name}`);
  await mustRun('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '30'],
    ...['-keyout', keyFile, '-out', certFile],
    ...['-subj', `/CN=${names[0]}`, '-addext', `subjectAltName=${alternatives.join(',')}`],
  ]);
  return { certFile, keyFile, pem: await readFile(certFile, 'utf8') };
}
