import { z } from 'zod';
import { secret, severalLines, text, url } from '#connector-kit/fields.ts';

/** How GitHub can know whose account one is. There is no other way than these, and none is a guess. */
export const ways = ['saml', 'verified domain', 'list'] as const;

export const settings = z
  .strictObject({
    organisation: text('Organisation', 'As in the address: github.com/meadow is meadow').regex(
      /^[\w-]+$/,
      'Only the name, without the address',
    ),
    address: url(
      'Address',
      'Of your own GitHub Enterprise Server or ghe.com. Left out: github.com',
    ).optional(),
    clientId: text('Client ID', 'Of the GitHub App that stands for Gatehouse').optional(),
    privateKey: severalLines(secret('Private key', 'Of that app, as PEM')).optional(),
    token: secret(
      'Token',
      'Instead of an app: a fine-grained token of an owner. It ends with the account of the owner, and sees no tokens of others',
    ).optional(),
    findBy: z.array(z.enum(ways)).min(1).meta({
      title: 'People are known by',
      description:
        'saml: the identity they signed in with by SAML or SCIM. verified domain: an address in a domain that the organisation has verified. list: a list that you upload',
    }),
    copilot: z.boolean().default(false).meta({
      title: 'Copilot',
      description: 'The organisation pays for seats of Copilot, and they are to be taken back',
    }),
  })
  .superRefine(({ clientId, privateKey, token }, context) => {
    const complain = (field: string, message: string) =>
      context.addIssue({ code: 'custom', path: [field], message });
    if (token !== undefined && (clientId ?? privateKey) !== undefined) {
      complain('token', 'Enter the app or the token, not both');
    }
    if (token !== undefined) return;
    if (clientId === undefined) complain('clientId', 'Enter the client ID of the app');
    if (privateKey === undefined) complain('privateKey', 'Enter the private key of the app');
  });
export type Settings = z.infer<typeof settings>;

/** Where both interfaces are: REST, and GraphQL for what REST does not tell. */
export function addressesOf({ address }: Pick<Settings, 'address'>): {
  rest: string;
  graphql: string;
} {
  if (address === undefined) {
    return { rest: 'https://api.github.com', graphql: 'https://api.github.com' };
  }
  const { origin, protocol, host } = new URL(address);
  if (host.endsWith('.ghe.com')) {
    const api = `${protocol}//api.${host}`;
    return { rest: api, graphql: api };
  }
  return { rest: `${origin}/api/v3`, graphql: `${origin}/api` };
}
