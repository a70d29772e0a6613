import type { Io } from '#connector-kit/contract.ts';
import { findFolder, makeFolder } from '#connector-kit/folders.ts';
import { ConnectorError } from '#core/failure.ts';
import type { Settings } from './settings.ts';

export interface Client {
  /** Where records lie, as an absolute path; null: there is no such folder yet. */
  find(): Promise<string | null>;
  /** The same, made where it is not there. */
  make(): Promise<string>;
}

export function openClient({ folder }: Settings, { recordsFolder }: Io): Client {
  const root = (): string => {
    if (recordsFolder !== undefined) return recordsFolder;
    const detail = 'this process has no records folder; set GATEHOUSE_RECORDS';
    throw new ConnectorError({ kind: 'forbidden', detail });
  };
  return {
    find: async () => findFolder(root(), folder),
    make: async () => makeFolder(root(), folder),
  };
}
