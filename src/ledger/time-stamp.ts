import { createHash, verify, X509Certificate } from 'node:crypto';
import { type ASN1Obj, RFC3161Timestamp } from '@sigstore/core';
import {
  momentOf,
  refusedText,
  stampDigests,
  stampFaults,
  stampIds,
} from '#core/time-stamp-words.ts';
import { chainTo, isForTimeStampsOnly } from './certificate-chain.ts';
import { sha256 } from './hash.ts';

/** A time stamp that holds (RFC 3161). */
export interface TimeStamp {
  /** When the authority made it, by its own clock. */
  readonly at: Date;
  /** From the certificate that signed it to the root. */
  readonly chain: readonly X509Certificate[];
}

/** What does not hold, in a sentence without its subject: `is of something else`. */
export class BadTimeStamp extends Error {
  override readonly name = 'BadTimeStamp';
}

interface Expected {
  /** What it has to be over. */
  readonly data: Uint8Array;
  /** What was sent along; null: it is not known any more. */
  readonly nonce: bigint | null;
  readonly roots: readonly X509Certificate[];
  /** What the authority may have left out between its certificate and the root. */
  readonly others: readonly X509Certificate[];
}

/** A query for the digest (SHA-256) with a nonce of 8 bytes; asks for the certificates too. */
export const timeStampQuery = (digest: Uint8Array, nonce: Uint8Array): Buffer =>
  Buffer.concat([
    Buffer.from('30430201013031300d060960864801650304020105000420', 'hex'),
    digest,
    Buffer.from('0208', 'hex'),
    nonce,
    Buffer.from('0101ff', 'hex'),
  ]);

/** Checks an answer of an authority, at the time that it states. Throws a BadTimeStamp. */
export function checkTimeStamp(reply: Uint8Array, expected: Expected): TimeStamp {
  try {
    return checked(RFC3161Timestamp.parse(Buffer.from(reply)), expected);
  } catch (error) {
    if (error instanceof BadTimeStamp) throw error;
    throw new BadTimeStamp(stampFaults.unreadable, { cause: error });
  }
}

function checked(it: RFC3161Timestamp, { data, nonce, roots, others }: Expected): TimeStamp {
  const { status } = it;
  demand(status === 0n || status === 1n, refusedText(status));
  demand(
    it.contentType === stampIds.signedData && it.eContentType === stampIds.timeStampInfo,
    stampFaults.notOne,
  );
  const { tstInfo } = it;
  demand(
    tstInfo.messageImprintHashAlgorithm === 'sha256' &&
      tstInfo.messageImprintHashedMessage.equals(sha256(data)),
    stampFaults.ofAnother,
  );
  demand(nonce === null || nonceIn(tstInfo.root) === nonce, 'answers another question');

  const at = momentIn(tstInfo.root.subs[4]!);
  const certificates = certificatesIn(it);
  const signer = signerOf(it, tstInfo.raw, certificates);
  demand(isForTimeStampsOnly(signer), stampFaults.wrongUse);
  const chain = chainTo(signer, { roots, others: [...certificates, ...others], at });
  demand(chain !== null, stampFaults.untrusted);
  return { at, chain };
}

function demand(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new BadTimeStamp(otherwise);
}

/** The content of the signed message: version, algorithms, what is signed, certificates, signers. */
const signedDataIn = (it: RFC3161Timestamp): ASN1Obj => it.root.subs[1]!.subs[1]!.subs[0]!;

function certificatesIn(it: RFC3161Timestamp): readonly X509Certificate[] {
  const bag = signedDataIn(it).subs.find(({ tag }) => tag.isContextSpecific(0));
  return (bag?.subs ?? []).map((one) => new X509Certificate(one.toDER()));
}

/**
 * The certificate that signed it, once that signature holds over the time stamp itself. Its hash
 * stands among what is signed, so that no other can be put in its place.
 */
function signerOf(
  it: RFC3161Timestamp,
  info: Buffer,
  certificates: readonly X509Certificate[],
): X509Certificate {
  const signers = signedDataIn(it).subs.at(-1)!.subs;
  demand(signers.length === 1, stampFaults.manySigners);
  const signed = signers[0]!.subs.find(({ tag }) => tag.isContextSpecific(0))!;
  const attribute = (name: string) =>
    signed.subs.find(({ subs }) => subs[0]!.toOID() === name)?.subs[1]?.subs[0];

  const digest = stampDigests[signers[0]!.subs[2]!.subs[0]!.toOID()];
  demand(digest !== undefined, stampFaults.weakHash);
  const stated = attribute(stampIds.messageDigest)?.value;
  demand(
    attribute(stampIds.contentType)?.toOID() === stampIds.timeStampInfo &&
      stated?.equals(createHash(digest).update(info).digest()) === true,
    stampFaults.notSigned,
  );

  const named = namedSigner(attribute);
  const signer = certificates.find((one) => named?.hash.equals(hashOf(named.digest, one)));
  demand(signer !== undefined, stampFaults.noSigner);
  const bytes = signed.toDER();
  bytes[0] = 0x31; // signed as a set, carried under a tag of its own
  const holds = verify(digest, bytes, signer.publicKey, it.signatureValue);
  demand(holds, stampFaults.badSignature);
  return signer;
}

const hashOf = (digest: string, it: X509Certificate): Buffer =>
  createHash(digest).update(it.raw).digest();

/** The hash of the certificate that signs, as it says itself: RFC 5035, and RFC 2634 before it. */
function namedSigner(attribute: (name: string) => ASN1Obj | undefined) {
  const newer = attribute(stampIds.signingCertificateV2)?.subs[0]?.subs[0]?.subs;
  if (newer) {
    const [first, second] = newer;
    if (first?.tag.isOctetString()) return { digest: 'sha256', hash: first.value };
    const digest = stampDigests[first?.subs[0]?.toOID() ?? ''];
    return digest && second ? { digest, hash: second.value } : null;
  }
  const older = attribute(stampIds.signingCertificate)?.subs[0]?.subs[0]?.subs[0];
  return older ? { digest: 'sha1', hash: older.value } : null;
}

/** Behind version, policy, imprint, number and time; the only number there. */
function nonceIn(info: ASN1Obj): bigint | null {
  return (
    info.subs
      .slice(5)
      .find(({ tag }) => tag.isInteger())
      ?.toInteger() ?? null
  );
}

/** The library takes three digits of a second or none, and drops them. */
function momentIn({ value }: ASN1Obj): Date {
  const at = momentOf(value.toString('ascii'));
  demand(at !== null, stampFaults.noTime);
  return at;
}
