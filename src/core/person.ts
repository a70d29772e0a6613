import { z } from 'zod';
import { employmentTypes } from './employment-type.ts';

export { type EmploymentType, employmentTypes } from './employment-type.ts';

/**
 * What a source says about somebody. Identity is `personId` with `employmentId`,
 * never the e-mail address, which changes and is reused.
 */
export const PersonFacts = z.strictObject({
  personId: z.string().min(1),
  /** Tells two employments of one person apart. Sources without it use the person id. */
  employmentId: z.string().min(1),
  name: z.string().min(1),
  email: z.string().min(3),
  personalEmail: z.string().nullable(),
  department: z.string().nullable(),
  title: z.string().nullable(),
  /** `personId` of the manager. */
  managerId: z.string().nullable(),
  location: z.string().nullable(),
  /** ISO 3166-1 alpha-2. */
  country: z.string().nullable(),
  region: z.string().nullable(),
  /** IANA name, such as Europe/Berlin. Null: the company's default. */
  zone: z.string().nullable(),
  employmentType: z.enum(employmentTypes).nullable(),
  tags: z.array(z.string()),
  startDate: z.iso.date().nullable(),
});
export type PersonFacts = z.infer<typeof PersonFacts>;

/** “Priya” of “Priya Nair” and of “Nair, Priya”; nothing of an address that stands for a name. */
export function firstNameIn(name: string): string {
  if (name.includes('@')) return '';
  const [last = '', rest] = name.split(',');
  return (rest ?? last).trim().split(/\s+/)[0] || name.trim();
}
