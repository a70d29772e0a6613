import { z } from 'zod';
import { secret, text, url } from '#connector-kit/fields.ts';

/** How a group can know whose account one is: GitLab shows its owners no address of anybody else. */
export const ways = ['enterprise', 'saml', 'list'] as const;

export const settings = z
  .strictObject({
    address: url(
      'Address',
      'Of your own GitLab, for example https://gitlab.meadow.example. Left out: gitlab.com',
    ).optional(),
    group: text(
      'Group',
      'Your top-level group on gitlab.com, as in the address: gitlab.com/meadow is meadow. Left out: all of your own GitLab',
    )
      .regex(/^[\w.-]+$/, 'Only the name of a top-level group, without the address')
      .optional(),
    token: secret(
      'Token',
      'With the scope api, of a user of its own: an administrator (and the scope admin_mode), or an owner of the group',
    ),
    findBy: z
      .array(z.enum(ways))
      .min(1)
      .meta({
        title: 'People of a group are known by',
        description:
          'enterprise: the address of enterprise users. saml: the name they sign in with by SAML is their address or number. list: a list that you upload',
      })
      .optional(),
    credentials: z.boolean().default(false).meta({
      title: 'Credentials inventory',
      description:
        'The group is on Ultimate, and tokens and SSH keys of its enterprise users are to be ended',
    }),
  })
  .superRefine(({ address, group, findBy }, context) => {
    const complain = (field: string, message: string) =>
      context.addIssue({ code: 'custom', path: [field], message });
    if (group === undefined && (address === undefined || isGitLabCom(address)))
      complain('group', 'Enter the group: on gitlab.com nobody but GitLab is an administrator');
    if (group !== undefined && findBy === undefined)
      complain('findBy', 'Say how people of the group are known');
    if (group === undefined && findBy !== undefined)
      complain('findBy', 'Only for a group: on your own GitLab people are found by their address');
  });
export type Settings = z.infer<typeof settings>;

/** Their own, and not one of a company. */
export const isGitLabCom = (address: string) => new URL(address).hostname === 'gitlab.com';

export const addressOf = ({ address }: Pick<Settings, 'address'>): string =>
  address ?? 'https://gitlab.com';
