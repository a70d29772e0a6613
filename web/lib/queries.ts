import {
  type InfiniteData,
  keepPreviousData,
  QueryClient,
  type UseInfiniteQueryResult,
  type UseMutationResult,
  type UseQueryResult,
  useInfiniteQuery,
  useMutation,
  useQuery,
} from '@tanstack/react-query';
import { ApiProblem, act, address, type Method, type Query, read } from './api.ts';
import { signedWhereNeeded } from './step-up.ts';

/** What pages have read. Passing troubles are tried again twice, refusals never. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (count, error) => count < 2 && isPassing(error),
      placeholderData: keepPreviousData,
    },
  },
});

const isPassing = (error: unknown) =>
  error instanceof ApiProblem && (error.status === 0 || error.status >= 502);

const reading = <Answer>(path: string, query: Query) => {
  const whole = address(path, query);
  return {
    queryKey: [path, whole],
    queryFn: ({ signal }: { signal: AbortSignal }) => read<Answer>(whole, signal),
  };
};

/** Reads something that a page is about to show, unless it was read; that it could not be is the page's to say. */
export const readAhead = (path: string): Promise<unknown> =>
  queries.ensureQueryData(reading(path, {})).catch(() => {});

/** Reads something of the API, such as `/cases`, and again when it is said to have changed. */
export function useRead<Answer>(
  path: string,
  query: Query = {},
  options: { readonly enabled?: boolean; readonly refetchInterval?: number | false } = {},
): UseQueryResult<Answer, Error> {
  return useQuery<Answer, Error>({ ...reading<Answer>(path, query), ...options });
}

/** One page of a list of the API. */
interface ListPage {
  readonly nextCursor: string | null;
}

/** Reads a list of the API page by page, so far as it is asked for. */
export function useReadPages<Page extends ListPage>(
  path: string,
  query: Query = {},
): UseInfiniteQueryResult<InfiniteData<Page>, Error> {
  return useInfiniteQuery({
    queryKey: [path, address(path, query), 'pages'],
    queryFn: ({ signal, pageParam }) =>
      read<Page>(address(path, { ...query, cursor: pageParam }), signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page: Page) => page.nextCursor,
  });
}

export interface Act {
  readonly method: Method;
  readonly path: string;
  readonly body?: unknown;
}

/**
 * Has the server do something; then whatever pages show of the API is read anew. Nothing is shown as done
 * before that: what other systems hold is true only when it was read back.
 */
export function useAct<Answer>(): UseMutationResult<Answer, Error, Act> {
  return useMutation<Answer, Error, Act>({
    mutationFn: ({ method, path, body }) =>
      signedWhereNeeded(() => act<Answer>(method, path, body)),
    onSettled: () => queries.invalidateQueries(),
  });
}

/** Reads anew what begins with a path, such as `/cases`. */
export const renew = (path: string): Promise<void> =>
  queries.invalidateQueries({
    predicate: ({ queryKey: [of] }) => typeof of === 'string' && of.startsWith(path),
  });
