import type { SignatureAsked } from '#api/contract/passkeys.ts';
import { ApiProblem, act, noPasskey } from './api.ts';

/**
 * Does something that may weigh much. Where the server wants a passkey of the viewer to sign first, that is asked
 * for, and then it is done; whoever turns away reads why it was refused.
 */
export async function signedWhereNeeded<Answer>(once: () => Promise<Answer>): Promise<Answer> {
  try {
    return await once();
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.kind !== 'step-up-needed') throw error;
    const asked = await askToSign();
    // Loaded only now: most people never need it.
    const { signWithPasskey } = await import('./passkey.ts');
    const assertion = await signWithPasskey(asked);
    if (assertion === null) throw error;
    await act('POST', '/session/step-up', { assertion });
    return once();
  }
}

async function askToSign(): Promise<SignatureAsked> {
  try {
    return await act<SignatureAsked>('POST', '/session/step-up/options');
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.kind !== 'not-possible') throw error;
    const { status, message: detail, reference } = error;
    throw new ApiProblem({ kind: noPasskey, status, detail, reference });
  }
}
