import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { address, type Query, read } from './api.ts';

interface AnyPage {
  readonly items: readonly unknown[];
  readonly nextCursor: string | null;
}

/** Reads a list whole, page by page; meant for those that stay short, such as versions of playbooks. */
export function useEverything<Page extends AnyPage>(
  path: string,
  query: Query = {},
  { enabled = true }: { readonly enabled?: boolean } = {},
): UseQueryResult<readonly Page['items'][number][], Error> {
  return useQuery<readonly Page['items'][number][], Error>({
    enabled,
    queryKey: [path, address(path, query), 'everything'],
    queryFn: async ({ signal }) => {
      const items: Page['items'][number][] = [];
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const page: Page = await read<Page>(
          address(path, { ...query, limit: 200, cursor }),
          signal,
        );
        items.push(...page.items);
        cursor = page.nextCursor;
      }
      return items;
    },
  });
}
