import { Sequence } from 'asn1js';
import { idOf, numberOf, partAt, partsOf, readDer } from './asn1.ts';

// Signatures of authorities, by the browser's own cryptography: unlike the keys of the record these are RSA and
// elliptic curves, which every browser checks.

export type DigestName = 'sha256' | 'sha384' | 'sha512';

const namesInBrowser = { sha256: 'SHA-256', sha384: 'SHA-384', sha512: 'SHA-512' } as const;

export async function digestOf(
  name: DigestName | 'sha1',
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array> {
  const called = name === 'sha1' ? 'SHA-1' : namesInBrowser[name];
  return new Uint8Array(await crypto.subtle.digest(called, bytes));
}

const rsa = '1.2.840.113549.1.1.1';
const elliptic = '1.2.840.10045.2.1';
const curves: Readonly<Record<string, { readonly name: string; readonly bytes: number }>> = {
  '1.2.840.10045.3.1.7': { name: 'P-256', bytes: 32 },
  '1.3.132.0.34': { name: 'P-384', bytes: 48 },
  '1.3.132.0.35': { name: 'P-521', bytes: 66 },
};

/** Whether a signature holds under a public key as certificates carry it (SubjectPublicKeyInfo). */
export async function isSignedBy(
  spki: Uint8Array<ArrayBuffer>,
  digest: DigestName,
  message: Uint8Array<ArrayBuffer>,
  signature: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const algorithm = partAt(readDer(spki), 0);
  const kind = idOf(partAt(algorithm, 0));
  const hash = namesInBrowser[digest];
  if (kind === rsa) {
    const how = { name: 'RSASSA-PKCS1-v1_5', hash };
    const key = await crypto.subtle.importKey('spki', spki, how, false, ['verify']);
    return crypto.subtle.verify(how, key, signature, message);
  }
  const curve = kind === elliptic ? curves[idOf(partAt(algorithm, 1))] : undefined;
  const numbers = curve && numbersIn(signature, curve.bytes);
  if (!curve || !numbers) return false;
  const how = { name: 'ECDSA', namedCurve: curve.name, hash };
  const key = await crypto.subtle.importKey('spki', spki, how, false, ['verify']);
  return crypto.subtle.verify(how, key, numbers, message);
}

/** Both numbers of a signature side by side, as browsers take them; null: it is none of that curve. */
function numbersIn(signature: Uint8Array, bytes: number): Uint8Array<ArrayBuffer> | null {
  let read: readonly [bigint, bigint];
  try {
    const whole = readDer(signature);
    if (!(whole instanceof Sequence) || partsOf(whole).length !== 2) return null;
    read = [numberOf(partAt(whole, 0)), numberOf(partAt(whole, 1))];
  } catch {
    return null;
  }
  const [r, s] = read.map((it) => it.toString(16).padStart(bytes * 2, '0'));
  if (r!.length > bytes * 2 || s!.length > bytes * 2) return null;
  return Uint8Array.from(`${r}${s}`.match(/../g)!, (it) => Number.parseInt(it, 16));
}
