import { z } from 'zod';

/** One login of one person in one connection, as the system itself shows it. */
export interface Account {
  /** The system's own stable id; never a name that can change. */
  readonly id: string;
  readonly login: string;
  readonly status: 'active' | 'suspended' | 'deleted';
  /** Holds administrative rights there. Privileged accounts are cut first. */
  readonly privileged: boolean;
  readonly lastSeenAt: Date | null;
}

/** Whom a new account is for. */
export const NewAccount = z.strictObject({
  name: z.string(),
  email: z.string(),
  /** The HR system's person id. */
  employeeNumber: z.string(),
  department: z.string().nullable(),
  title: z.string().nullable(),
});
export type NewAccount = z.infer<typeof NewAccount>;

/** How a person is looked for in a system that knows nothing of our ids. */
export interface PersonKeys {
  readonly email: string;
  /** The HR system's person id. Null where a system must not be asked for it. */
  readonly employeeNumber: string | null;
  readonly name: string;
}
