import type { BaseBlock } from 'asn1js';
import { hex } from '#core/note.ts';
import type { CheckStamp } from '#core/pack-times.ts';
import {
  momentOf,
  refusedText,
  stampDigests,
  stampFaults,
  stampIds,
} from '#core/time-stamp-words.ts';
import {
  bytesOf,
  contentOf,
  idOf,
  isOf,
  numberOf,
  partAt,
  partsOf,
  readDer,
  tagged,
  tags,
  textOf,
} from './asn1.ts';
import { type Certificate, certificatesIn, leadsTo, readCertificate } from './certificate.ts';
import { sha256 } from './cryptography.ts';
import { digestOf, isSignedBy } from './public-key.ts';

// Checks time stamps (RFC 3161) as `gatehouse verify` does, with the same words, and with other code.

/** What does not hold, in a sentence without its subject. */
class BadTimeStamp extends Error {}

function demand(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new BadTimeStamp(otherwise);
}

/** Null where the browser lends its cryptography to no page that comes from where this one does. */
export const checkStampHere = (): CheckStamp | null =>
  globalThis.crypto?.subtle === undefined ? null : checkStamp;

/** Checks a time stamp at the moment that it states. */
export const checkStamp: CheckStamp = async (tsr, { data, chainPem, roots }) => {
  const above = certificatesIn(chainPem);
  try {
    const { info, signed, signer: signerInfo, certificates } = messageIn(tsr);
    const at = momentIn(info, data);
    const signer = await signerOf(signed, signerInfo, certificates);
    demand(signer.isForTimeStampsOnly, stampFaults.wrongUse);
    const isTrusted = await leadsTo(signer, {
      roots: above.filter(({ digest }) => roots.includes(digest)),
      others: [...certificates, ...above],
      at,
    });
    demand(isTrusted, stampFaults.untrusted);
    return { at };
  } catch (error) {
    return { because: error instanceof BadTimeStamp ? error.message : stampFaults.unreadable };
  }
};

/** Takes the answer of an authority apart: what it signed, who signed, and the certificates that came along. */
function messageIn(tsr: Uint8Array) {
  const reply = readDer(tsr);
  const status = numberOf(partAt(reply, 0, 0));
  demand(status === 0n || status === 1n, refusedText(status));
  const message = partAt(reply, 1, 1, 0);
  const content = partAt(message, 2);
  demand(
    idOf(partAt(reply, 1, 0)) === stampIds.signedData &&
      idOf(partAt(content, 0)) === stampIds.timeStampInfo,
    stampFaults.notOne,
  );
  const bag = tagged(partsOf(message), 0);
  const signers = partsOf(partAt(message, -1));
  const [signer] = signers;
  demand(signer !== undefined && signers.length === 1, stampFaults.manySigners);
  const signed = contentOf(partAt(content, 1, 0));
  const certificates = (bag ? partsOf(bag) : []).map((it) => readCertificate(bytesOf(it)));
  return { signed, info: readDer(signed), signer, certificates };
}

/** When it was made, once it is over these bytes. */
function momentIn(info: BaseBlock, data: Uint8Array): Date {
  const imprint = partAt(info, 2);
  demand(
    stampDigests[idOf(partAt(imprint, 0, 0))] === 'sha256' &&
      hex(contentOf(partAt(imprint, 1))) === hex(sha256(data)),
    stampFaults.ofAnother,
  );
  const at = momentOf(textOf(partAt(info, 4)));
  demand(at !== null, stampFaults.noTime);
  return at;
}

/**
 * The certificate that signed it, once that signature holds over the time stamp itself. Its hash stands among what is
 * signed, so that no other can be put in its place.
 */
async function signerOf(
  content: Uint8Array<ArrayBuffer>,
  info: BaseBlock,
  certificates: readonly Certificate[],
): Promise<Certificate> {
  const signed = tagged(partsOf(info), 0);
  const attributes = signed ? partsOf(signed) : [];
  const attribute = (id: string): BaseBlock | undefined => {
    const found = attributes.find((it) => idOf(partAt(it, 0)) === id);
    return found && partAt(found, 1, 0);
  };
  const digest = stampDigests[idOf(partAt(info, 2, 0))];
  demand(digest !== undefined, stampFaults.weakHash);
  const type = attribute(stampIds.contentType);
  const stated = attribute(stampIds.messageDigest);
  demand(
    signed !== undefined &&
      type !== undefined &&
      idOf(type) === stampIds.timeStampInfo &&
      stated !== undefined &&
      hex(contentOf(stated)) === hex(await digestOf(digest, content)),
    stampFaults.notSigned,
  );
  const signer = await namedSigner(attribute, certificates);
  demand(signer !== undefined, stampFaults.noSigner);
  const bytes = bytesOf(signed);
  bytes[0] = 0x31; // signed as a set, carried under a tag of its own
  // Behind the attributes: how it is signed, and the signature.
  const signature = contentOf(partAt(info, 5));
  const holds = await isSignedBy(signer.publicKey, digest, bytes, signature);
  demand(holds, stampFaults.badSignature);
  return signer;
}

/** The one of these whose hash the signature names: RFC 5035, and RFC 2634 before it. */
async function namedSigner(
  attribute: (id: string) => BaseBlock | undefined,
  certificates: readonly Certificate[],
): Promise<Certificate | undefined> {
  const newer = attribute(stampIds.signingCertificateV2);
  const older = attribute(stampIds.signingCertificate);
  const named = newer ? newerName(partAt(newer, 0, 0)) : older && olderName(partAt(older, 0, 0));
  if (!named) return undefined;
  for (const it of certificates) {
    if (hex(await digestOf(named.digest, it.bytes)) === hex(named.hash)) return it;
  }
  return undefined;
}

function newerName(it: BaseBlock) {
  const first = partAt(it, 0);
  if (isOf(first, tags.octets)) return { digest: 'sha256', hash: contentOf(first) } as const;
  const digest = stampDigests[idOf(partAt(first, 0))];
  return digest ? { digest, hash: contentOf(partAt(it, 1)) } : null;
}

const olderName = (it: BaseBlock) => ({ digest: 'sha1', hash: contentOf(partAt(it, 0)) }) as const;
