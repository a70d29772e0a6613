import { z } from 'zod';
import { secret, severalLines, text } from '#connector-kit/fields.ts';

/** By what people are known in Google Workspace. */
export const keys = ['email', 'employeeNumber'] as const;

export const settings = z.strictObject({
  key: severalLines(
    secret(
      'Key of the service account',
      'The whole JSON file that Google offers when a key is made',
    ),
  ),
  admin: text(
    'Administrator',
    'E-mail address of the super administrator in whose name Gatehouse acts. Best an account of its own',
  ),
  findBy: z.array(z.enum(keys)).min(1).default(['email']).meta({
    title: 'People are known by',
    description:
      'employeeNumber only where Google has the very numbers of the HR system as employee ID, for everybody',
  }),
  unit: text(
    'Unit of new accounts',
    'Path of an organisational unit, such as /Staff. Left out: the topmost one',
  ).optional(),
  vault: z.boolean().default(false).meta({
    title: 'Vault',
    description:
      'The company has Google Vault. What it holds is then never deleted, and data can be preserved in it',
  }),
});
export type Settings = z.infer<typeof settings>;
