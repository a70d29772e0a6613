import { z } from 'zod';
import type { ByHand } from '#connector-kit/contract.ts';

/** A certificate is revoked by whoever holds the key of the authority, which is no business of the server. */
export const suspendAccount: ByHand<Record<string, never>> = {
  kind: 'by-hand',
  capability: 'account.suspend',
  summary: 'Asks a person to revoke the certificate and to give the server the new list (CRL).',
  scopes: [],
  mustPrecede: ['sessions.revoke'],
  params: z.strictObject({}),
  instructions: (login) =>
    `Revoke every VPN certificate of ${login}, and put the new list (CRL) where “crl-verify” of the server points. ` +
    'The server reads it by itself, and refuses the next sign-in; the session that is open is ended in a step of ' +
    'its own.',
  proof: ['serial number of each certificate', 'when the server had the new list'],
  assignTo: { role: 'it-operator' },
};
