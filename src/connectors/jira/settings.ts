import { z } from 'zod';
import { secret, text, url } from '#connector-kit/fields.ts';

export const settings = z.strictObject({
  site: url('Site', 'For example https://meadow.atlassian.net'),
  email: text('E-mail', 'The account that the API token belongs to; best one of its own'),
  token: secret('API token', 'id.atlassian.com → Security → API tokens'),
  project: text('Project', 'Its key, such as IT; also that of a service project').regex(
    /^[A-Z][A-Z0-9_]+$/,
    { error: 'the key of a project, such as IT' },
  ),
  issueType: text('Work type', 'As it is called in the project').default('Task'),
  fields: z.record(z.string().min(1), z.json()).default({}).meta({
    title: 'Further fields',
    description: 'What the project wants filled in besides, by the id of the field',
  }),
  resolvedStatus: text(
    'Status when resolved',
    'Empty: the first status that can be reached and counts as done',
  ).optional(),
  resolution: text('Resolution', 'Only where the workflow asks for one, such as Done').optional(),
  records: z.enum(['no', 'attached']).default('no').meta({
    title: 'Records',
    description:
      'attached: the record of a departure is attached to its ticket here. Whoever sees the ticket sees it',
  }),
  recordsIssue: text('Issue for records', 'Where records go that have no ticket here, such as IT-7')
    .regex(/^[A-Z][A-Z0-9_]+-[1-9][0-9]*$/, { error: 'the key of an issue, such as IT-7' })
    .optional(),
});
export type Settings = z.infer<typeof settings>;
