import { z } from 'zod';

/** A page of ours: a path, of which a browser makes nothing else. */
export const OwnPath = z
  .string()
  .max(2_000)
  .regex(/^\/(?![/\\])[^\\\p{Cc}]*$/u, 'a path of Gatehouse such as /cases')
  .refine((it) => new URL(it, 'https://gatehouse.invalid').host === 'gatehouse.invalid');

export const SignInWays = z
  .object({
    singleSignOn: z.boolean(),
    enforced: z
      .boolean()
      .meta({ description: 'All but the break-glass accounts sign in by single sign-on' }),
  })
  .meta({ id: 'SignInWays' });
export type SignInWays = z.infer<typeof SignInWays>;

export const SingleSignOnStart = z
  .strictObject({
    to: OwnPath.default('/').meta({ description: 'Where it goes on after that' }),
    link: z.boolean().default(false).meta({
      description: 'Somebody who is signed in links their account at the identity provider',
    }),
  })
  .meta({ id: 'SingleSignOnStart' });

export const SingleSignOnWay = z
  .object({ url: z.url().meta({ description: 'Where the browser goes' }) })
  .meta({ id: 'SingleSignOnWay' });
export type SingleSignOnWay = z.infer<typeof SingleSignOnWay>;

export const ClientSecret = z
  .strictObject({ secret: z.string().min(1).max(4_000) })
  .meta({ id: 'ClientSecret' });

export const SingleSignOnCheck = z
  .object({
    issuer: z.string(),
    authorizationEndpoint: z.string(),
    redirectUri: z.string().meta({ description: 'To be entered at the identity provider' }),
    logoutUri: z.string().meta({ description: 'For back-channel logout, to be entered there' }),
    tried: z.boolean().meta({
      description:
        'Whether somebody has signed in with these settings; before that nothing is enforced',
    }),
  })
  .meta({ id: 'SingleSignOnCheck' });
