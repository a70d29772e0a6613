import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';

/** What a TLS server shows and signs with, both PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface Authority {
  /** PEM; clients that trust it believe every certificate it issued. */
  readonly ca: string;
  /** A certificate for names and IPv4 addresses, valid for a day around now unless told otherwise. */
  issue(hosts: readonly string[], validity?: Validity, key?: 'rsa'): Certificate;
}

interface Validity {
  readonly from: Date;
  readonly until: Date;
}

const dayMs = 86_400_000;

/**
 * A certificate authority that lives for one test, so that TLS is tested as it is in real
 * life: no key lies in the repository and nothing ever expires there.
 */
export function makeAuthority(name: string): Authority {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const today = (): Validity => ({
    from: new Date(Date.now() - dayMs),
    until: new Date(Date.now() + dayMs),
  });
  const signed = (subject: string, key: KeyObject, validity: Validity, extensions: Buffer) =>
    pem(
      'CERTIFICATE',
      certificate({ issuer: name, subject, key, validity, extensions }, privateKey),
    );

  return {
    ca: signed(name, publicKey, today(), authorityExtension),
    issue(hosts, validity = today(), key) {
      const pair =
        key === 'rsa'
          ? generateKeyPairSync('rsa', { modulusLength: 2048 })
          : generateKeyPairSync('ec', { namedCurve: 'P-256' });
      return {
        cert: signed(hosts[0]!, pair.publicKey, validity, hostsExtension(hosts)),
        key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      };
    },
  };
}

interface Contents {
  readonly issuer: string;
  readonly subject: string;
  readonly key: KeyObject;
  readonly validity: Validity;
  readonly extensions: Buffer;
}

// X.509 (RFC 5280, 4.1) in as much DER as it takes.

function certificate(it: Contents, issuerKey: KeyObject): Buffer {
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))), // version 3
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])), // serial number
    ecdsaWithSha256,
    commonName(it.issuer),
    sequence(time(it.validity.from), time(it.validity.until)),
    commonName(it.subject),
    it.key.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(it.extensions)),
  );
  return sequence(body, ecdsaWithSha256, bits(sign('sha256', body, issuerKey)));
}

function tagged(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const length = content.length;
  const header =
    length < 0x80
      ? [tag, length]
      : length < 0x100
        ? [tag, 0x81, length]
        : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(header), content]);
}

const sequence = (...parts: readonly Buffer[]) => tagged(0x30, ...parts);
const integer = (value: Buffer) => tagged(0x02, value);
const bits = (value: Buffer) => tagged(0x03, Buffer.from([0]), value);
const octets = (value: Buffer) => tagged(0x04, value);
const identifier = (hex: string) => tagged(0x06, Buffer.from(hex, 'hex'));
const yes = tagged(0x01, Buffer.from([0xff]));

const ecdsaWithSha256 = sequence(identifier('2a8648ce3d040302'));

const commonName = (name: string) =>
  sequence(tagged(0x31, sequence(identifier('550403'), tagged(0x0c, Buffer.from(name)))));

/** GeneralizedTime, such as 20300131120000Z. */
const time = (at: Date) =>
  tagged(0x18, Buffer.from(`${at.toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`));

const basicConstraints = identifier('551d13');
const subjectAltName = identifier('551d11');

const authorityExtension = sequence(basicConstraints, yes, octets(sequence(yes)));

const hostsExtension = (hosts: readonly string[]) =>
  sequence(
    subjectAltName,
    octets(
      sequence(
        ...hosts.map((host) =>
          isIPv4(host)
            ? tagged(0x87, Buffer.from(host.split('.').map(Number)))
            : tagged(0x82, Buffer.from(host)),
        ),
      ),
    ),
  );

const pem = (label: string, der: Buffer) =>
  `-----BEGIN ${label}-----\n${der.toString('base64').replaceAll(/.{64}(?=.)/g, '$&\n')}\n-----END ${label}-----\n`;
