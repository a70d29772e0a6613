import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '#app/problem.ts';
import type { Authority } from '#ledger/time-stamp-authority.ts';
import type { Mistake } from './configuration-values.ts';

/** An authority for time stamps as it is configured. */
export interface AuthoritySetting {
  readonly name: string;
  readonly url: string;
  /** The certificates that its own have to lead to. Absolute. */
  readonly caFile: string;
}

const expected =
  'expected a name, an address and a file of certificates for each authority, with commas between: ' +
  'tsa-a https://tsa.example/tsr /etc/gatehouse/tsa-a.pem.';

/** `name address file`, with commas between; relative files begin at `base`. */
export function authoritySettings(
  text: string,
  base: string,
): readonly AuthoritySetting[] | Mistake {
  const found: AuthoritySetting[] = [];
  for (const part of text.split(',').filter((it) => it.trim() !== '')) {
    const [name = '', address = '', file = '', ...more] = part.trim().split(/\s+/);
    const url = URL.parse(address);
    const isWhole = file !== '' && more.length === 0;
    if (!isWhole || !/^[a-z0-9][a-z0-9-]{0,31}$/.test(name)) {
      return {
        problem: `holds "${part.trim()}"; ${expected} Names: letters from a to z, digits and -.`,
      };
    }
    if (!url || !['http:', 'https:'].includes(url.protocol) || url.username || url.password) {
      return { problem: `holds no address of ${name} that can be asked; ${expected}` };
    }
    if (found.some((it) => it.name === name)) {
      return { problem: `names ${name} twice; give each authority a name of its own.` };
    }
    found.push({ name, url: url.href, caFile: path.resolve(base, file) });
  }
  return found;
}

/** Reads the certificates of an authority. Throws a Problem that says what is wrong with the file. */
export async function openAuthority({ name, url, caFile }: AuthoritySetting): Promise<Authority> {
  const text = await readFile(caFile, 'utf8').catch(() => null);
  const wrong = (what: string) =>
    new Problem('not readable', `LEDGER_TIME_STAMPS names ${caFile} for ${name}, ${what}`);
  if (text === null) throw wrong('which cannot be read.');
  const pems = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  let certificates: readonly X509Certificate[];
  try {
    certificates = pems.map((it) => new X509Certificate(it));
  } catch {
    throw wrong('which holds something that is no certificate.');
  }
  const isRoot = (it: X509Certificate) => it.checkIssued(it) && it.verify(it.publicKey);
  const roots = certificates.filter(isRoot);
  if (roots.length === 0) {
    throw wrong('which holds no root: a certificate (PEM) that signs itself.');
  }
  return { name, url, roots, others: certificates.filter((it) => !isRoot(it)) };
}
