import type { X509Certificate } from 'node:crypto';
import { X509Certificate as ReadableCertificate } from '@sigstore/core';
import { longestChain, stampIds } from '#core/time-stamp-words.ts';

/** SHA-256 over a certificate, in hex: how a trusted one is named. */
export const certificateDigest = (it: X509Certificate): string =>
  it.fingerprint256.replaceAll(':', '').toLowerCase();

/**
 * The certificates from this one up to one of `roots`, each issued by the next and all good at that
 * moment; null: it does not lead there. `others` are those that may stand in between.
 */
export function chainTo(
  certificate: X509Certificate,
  it: {
    readonly roots: readonly X509Certificate[];
    readonly others: readonly X509Certificate[];
    readonly at: Date;
  },
  below = 0,
): readonly X509Certificate[] | null {
  if (below > longestChain || !isGoodAt(certificate, it.at)) return null;
  if (it.roots.some((root) => root.raw.equals(certificate.raw))) return [certificate];
  for (const issuer of [...it.roots, ...it.others]) {
    if (issuer.raw.equals(certificate.raw) || !mayIssue(issuer, below)) continue;
    if (!certificate.checkIssued(issuer) || !certificate.verify(issuer.publicKey)) continue;
    const chain = chainTo(issuer, it, below + 1);
    if (chain) return [certificate, ...chain];
  }
  return null;
}

const isGoodAt = (it: X509Certificate, at: Date): boolean =>
  it.validFromDate <= at && at <= it.validToDate;

/** Whether it is an authority's, with so many others of authorities below it. */
function mayIssue(it: X509Certificate, below: number): boolean {
  const longest = ReadableCertificate.parse(it.raw).extBasicConstraints?.pathLenConstraint;
  return it.ca && (longest === undefined || below <= longest);
}

/** Whether a certificate says that it is for time stamps, for nothing else, and that this must be heeded. */
export function isForTimeStampsOnly(it: X509Certificate): boolean {
  const use = ReadableCertificate.parse(it.raw).extension(stampIds.extendedKeyUsage);
  const uses = use?.valueObj.subs[0]?.subs.map((one) => one.toOID()) ?? [];
  return use?.critical === true && uses.length === 1 && uses[0] === stampIds.timeStamping;
}
