import { z } from 'zod';
import { scopes } from './scopes.ts';
import { all, inPath, pageOf, pagesOf, type Speak, withoutNaming } from './web.ts';

const Delegate = z.object({ delegateEmail: z.string() });
const ForwardingAddress = z.object({ forwardingEmail: z.string() });
const Filter = z.object({
  id: z.string(),
  action: z.object({ forward: z.string().optional() }).optional(),
});

/** What is off may be left out; an answer that says something else is none. */
const isSetting = (switchName: string) => (it: object) =>
  switchName in it || Object.keys(it).length === 0;
const AutoForwarding = z
  .looseObject({ enabled: z.boolean().optional() })
  .refine(isSetting('enabled'), { error: 'no such setting' });
const Vacation = z
  .looseObject({
    enableAutoReply: z.boolean().optional(),
    responseSubject: z.string().optional(),
    responseBodyPlainText: z.string().optional(),
  })
  .refine(isSetting('enableAutoReply'), { error: 'no such setting' })
  .transform((it) => ({
    on: it.enableAutoReply ?? false,
    subject: it.responseSubject ?? '',
    text: it.responseBodyPlainText ?? '',
  }));

/**
 * The settings of one mailbox, in the name of its owner: of anybody else's Google shows none.
 * https://developers.google.com/workspace/gmail/api/reference/rest
 */
export function openMailbox(speak: Speak, owner: string) {
  const basic = speak('gmail', scopes.mailboxes, owner);
  const sharing = speak('gmail', scopes.mailSharing, owner);
  const settings = '/gmail/v1/users/me/settings';
  return {
    delegates: () =>
      all(pagesOf(basic, `${settings}/delegates`, {}, pageOf('delegates', Delegate))),
    addDelegate: (delegateEmail: string) =>
      sharing.call('POST', `${settings}/delegates`, { delegateEmail }),
    removeDelegate: (email: string) =>
      withoutNaming(email, sharing.call('DELETE', `${settings}/delegates/${inPath(email)}`)),
    forwardingAddresses: () =>
      all(
        pagesOf(
          basic,
          `${settings}/forwardingAddresses`,
          {},
          pageOf('forwardingAddresses', ForwardingAddress),
        ),
      ),
    removeForwardingAddress: (email: string) =>
      withoutNaming(
        email,
        sharing.call('DELETE', `${settings}/forwardingAddresses/${inPath(email)}`),
      ),
    /** Whether all new mail is sent on. */
    forwardsAll: async () =>
      (await basic.get(`${settings}/autoForwarding`, AutoForwarding)).enabled ?? false,
    stopForwarding: () => sharing.call('PUT', `${settings}/autoForwarding`, { enabled: false }),
    /** Filters that send some of the mail on. */
    async forwardingFilters(): Promise<string[]> {
      const filters = pagesOf(basic, `${settings}/filters`, {}, pageOf('filter', Filter));
      return (await all(filters)).filter((it) => it.action?.forward).map(({ id }) => id);
    },
    removeFilter: (id: string) => basic.call('DELETE', `${settings}/filters/${inPath(id)}`),
    vacation: () => basic.get(`${settings}/vacation`, Vacation),
    setVacation: (reply: { subject: string; text: string } | null) =>
      basic.call(
        'PUT',
        `${settings}/vacation`,
        reply === null
          ? { enableAutoReply: false }
          : {
              ...{ enableAutoReply: true, restrictToContacts: false, restrictToDomain: false },
              ...{ responseSubject: reply.subject, responseBodyPlainText: reply.text },
            },
      ),
  };
}
