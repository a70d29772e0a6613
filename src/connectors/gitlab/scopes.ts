/** What a token has to be made with. */
export const scopes = { api: 'api' } as const;
