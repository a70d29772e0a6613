import { z } from 'zod';
import { assignee } from '#connector-kit/assignee.ts';
import { secret } from '#connector-kit/fields.ts';

/** What a company has bought of Slack decides what can be done from outside. */
const plans = ['free', 'pro', 'business', 'enterprise'] as const;
export type SlackPlan = (typeof plans)[number];

export const settings = z.strictObject({
  plan: z.enum(plans).meta({
    title: 'Plan',
    description:
      'What you have of Slack: Free, Pro, Business+ or Enterprise. It decides what can be done without a person',
  }),
  token: secret(
    'User token',
    'Begins with xoxp-. Of an app that an owner installed; on Enterprise on the whole organisation',
  ),
  botToken: secret(
    'Bot token',
    'Begins with xoxb-, of the same app. Only for messages to people and channels; leave empty if none go out by Slack',
  ).optional(),
  assignTo: assignee.default({ role: 'it-admin' }).meta({
    title: 'Who does it by hand',
    description:
      'Asked for what the plan leaves to people. A role, a manager or somebody by address',
  }),
});
export type Settings = z.infer<typeof settings>;

/** The SCIM interface comes with these plans only. */
export const hasScim = ({ plan }: Pick<Settings, 'plan'>): boolean =>
  plan === 'business' || plan === 'enterprise';

/** Several workspaces under one roof, and the `admin.*` methods. */
export const isOrganisation = ({ plan }: Pick<Settings, 'plan'>): boolean => plan === 'enterprise';
