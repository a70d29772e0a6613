import { z } from 'zod';
import { byId } from '#connector-kit/by-id.ts';
import { blocked, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import type { JumpCloud } from './api.ts';
import { permission } from './settings.ts';

const state = z.strictObject({
  /** One-time codes. */
  totp: z.boolean(),
  /** Phones that are asked. */
  push: z.array(z.strictObject({ id: z.string(), name: z.string() })),
  /** Security keys and passkeys, which the API shows and does not remove. */
  webAuthn: z.boolean(),
});

interface Change {
  readonly totp: boolean;
  readonly push: readonly string[];
}

/** It cannot be given back: the person enrols again. */
export const removeFactors = transition({
  capability: 'mfa.remove',
  summary: 'Removes one-time codes and phones that are asked; says where a security key is left.',
  scopes: [permission],
  mustPrecede: ['account.delete'],
  params: z.strictObject({}),
  state,
  repeatable: true,

  async read(jumpCloud: JumpCloud, accountId) {
    const [user, push] = await Promise.all([
      jumpCloud.user(accountId),
      jumpCloud.pushEndpointsOf(accountId),
    ]);
    return {
      totp: user.totp_enabled === true,
      push: push.map(({ id, name }) => ({ id, name: name ?? id })).sort(byId),
      webAuthn: user.mfaEnrollment?.webAuthnStatus === 'ENROLLED',
    };
  },

  plan({ totp, push, webAuthn }): Plan<Change> {
    const parts = [...(totp ? ['one-time codes'] : []), ...push.map(({ name }) => name)];
    if (parts.length > 0) {
      return change(`Remove ${parts.join(', ')}.`, { totp, push: push.map(({ id }) => id) });
    }
    return webAuthn
      ? blocked(
          'A security key or passkey is left. JumpCloud removes it only by hand: Users → the user → MFA.',
        )
      : done('No second factor is left.');
  },

  async apply(jumpCloud, accountId, { totp, push }: Change) {
    if (totp) await jumpCloud.resetTotp(accountId);
    // Resetting may have taken them along.
    for (const id of push) await unlessMissing(jumpCloud.removePushEndpoint(accountId, id));
  },
});
