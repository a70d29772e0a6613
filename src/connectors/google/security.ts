import { z } from 'zod';
import { scopes } from './scopes.ts';
import { all, inPath, pageOf, pagesOf, type Speak } from './web.ts';

const Token = z.object({ clientId: z.string(), displayText: z.string().optional() });
const AppPassword = z.object({ codeId: z.number(), name: z.string().optional() });

/** How a user signs in. https://developers.google.com/workspace/admin/directory/v1/guides/manage-security */
export function openSecurity(speak: Speak) {
  const http = speak('admin', scopes.security);
  const user = (id: string) => `/admin/directory/v1/users/${inPath(id)}`;

  return {
    signOut: (id: string) => http.call('POST', `${user(id)}/signOut`),
    turnOff2Sv: (id: string) => http.call('POST', `${user(id)}/twoStepVerification/turnOff`),
    /** How many are valid; what they are is thrown away unread. */
    async backupCodes(id: string): Promise<number> {
      const codes = pagesOf(
        http,
        `${user(id)}/verificationCodes`,
        {},
        pageOf('items', z.unknown()),
      );
      return (await all(codes)).length;
    },
    invalidateBackupCodes: (id: string) =>
      http.call('POST', `${user(id)}/verificationCodes/invalidate`),
    tokens: (id: string) => all(pagesOf(http, `${user(id)}/tokens`, {}, pageOf('items', Token))),
    endTokens: (id: string, clientId: string) =>
      http.call('DELETE', `${user(id)}/tokens/${inPath(clientId)}`),
    appPasswords: (id: string) =>
      all(pagesOf(http, `${user(id)}/asps`, {}, pageOf('items', AppPassword))),
    endAppPassword: (id: string, codeId: string) =>
      http.call('DELETE', `${user(id)}/asps/${inPath(codeId)}`),
  };
}
