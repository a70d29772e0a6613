import { z } from 'zod';
import { secret, text, url } from '#connector-kit/fields.ts';

/**
 * How to reach one application, and where it leaves the standard.
 *
 * SCIM is not uniform, and what `active=false` does is not discoverable at all. So the
 * quirks are declared; `check` tries those that can be tried without changing anything.
 */
export const settings = z.strictObject({
  baseUrl: url('SCIM base address', 'For example https://app.example.com/scim/v2, without /Users'),
  token: secret('Bearer token', 'The SCIM or provisioning token that the application gave you'),

  deactivation: z.enum(['suspends', 'deletes']).default('suspends').meta({
    title: 'What deactivating does',
    description:
      'Suspends: the person cannot sign in, everything is kept. Deletes: the account is removed',
  }),
  canDelete: z.boolean().default(false).meta({
    title: 'Accounts can be deleted',
    description: 'The application documents DELETE /Users/{id}',
  }),
  canCreate: z.boolean().default(false).meta({
    title: 'Accounts can be created',
    description: 'The application documents POST /Users; needed for arrivals',
  }),
  suspendingEndsSessions: z.boolean().default(false).meta({
    title: 'Deactivating signs out',
    description: 'The vendor states that deactivating an account ends its open sessions',
  }),

  filters: z.boolean().default(true).meta({
    title: 'Search works',
    description: 'Otherwise every user is listed to find one',
  }),
  findBy: z
    .array(z.enum(['userName', 'emails.value', 'emails', 'externalId']))
    .min(1)
    .default(['userName', 'emails.value', 'externalId'])
    .meta({
      title: 'Find people by',
      description: 'userName and emails hold the work address, externalId the personnel number',
    }),
  groups: z
    .enum(['members.value', 'members', 'list', 'none'])
    .default('members.value')
    .meta({
      title: 'Find the groups of a person by',
      description:
        'Search for the attribute members.value or members, by a list of all groups, or none: ' +
        'the application has no groups',
    }),
  managers: z.enum(['search', 'list', 'none']).default('none').meta({
    title: 'Find those whom a person manages by',
    description:
      'A search for manager.value, a list of all users, or none: the application knows no managers',
  }),
  administrators: z
    .array(text('Role, group or user type', 'As the application names it'))
    .default([])
    .meta({
      title: 'Who is an administrator',
      description: 'Names of roles, entitlements, groups or user types; their accounts go first',
    }),

  update: z.enum(['patch', 'put']).default('patch').meta({
    title: 'Changes are sent as',
    description: 'PATCH changes one attribute. PUT replaces the whole resource',
  }),
  patchStyle: z.enum(['path', 'value']).default('path').meta({
    title: 'PATCH names the attribute in',
    description: 'The path, as the standard prefers, or only in the value, as Okta sends it',
  }),
  operationNames: z.enum(['lower', 'capitalised']).default('lower').meta({
    title: 'Operations are written',
    description: 'replace, as in the standard, or Replace, as Entra ID sends it',
  }),
  booleans: z.enum(['json', 'text', 'capitalised-text']).default('json').meta({
    title: 'True and false are written as',
    description: 'JSON: false. Text: "false". Capitalised text: "False"',
  }),
});

export type Settings = z.infer<typeof settings>;

/** An attribute by which a person can be looked for. */
export type Key = Settings['findBy'][number];
