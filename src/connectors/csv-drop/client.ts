import { access, constants } from 'node:fs/promises';
import type { Io } from '#connector-kit/contract.ts';
import { findFolder, makeFolder, told } from '#connector-kit/folders.ts';
import { ConnectorError } from '#core/failure.ts';
import type { Settings } from './settings.ts';

/** Folders of ours beside the files: what is being read, what was taken, what was not. */
export const ownFolders = ['taking', 'done', 'refused'] as const;
export type OwnFolder = (typeof ownFolders)[number];

export interface Client {
  readonly now: () => Date;
  /** The folder in which files are dropped, as an absolute path without links. */
  find(): Promise<string>;
  /** One of our folders in it, made where it is not there. */
  own(which: OwnFolder): Promise<string>;
}

export function openClient({ folder }: Settings, { dropFolder, now }: Io): Client {
  async function find(): Promise<string> {
    if (dropFolder === undefined) {
      throw refused('This process has no drop folder; set GATEHOUSE_DROP.');
    }
    const found = await findFolder(dropFolder, folder);
    if (found === null) {
      throw refused(
        `There is no folder ${folder} in ${dropFolder}. Make it, and let only whoever drops files write there.`,
      );
    }
    // Files are moved out of it, which is writing.
    await told(found, () => access(found, constants.R_OK | constants.W_OK | constants.X_OK));
    return found;
  }
  return {
    now,
    find,
    async own(which) {
      return makeFolder(await find(), which);
    },
  };
}

const refused = (detail: string) => new ConnectorError({ kind: 'forbidden', detail });
