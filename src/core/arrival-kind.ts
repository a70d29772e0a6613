/** Why somebody begins something: as a new colleague, as one who comes back, or in another role. */
export const arrivalKinds = ['arrival', 'rehire', 'role change'] as const;
