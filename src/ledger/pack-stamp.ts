import { X509Certificate } from 'node:crypto';
import type { CheckStamp } from '#core/pack-times.ts';
import { certificateDigest } from './certificate-chain.ts';
import { BadTimeStamp, checkTimeStamp } from './time-stamp.ts';

/** The certificates of a file, in its order. */
export const certificatesIn = (pem: string): readonly X509Certificate[] =>
  (pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map(
    (it) => new X509Certificate(it),
  );

/** Checks a time stamp out of a pack, by this process's own cryptography. */
export const checkPackStamp: CheckStamp = (tsr, { data, chainPem, roots }) => {
  const certificates = certificatesIn(chainPem);
  try {
    const { at } = checkTimeStamp(tsr, {
      data,
      nonce: null,
      roots: certificates.filter((it) => roots.includes(certificateDigest(it))),
      others: certificates,
    });
    return { at };
  } catch (error) {
    if (error instanceof BadTimeStamp) return { because: error.message };
    throw error;
  }
};
