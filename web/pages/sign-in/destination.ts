/** Where somebody goes once they are signed in: a page of ours, never another place. */
export function destination(wanted: string | undefined, origin: string): string {
  if (!wanted?.startsWith('/')) return '/';
  const url = URL.parse(wanted, origin);
  if (url?.origin !== origin || url.pathname.startsWith('/sign-in')) return '/';
  return url.pathname + url.search + url.hash;
}
