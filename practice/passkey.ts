import { z } from 'zod';
import { makePasskey } from '#app/testing/passkey.ts';
import { type Approval, ApprovalOptions, ApprovalPage } from '../src/api/contract/approvals.ts';
import { PasskeyOptions } from '../src/api/contract/passkeys.ts';
import type { Member } from './gatehouse.ts';

const anything = z.unknown();

/** Somebody who decides about what cannot be undone, with a passkey of their own. */
export interface Approver {
  readonly name: string;
  /** Approves, once, what waits for an approval and may be decided by them. */
  approve(): Promise<readonly Approval[]>;
}

/** Registers a passkey in memory, as a browser would register one, and decides with it. */
export async function openApprover(by: Member, url: string): Promise<Approver> {
  const page = { origin: url, rpId: new URL(url).hostname };
  const passkey = makePasskey();
  const path = '/users/me/passkeys';
  const { creation } = await by.send('POST', `${path}/options`, undefined, PasskeyOptions);
  const attestation = passkey.attest(creation.challenge, page);
  await by.send('POST', path, { name: 'key ring', attestation }, anything);

  const decided = new Set<string>();
  async function decide({ id }: Approval): Promise<void> {
    const { digest, granted } = await by.get(`/approvals/${id}/challenge`, ApprovalOptions);
    const assertion = passkey.sign(granted.challenge, page);
    const decision = { decision: 'granted', digest, assertion };
    await by.send('POST', `/approvals/${id}/decide`, decision, anything);
    decided.add(id);
  }

  return {
    name: by.name,
    async approve() {
      const { items } = await by.get('/approvals', ApprovalPage, { mine: true });
      const open = items.filter(({ id, mayDecide }) => mayDecide && !decided.has(id));
      for (const it of open) await decide(it);
      return open;
    },
  };
}
