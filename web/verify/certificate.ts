import type { BaseBlock } from 'asn1js';
import { fromBase64, hex } from '#core/note.ts';
import { longestChain, momentOf, stampIds } from '#core/time-stamp-words.ts';
import {
  bytesOf,
  contentOf,
  idOf,
  innerOf,
  isOf,
  numberOf,
  partAt,
  partsOf,
  readDer,
  tagged,
  tags,
  textOf,
} from './asn1.ts';
import { sha256 } from './cryptography.ts';
import { type DigestName, isSignedBy } from './public-key.ts';

/** What of a certificate (RFC 5280) the check of a time stamp goes by. */
export interface Certificate {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** SHA-256 in hex: how `trust.json` names it. */
  readonly digest: string;
  readonly publicKey: Uint8Array<ArrayBuffer>;
  readonly subject: string;
  readonly issuer: string;
  readonly from: Date;
  readonly to: Date;
  readonly isForTimeStampsOnly: boolean;
  /** How many others of authorities may be below it; null: it may issue none. */
  readonly mayIssue: number | null;
  /** Whether the holder of this key issued it. */
  isIssuedBy(publicKey: Uint8Array<ArrayBuffer>): Promise<boolean>;
}

const basicConstraints = '2.5.29.19';
const keyUsage = '2.5.29.15';
/** The bit of `keyCertSign`. */
const signsCertificates = 0x04;

/** How certificates are signed, with a hash that counts. */
const signatureDigests: Readonly<Record<string, DigestName>> = {
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
};

/** Reads a certificate. Throws where it is none. */
export function readCertificate(der: Uint8Array): Certificate {
  const bytes = new Uint8Array(der);
  const whole = readDer(bytes);
  const signed = partAt(whole, 0);
  // The version stands in front, under a tag, in all but the oldest.
  const parts = partsOf(signed);
  const [, algorithm, issuer, validity, subject, publicKey, ...rest] =
    tagged(parts.slice(0, 1), 0) === undefined ? parts : parts.slice(1);
  if (!algorithm || !issuer || !validity || !subject || !publicKey) {
    throw new Error('no certificate');
  }
  const list = tagged(rest, 3);
  const extensions = list ? partsOf(partAt(list, 0)).map(extensionIn) : [];
  const extension = (id: string) => extensions.find((it) => it.id === id);
  const uses = extension(stampIds.extendedKeyUsage);
  const useIds = uses ? partsOf(uses.value).map(idOf) : [];
  const digest = signatureDigests[idOf(partAt(whole, 1, 0))];
  const isSameAlgorithm = hex(bytesOf(algorithm)) === hex(bytesOf(partAt(whole, 1)));
  return {
    bytes,
    digest: hex(sha256(bytes)),
    publicKey: bytesOf(publicKey),
    subject: hex(bytesOf(subject)),
    issuer: hex(bytesOf(issuer)),
    from: timeIn(partAt(validity, 0)),
    to: timeIn(partAt(validity, 1)),
    isForTimeStampsOnly:
      uses?.isCritical === true && useIds.length === 1 && useIds[0] === stampIds.timeStamping,
    mayIssue: depthBelow(extension(basicConstraints)?.value, extension(keyUsage)?.value),
    isIssuedBy: async (by) =>
      digest !== undefined &&
      isSameAlgorithm &&
      isSignedBy(by, digest, bytesOf(signed), contentOf(partAt(whole, 2))),
  };
}

function extensionIn(it: BaseBlock) {
  const [, second] = partsOf(it);
  const isCritical = isOf(second, tags.boolean) && innerOf(second)[0] !== 0;
  return { id: idOf(partAt(it, 0)), isCritical, value: readDer(contentOf(partAt(it, -1))) };
}

function depthBelow(basic: BaseBlock | undefined, usage: BaseBlock | undefined): number | null {
  const [first, second] = basic ? partsOf(basic) : [];
  const isAuthority = isOf(first, tags.boolean) && innerOf(first)[0] !== 0;
  // The byte before the bits says how many of them do not count.
  const maySign = usage === undefined || ((innerOf(usage)[1] ?? 0) & signsCertificates) !== 0;
  if (!isAuthority || !maySign) return null;
  return second ? Number(numberOf(second)) : Number.POSITIVE_INFINITY;
}

const generalizedTime = 24;

/** Years of two digits are those from 1950 to 2049. */
function timeIn(it: BaseBlock): Date {
  const text = textOf(it);
  const century = Number(text.slice(0, 2)) < 50 ? '20' : '19';
  const at = momentOf(isOf(it, generalizedTime) ? text : `${century}${text}`);
  if (at) return at;
  throw new Error('no time');
}

/** The certificates of a file, in its order. */
export const certificatesIn = (pem: string): readonly Certificate[] =>
  (pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map((it) =>
    readCertificate(fromBase64(it.replaceAll(/-----[^-]+-----|\s/g, '')) ?? Uint8Array.of()),
  );

/** Whether it leads to one of `roots`, each issued by the next and all good at that moment, over any of `others`. */
export async function leadsTo(
  certificate: Certificate,
  it: {
    readonly roots: readonly Certificate[];
    readonly others: readonly Certificate[];
    readonly at: Date;
  },
  below = 0,
): Promise<boolean> {
  if (below > longestChain || it.at < certificate.from || certificate.to < it.at) return false;
  if (it.roots.some(({ digest }) => digest === certificate.digest)) return true;
  for (const issuer of [...it.roots, ...it.others]) {
    if (issuer.digest === certificate.digest || issuer.subject !== certificate.issuer) continue;
    if (issuer.mayIssue === null || below > issuer.mayIssue) continue;
    if (!(await certificate.isIssuedBy(issuer.publicKey))) continue;
    if (await leadsTo(issuer, it, below + 1)) return true;
  }
  return false;
}
