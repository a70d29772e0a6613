import { open, rename } from 'node:fs/promises';

/** Writes a file in the place of what was there: after a cut of the power one of the two is there, whole. */
export async function writeOnDisk(file: string, bytes: Uint8Array | string): Promise<void> {
  const draft = `${file}.new`;
  await synced(draft, 'w', (handle) => handle.writeFile(bytes));
  await rename(draft, file);
}

/** Until a folder is on disk as well, a cut of the power may bring back the old names in it. */
export const syncFolder = (folder: string): Promise<void> => synced(folder, 'r', async () => {});

async function synced(
  file: string,
  flags: 'r' | 'w',
  work: (handle: Awaited<ReturnType<typeof open>>) => Promise<void>,
): Promise<void> {
  const handle = await open(file, flags, 0o600);
  try {
    await work(handle);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
