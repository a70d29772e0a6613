import type { PasskeyOptions, SignatureAsked } from '#api/contract/passkeys.ts';
import type { Assertion, Attestation } from '#core/passkey.ts';

/** What a browser gives for a signature; a part of the type that only browsers know. */
interface Signed {
  readonly id: string;
  readonly rawId: ArrayBuffer;
  readonly response: {
    readonly clientDataJSON: ArrayBuffer;
    readonly authenticatorData: ArrayBuffer;
    readonly signature: ArrayBuffer;
    readonly userHandle: ArrayBuffer | null;
  };
}

/** Where passkeys cannot be used at all, as in pages served without TLS under a name. */
export const hasPasskeys = (): boolean =>
  typeof PublicKeyCredential !== 'undefined' && navigator.credentials !== undefined;

/**
 * Has a passkey of the viewer sign what the server asks for. Null: they turned away, or had none at hand;
 * the browser does not say which.
 */
export async function signWithPasskey(asked: SignatureAsked): Promise<Assertion | null> {
  const { challenge, rpId, userVerification, timeout, allowCredentials } = asked;
  let credential: Credential | null;
  try {
    credential = await navigator.credentials.get({
      publicKey: {
        challenge: bytesOf(challenge),
        rpId,
        userVerification,
        ...(timeout === undefined ? {} : { timeout }),
        allowCredentials: allowCredentials.map(({ id, type, transports }) => ({
          id: bytesOf(id),
          type,
          transports: transports as AuthenticatorTransport[],
        })),
      },
    });
  } catch (error) {
    if (error instanceof DOMException && turnedAway.includes(error.name)) return null;
    throw error;
  }
  return credential && assertionOf(credential as unknown as Signed);
}

const turnedAway: readonly string[] = ['NotAllowedError', 'AbortError', 'InvalidStateError'];

/** A signature as the API takes it. */
export function assertionOf({ id, rawId, response }: Signed): Assertion {
  const { clientDataJSON, authenticatorData, signature, userHandle } = response;
  return {
    id,
    rawId: base64url(rawId),
    type: 'public-key',
    clientExtensionResults: {},
    response: {
      clientDataJSON: base64url(clientDataJSON),
      authenticatorData: base64url(authenticatorData),
      signature: base64url(signature),
      ...(userHandle && userHandle.byteLength > 0 ? { userHandle: base64url(userHandle) } : {}),
    },
  };
}

/** The bytes that base64url without padding stands for. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (it) => it.charCodeAt(0));
}

function base64url(bytes: ArrayBuffer): string {
  const binary = Array.from(new Uint8Array(bytes), (it) => String.fromCharCode(it)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** What a browser gives for a new passkey; a part of the type that only browsers know. */
interface Made {
  readonly id: string;
  readonly rawId: ArrayBuffer;
  readonly response: {
    readonly clientDataJSON: ArrayBuffer;
    readonly attestationObject: ArrayBuffer;
    getTransports?(): string[];
  };
}

/** Makes a new passkey of the viewer. Null: they turned away, or what they chose has one for here already. */
export async function makePasskey(asked: PasskeyOptions['creation']): Promise<Attestation | null> {
  let credential: Credential | null;
  try {
    credential = await navigator.credentials.create({
      publicKey: {
        ...asked,
        challenge: bytesOf(asked.challenge),
        user: { ...asked.user, id: bytesOf(asked.user.id) },
        excludeCredentials: asked.excludeCredentials.map(({ id, type }) => ({
          id: bytesOf(id),
          type,
        })),
      },
    });
  } catch (error) {
    if (error instanceof DOMException && turnedAway.includes(error.name)) return null;
    throw error;
  }
  if (!credential) return null;
  const { id, rawId, response } = credential as unknown as Made;
  return {
    id,
    rawId: base64url(rawId),
    type: 'public-key',
    clientExtensionResults: {},
    response: {
      clientDataJSON: base64url(response.clientDataJSON),
      attestationObject: base64url(response.attestationObject),
      ...(response.getTransports ? { transports: response.getTransports() } : {}),
    },
  };
}
