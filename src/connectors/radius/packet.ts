import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

// RADIUS packets (RFC 2865, 3) as dynamic authorization has them (RFC 5176). Pure.

export const code = { disconnectRequest: 40, disconnectAck: 41, disconnectNak: 42 } as const;

/** Numbers of attributes. */
export const attribute = {
  userName: 1,
  nasIpAddress: 4,
  acctSessionId: 44,
  eventTimestamp: 55,
  messageAuthenticator: 80,
  errorCause: 101,
} as const;

export interface Attribute {
  readonly type: number;
  /** 1 to 253 bytes. */
  readonly value: Buffer;
}

export interface Packet {
  readonly code: number;
  /** 0 to 255. */
  readonly identifier: number;
  readonly attributes: readonly Attribute[];
}

const headerBytes = 20;
const digestBytes = 16;
const longestBytes = 4_096;

/** Whether one attribute can carry it. */
export const fits = (value: Buffer): boolean => value.length >= 1 && value.length <= 253;

/**
 * A request as it is sent: with a Message-Authenticator, which comes first, and a Request Authenticator over
 * all of it (RFC 5176, 2.3 and 3.4). In both computations the authenticator is 16 zeros.
 */
export function requestBytes(packet: Packet, secret: string): Buffer {
  const bytes = assembled([
    { type: attribute.messageAuthenticator, value: Buffer.alloc(digestBytes) },
    ...packet.attributes,
  ]);
  bytes[0] = packet.code;
  bytes[1] = packet.identifier;
  createHmac('md5', secret)
    .update(bytes)
    .digest()
    .copy(bytes, headerBytes + 2);
  createHash('md5').update(bytes).update(secret).digest().copy(bytes, 4);
  return bytes;
}

function assembled(attributes: readonly Attribute[]): Buffer {
  const written = attributes.map(({ type, value }) =>
    Buffer.concat([Buffer.from([type, value.length + 2]), value]),
  );
  const bytes = Buffer.concat([Buffer.alloc(headerBytes), ...written]);
  bytes.writeUInt16BE(bytes.length, 2);
  return bytes;
}

/** What comes back for a request. Null: it is no answer to it, or not from whoever knows the secret. */
export function answerIn(bytes: Buffer, request: Buffer, secret: string): Packet | null {
  const packet = packetIn(bytes);
  if (!packet || packet.identifier !== request[1]) return null;
  const whole = bytes.subarray(0, bytes.readUInt16BE(2));
  // Both are computed with the authenticator of the request in place of their own (RFC 2865, 3; RFC 3579, 3.2).
  const asked = Buffer.from(whole);
  request.copy(asked, 4, 4, headerBytes);
  const expected = createHash('md5').update(asked).update(secret).digest();
  if (!timingSafeEqual(expected, whole.subarray(4, headerBytes))) return null;

  const at = placeOfMessageAuthenticator(whole);
  if (at === null) return packet;
  const told = Buffer.from(asked.subarray(at, at + digestBytes));
  asked.fill(0, at, at + digestBytes);
  const isRight = () => timingSafeEqual(createHmac('md5', secret).update(asked).digest(), told);
  if (isRight()) return packet;
  // FreeRADIUS takes zeros for the authenticator here, as in a request. Who answers is proven by the first one.
  asked.fill(0, 4, headerBytes);
  return isRight() ? packet : null;
}

/** Null: the bytes are no packet. What lies behind its length is padding. */
export function packetIn(bytes: Buffer): Packet | null {
  if (bytes.length < headerBytes) return null;
  const length = bytes.readUInt16BE(2);
  if (length < headerBytes || length > longestBytes || length > bytes.length) return null;
  const attributes: Attribute[] = [];
  for (let at = headerBytes; at < length; ) {
    const size = at + 1 < length ? bytes[at + 1]! : 0;
    if (size < 2 || at + size > length) return null;
    attributes.push({ type: bytes[at]!, value: bytes.subarray(at + 2, at + size) });
    at += size;
  }
  return { code: bytes[0]!, identifier: bytes[1]!, attributes };
}

/** Where its 16 bytes begin; null: there is none of that length. */
function placeOfMessageAuthenticator(whole: Buffer): number | null {
  for (let at = headerBytes; at < whole.length; at += whole[at + 1]!) {
    const isIt = whole[at] === attribute.messageAuthenticator && whole[at + 1] === digestBytes + 2;
    if (isIt) return at + 2;
  }
  return null;
}

/** Why a request was refused (RFC 5176, 3.5); null: it does not say. */
export function errorCauseOf({ attributes }: Packet): number | null {
  const found = attributes.find(({ type }) => type === attribute.errorCause);
  return found?.value.length === 4 ? found.value.readUInt32BE() : null;
}
