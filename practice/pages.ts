import { readFileSync } from 'node:fs';

/** The addresses of all pages of the browser, as the table of routes has them: `/departures/$caseId`. */
export function pagesOfBrowser(): readonly string[] {
  const table = readFileSync(new URL('../web/routes.tsx', import.meta.url), 'utf8');
  const found = [...table.matchAll(/^ {2}path: '([^']+)'/gm)].map(([, path]) => path!);
  const made = table.match(/= createRoute\(/g)?.length ?? 0;
  // All but the one around the pages of whoever has signed in have an address.
  if (found.length !== made - 1) throw new Error('web/routes.tsx has routes that cannot be read');
  return found;
}

/**
 * A page with what stands for its `$…` filled in; `values` goes by the address in the table of routes. Throws for a page
 * whose values nobody said, so that a new page is not left out in silence.
 */
export function addressOf(page: string, values: Readonly<Record<string, string>>): string {
  return page.replace(/\$\w+/, () => {
    const value = values[page];
    if (value === undefined) throw new Error(`Say what stands for the $… of the page ${page}.`);
    return encodeURIComponent(value);
  });
}
