import { z } from 'zod';
import { byId } from '#connector-kit/by-id.ts';
import type { Slack } from './api.ts';
import { isOrganisation } from './settings.ts';
import type { UserGroup } from './shapes.ts';

export const Membership = z.strictObject({
  id: z.string(),
  name: z.string(),
  /** Where the group is; null: there is only one workspace, or it is one of the organisation. */
  workspace: z.string().nullable(),
  /** Through SCIM an identity provider, and we, change it. */
  byScim: z.boolean(),
  /** Slack fills it with the admins or owners. */
  byRole: z.boolean(),
  /** Nobody else is in it, and Slack keeps no empty one. */
  alone: z.boolean(),
});
export type Membership = z.infer<typeof Membership>;

/** The workspaces to look for user groups in. */
export async function workspacesOf(slack: Slack, accountId: string): Promise<(string | null)[]> {
  if (!isOrganisation(slack.settings)) return [null];
  return (await slack.user(accountId)).enterprise_user?.teams ?? [];
}

/** User groups and groups of an identity provider, in the order of their ids. */
export async function membershipsOf(slack: Slack, accountId: string): Promise<Membership[]> {
  const found = new Map<string, Membership>();
  for (const workspace of await workspacesOf(slack, accountId)) {
    for (const group of await slack.groups(workspace)) {
      if (group.users.includes(accountId)) found.set(group.id, ofGroup(slack, group, workspace));
    }
  }
  const { groups } = (await slack.scim?.user(accountId)) ?? {};
  for (const { value: id, display } of groups ?? []) {
    const known = found.get(id);
    const name = known?.name ?? display ?? id;
    const base = { id, name, workspace: null, byScim: true, byRole: false, alone: false };
    if (!known) found.set(id, base);
  }
  return [...found.values()].sort(byId);
}

const ofGroup = (slack: Slack, it: UserGroup, workspace: string | null): Membership => {
  const byScim = it.is_idp_group && slack.scim !== null;
  return {
    id: it.id,
    name: it.name,
    workspace,
    byScim,
    byRole: (it.auto_type ?? null) !== null,
    alone: !byScim && it.users.length === 1,
  };
};
