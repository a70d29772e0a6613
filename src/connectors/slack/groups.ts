import { ConnectorError } from '#core/failure.ts';
import { type Slack, scimOf } from './api.ts';

/** One group, and by which door it is changed. */
export interface GroupAt {
  readonly id: string;
  readonly workspace: string | null;
  readonly byScim: boolean;
}

export async function join(slack: Slack, { id, workspace, byScim }: GroupAt, accountId: string) {
  if (byScim) return scimOf(slack).addMember(id, accountId);
  const members = await slack.membersOf(id, workspace);
  if (members.includes(accountId)) return;
  await slack.setMembers(id, workspace, [...members, accountId]);
}

/** Slack takes only whole lists, so the members are read once more just before. */
export async function leave(slack: Slack, { id, workspace, byScim }: GroupAt, accountId: string) {
  if (byScim) {
    await scimOf(slack).removeMember(id, accountId);
    return;
  }
  const members = await slack.membersOf(id, workspace);
  if (!members.includes(accountId)) return;
  const rest = members.filter((it) => it !== accountId);
  if (rest.length === 0) {
    const detail = `Nobody else is left in the user group ${id}, and Slack keeps no empty one.`;
    throw new ConnectorError({ kind: 'rejected', detail });
  }
  await slack.setMembers(id, workspace, rest);
}
