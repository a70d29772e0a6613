import { z } from 'zod';
import { secret, text, url } from '#connector-kit/fields.ts';

const fieldValues = (title: string, description: string) =>
  z.record(z.string().min(1), z.string()).default({}).meta({ title, description });

export const settings = z.strictObject({
  instance: url('Instance', 'For example https://meadow.service-now.com'),
  user: text('User', 'A user of its own, for web services only').regex(/^[^:]+$/, {
    error: 'a user name without ":"',
  }),
  password: secret('Password', 'Of that user'),
  table: text('Table', 'Where tickets are kept: incident, sc_task, …')
    .regex(/^[a-z][a-z0-9_]*$/, { error: 'the name of a table, such as incident' })
    .default('incident'),
  openState: text('State when opened again', 'The number that the table uses').default('2'),
  resolvedStates: z.array(z.string().min(1)).min(1).default(['6', '7', '8']).meta({
    title: 'States that mean resolved',
    description: 'As the table counts them; the first is the one we set',
  }),
  fields: fieldValues('Further fields', 'Filled in when a ticket is made, such as caller_id'),
  closing: fieldValues(
    'Fields when resolved',
    'What the table wants then, such as close_code and close_notes',
  ),
  records: z.enum(['no', 'attached']).default('no').meta({
    title: 'Records',
    description:
      'attached: the record of a departure is attached to its ticket here. Whoever sees the ticket sees it',
  }),
  recordsId: text(
    'Record for records',
    'Where records go that have no ticket here: the sys_id of a record of the table',
  )
    .regex(/^[0-9a-f]{32}$/, { error: 'a sys_id: 32 digits and letters from a to f' })
    .optional(),
});
export type Settings = z.infer<typeof settings>;
