export const employmentTypes = ['employee', 'contractor', 'temporary', 'intern'] as const;
export type EmploymentType = (typeof employmentTypes)[number];
