import { z } from 'zod';
import type { ByHand } from '#connector-kit/contract.ts';

/**
 * A hold comes before the licence and the user go: without one Microsoft deletes the mailbox 30 days after its licence,
 * and the OneDrive with the user; with one the mailbox stays as an inactive mailbox. Neither litigation hold nor holds of
 * eDiscovery are in version 1.0 of Graph (its metadata of August 2026 knows custodians only), so a person does it, and
 * attests it. https://learn.microsoft.com/purview/create-and-manage-inactive-mailboxes
 */
export const preserveData: ByHand<unknown> = {
  kind: 'by-hand',
  capability: 'data.preserve',
  summary: 'Has IT put mailbox and OneDrive on hold, before licence and user go.',
  scopes: [],
  mustPrecede: ['licences.remove', 'account.delete'],
  params: z.strictObject({}),
  instructions: (login) =>
    [
      `Put the mailbox and the OneDrive of ${login} on hold, before the licence is taken away or the user deleted:`,
      '1. Legal has a case in Purview → eDiscovery: open it and add a hold policy with the mailbox and the OneDrive of this user, ' +
        'without a query, so that all of it is held. Wait until the policy shows success.',
      '2. Or for the mailbox alone, in Exchange Online PowerShell: ' +
        `Set-Mailbox -Identity ${login} -LitigationHoldEnabled $true`,
      `3. Look: Get-Mailbox -Identity ${login} | Format-List LitigationHoldEnabled,InPlaceHolds`,
      'A mailbox on litigation hold needs a licence that includes it until the user is deleted.',
    ].join('\n'),
  proof: ['what Get-Mailbox or the hold policy shows', 'what is held: mailbox, OneDrive, or both'],
  assignTo: { role: 'it-admin' },
};
