import { z } from 'zod';

// Whom a connection asks. Part of the settings of connectors that need people.

/** An address in settings. */
export const emailAddress = z
  .string()
  .trim()
  .regex(/^[^\s@]+@[^\s@]+$/, 'Expected an e-mail address, such as ada@meadow.example.');

/** Who is asked to do by hand what no machine can do. */
export const assignee = z
  .union(
    [
      z.strictObject({ role: z.string().trim().min(1) }),
      z.strictObject({ manager: z.literal(true) }),
      z.strictObject({ email: emailAddress }),
    ],
    { error: 'Write `role` with a name, `manager: true`, or `email` with an address.' },
  )
  .meta({
    title: 'Who does it',
    description: 'A role, the manager of the person who leaves, or somebody by e-mail address',
  });

/** As people say it. */
export function assigneeInWords(it: z.infer<typeof assignee>): string {
  if ('role' in it) return `the role ${it.role}`;
  if ('email' in it) return it.email;
  return 'the manager of the person who leaves';
}
