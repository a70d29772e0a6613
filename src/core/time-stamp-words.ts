/** What can be wrong with a time stamp, as sentences without their subject: everybody who checks says the same. */
export const stampFaults = {
  unreadable: 'cannot be read as a time stamp',
  notOne: 'holds something else than a time stamp',
  ofAnother: 'is of something else',
  manySigners: 'has more signatures than one',
  weakHash: 'was signed over a hash that is too weak or unknown',
  notSigned: 'is not what was signed',
  noSigner: 'does not hold the certificate that signed it',
  badSignature: 'has a signature that does not hold',
  wrongUse: 'was signed by a certificate that is not for time stamps only',
  untrusted: 'was signed by nobody whom the configured authority vouches for at its time',
  noTime: 'states no time',
} as const;

export const refusedText = (status: bigint): string =>
  `was refused by the authority (status ${status})`;

/** Object identifiers of RFC 3161, and of the signed messages that time stamps are (RFC 5652). */
export const stampIds = {
  signedData: '1.2.840.113549.1.7.2',
  timeStampInfo: '1.2.840.113549.1.9.16.1.4',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingCertificate: '1.2.840.113549.1.9.16.2.12',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  extendedKeyUsage: '2.5.29.37',
  timeStamping: '1.3.6.1.5.5.7.3.8',
} as const;

/** The hashes that a time stamp may be signed over. */
export const stampDigests: Readonly<Record<string, 'sha256' | 'sha384' | 'sha512'>> = {
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};

/** Longer chains than this exist nowhere, and following them takes long. */
export const longestChain = 8;

/** The moment of a GeneralizedTime, to the millisecond; null: it is none. */
export function momentOf(text: string): Date | null {
  const [, day, time, fraction = ''] = /^(\d{8})(\d{6})(?:\.(\d+))?Z$/.exec(text) ?? [];
  const date = `${day?.replace(/(....)(..)/, '$1-$2-')}T${time?.replace(/(..)(..)/, '$1:$2:')}`;
  const at = new Date(`${date}.${fraction.slice(0, 3).padEnd(3, '0')}Z`);
  return Number.isNaN(at.getTime()) ? null : at;
}
