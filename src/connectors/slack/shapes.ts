import { z } from 'zod';

// What Slack's web API answers, as far as we read it.

/** A person in Slack. A deactivated one is shown without most of it. */
export const SlackUser = z.object({
  id: z.string(),
  name: z.string().nullish(),
  deleted: z.boolean().default(false),
  is_bot: z.boolean().default(false),
  is_admin: z.boolean().default(false),
  is_owner: z.boolean().default(false),
  is_primary_owner: z.boolean().default(false),
  /** A guest. */
  is_restricted: z.boolean().default(false),
  /** A guest in one channel; is_restricted as well. */
  is_ultra_restricted: z.boolean().default(false),
  /** Of another company, seen through a channel that is shared with it. */
  is_stranger: z.boolean().default(false),
  profile: z.object({ email: z.string().nullish() }).nullish(),
  /** Only in organisations. */
  enterprise_user: z
    .object({
      enterprise_id: z.string(),
      is_admin: z.boolean().default(false),
      is_owner: z.boolean().default(false),
      /** Workspaces. */
      teams: z.array(z.string()).default([]),
    })
    .nullish(),
});
export type SlackUser = z.infer<typeof SlackUser>;

/** The same person as `admin.users.list` shows them. */
export const OrganisationUser = z.object({
  id: z.string(),
  email: z.string().nullish(),
  username: z.string().nullish(),
  is_bot: z.boolean().default(false),
  is_admin: z.boolean().default(false),
  is_owner: z.boolean().default(false),
  is_primary_owner: z.boolean().default(false),
});
export type OrganisationUser = z.infer<typeof OrganisationUser>;

export const UserGroup = z.object({
  id: z.string(),
  name: z.string(),
  handle: z.string().nullish(),
  /** The admins, or the owners, of the workspace; Slack fills it. */
  auto_type: z.string().nullish(),
  is_idp_group: z.boolean().default(false),
  users: z.array(z.string()).default([]),
});
export type UserGroup = z.infer<typeof UserGroup>;

export const IntegrationChange = z.object({
  user_id: z.string(),
  /** Seconds since 1970, as text. */
  date: z.string(),
  change_type: z.string(),
  app_type: z.string().nullish(),
  app_id: z.string().nullish(),
  service_id: z.string().nullish(),
  service_type: z.string().nullish(),
});
export type IntegrationChange = z.infer<typeof IntegrationChange>;
