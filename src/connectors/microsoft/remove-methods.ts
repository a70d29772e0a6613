import { z } from 'zod';
import { blocked, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import { ConnectorError } from '#core/failure.ts';
import type { Microsoft } from './api.ts';
import { scopes } from './scopes.ts';

const Method = z.strictObject({
  id: z.string(),
  /** Microsoft's name of its kind, such as phone or fido2. */
  type: z.string(),
});
type Method = z.infer<typeof Method>;

/** In which list a kind stands (v1.0). The password is none of them: it cannot be removed. */
const lists: Readonly<Record<string, string>> = {
  email: 'emailMethods',
  external: 'externalAuthenticationMethods',
  fido2: 'fido2Methods',
  microsoftAuthenticator: 'microsoftAuthenticatorMethods',
  phone: 'phoneMethods',
  platformCredential: 'platformCredentialMethods',
  softwareOath: 'softwareOathMethods',
  temporaryAccessPass: 'temporaryAccessPassMethods',
  windowsHelloForBusiness: 'windowsHelloForBusinessMethods',
};

/**
 * The default method goes only when no other is left, and Graph v1.0 does not tell which one it is: whatever is
 * refused is tried once more after the others. A mobile number goes after the alternate one, which needs it.
 */
export const removeMethods = transition({
  capability: 'mfa.remove',
  summary: 'Removes every way to sign in but the password, also those by which it is recovered.',
  scopes: [scopes.manageMethods],
  mustPrecede: ['account.delete'],
  params: z.strictObject({}),
  state: z.strictObject({ methods: z.array(Method) }),
  settlesWithinMs: 5 * 60_000,
  repeatable: true,

  async read(microsoft: Microsoft, accountId) {
    const methods = await microsoft.methods(accountId);
    return {
      methods: methods
        .toSorted((a, b) => rank(a.phoneType) - rank(b.phoneType) || (a.id < b.id ? -1 : 1))
        .map((it) => ({ id: it.id, type: kindOf(it['@odata.type']) }))
        .filter(({ type }) => type !== 'password'),
    };
  },

  plan({ methods }): Plan<readonly Method[]> {
    if (methods.length === 0) return done('Nothing but the password is left.');
    const known = methods.filter(({ type }) => lists[type] !== undefined);
    if (known.length > 0) return change(`Remove ${kindsOf(known)}.`, known);
    return blocked(
      `Left: ${kindsOf(methods)}, which Microsoft Graph v1.0 cannot remove. Remove it in the Entra admin ` +
        'center → Users → Authentication methods.',
    );
  },

  async apply(microsoft, accountId, methods: readonly Method[]) {
    const remove = ({ id, type }: Method) =>
      unlessMissing(microsoft.removeMethod(accountId, lists[type] ?? '', id));
    const refused: Method[] = [];
    for (const method of methods) {
      try {
        await remove(method);
      } catch (error) {
        if (!(error instanceof ConnectorError && error.failure.kind === 'rejected')) throw error;
        refused.push(method);
      }
    }
    for (const method of refused) await remove(method);
  },
});

const rank = (phoneType: string | null | undefined) => (phoneType === 'mobile' ? 1 : 0);

/** `#microsoft.graph.phoneAuthenticationMethod` → `phone` */
const kindOf = (type: string) =>
  type.replace('#microsoft.graph.', '').replace(/AuthenticationMethod$/, '');
const kindsOf = (methods: readonly Method[]) =>
  [...new Set(methods.map(({ type }) => type))].join(', ');
