import { createContext, use } from 'react';
import type { CurrentSession } from '#api/contract/session.ts';
import type { Right } from '#core/user.ts';
import { ApiProblem, read } from './api.ts';

/** Null: nobody is signed in. */
export const sessionQuery = {
  queryKey: ['/session'],
  queryFn: async ({ signal }: { signal: AbortSignal }): Promise<CurrentSession | null> => {
    try {
      return await read<CurrentSession>('/session', signal);
    } catch (error) {
      if (error instanceof ApiProblem && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: 60_000,
};

/** Around all that is shown to somebody who is signed in. */
export const SignedIn = createContext<CurrentSession | null>(null);

/** Who is signed in. Pages are shown only to somebody, so there is one. */
export function useSession(): CurrentSession {
  const session = use(SignedIn);
  if (!session) throw new Error('A page was shown to nobody.');
  return session;
}

/** Whether the viewer may do something. The server decides again; what nobody may press is not shown. */
export function useMay(right: Right): boolean {
  return useSession().rights.includes(right);
}
