import type { z } from 'zod';
import type { Cli } from './context.ts';

/** Every item of a short list, page after page. */
export async function everything<Item>(
  cli: Cli,
  path: string,
  shape: z.ZodType<{ items: Item[]; nextCursor: string | null }>,
  query: Readonly<Record<string, string | boolean | undefined>> = {},
): Promise<Item[]> {
  const items: Item[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await cli.client().get(path, shape, { ...query, limit: 200, cursor });
    items.push(...page.items);
    if (page.nextCursor === null) return items;
    cursor = page.nextCursor;
  }
}
