import { readFile } from './api.ts';
import { signedWhereNeeded } from './step-up.ts';

/**
 * Has the browser keep a file of the API. It is fetched first, so that what the server refuses is read here and not on
 * a page of its own, and so that a passkey can sign where that is asked for.
 */
export async function takeFile(path: string): Promise<void> {
  const { bytes, name } = await signedWhereNeeded(() => readFile(path));
  keep(bytes, name);
}

/** Has the browser keep something under a name. */
function keep(bytes: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(bytes);
  link.download = name;
  link.click();
  // The browser has begun by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
