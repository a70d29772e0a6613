import { z } from 'zod';
import { Moment, PageQuery, pageOf } from './page.ts';

export const AccountQuery = PageQuery.extend({
  connection: z.string().max(63).optional(),
  withoutPerson: z.stringbool().default(false).meta({
    description: 'Only accounts that belong to nobody we know',
  }),
});

/** One login of one person in one connection. */
export const Account = z
  .object({
    connection: z.string(),
    id: z.string().meta({ description: 'The system’s own id' }),
    login: z.string(),
    status: z.enum(['active', 'suspended', 'deleted']),
    privileged: z.boolean(),
    person: z.string().nullable().meta({ description: 'Id of the person; null: nobody we know' }),
    linkedBy: z.string().nullable().meta({ description: 'The user who said whose it is' }),
    lastSeenAt: Moment.nullable(),
  })
  .meta({ id: 'Account' });
export type Account = z.infer<typeof Account>;

export const AccountPage = pageOf(Account).meta({ id: 'AccountPage' });

export const LinkInput = z
  .strictObject({
    connection: z.string().min(1),
    account: z.string().min(1).meta({ description: 'The system’s own id' }),
    person: z.guid().nullable().meta({ description: 'Id of the person; null: nobody' }),
  })
  .meta({ id: 'LinkInput' });
