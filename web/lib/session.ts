import { useQuery } from '@tanstack/react-query';
import type { Right, Role } from '#core/user.ts';
import { ApiProblem, read } from './api.ts';

/** Who is signed in, and what they may. */
export interface Session {
  readonly user: {
    readonly id: string;
    readonly name: string;
    readonly email: string;
    readonly roles: readonly Role[];
  };
  readonly rights: readonly Right[];
  readonly company: { readonly name: string; readonly language: string; readonly zone: string };
}

/** Null: nobody is signed in. */
export const sessionQuery = {
  queryKey: ['/session'],
  queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Session | null> => {
    try {
      return await read<Session>('/session', signal);
    } catch (error) {
      if (error instanceof ApiProblem && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: 60_000,
};

/** Who is signed in. Pages are shown only to somebody, so there is one. */
export function useSession(): Session {
  const { data } = useQuery(sessionQuery);
  if (!data) throw new Error('A page was shown to nobody.');
  return data;
}

/** Whether the viewer may do something. The server decides again; what nobody may press is not shown. */
export function useMay(right: Right): boolean {
  return useSession().rights.includes(right);
}
