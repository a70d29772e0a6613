import { randomUUID } from 'node:crypto';
import { unlink } from 'node:fs/promises';
import path from 'node:path';
import { connector } from '#connector-kit/contract.ts';
import { writeFileIn } from '#connector-kit/folders.ts';
import { type Client, openClient } from './client.ts';
import { deliverRecord } from './deliver-record.ts';
import { settings } from './settings.ts';

/** Keeps records of cases in a folder of this server, or of a share that is mounted there. */
export const folder = connector({
  id: 'folder',
  name: 'Folder on this server',
  category: 'other',
  settings,
  hosts: () => [],
  open: openClient,

  async check(client: Client) {
    const where = await client.make();
    const name = `check-${randomUUID()}`;
    await writeFileIn(where, name, Buffer.from('Gatehouse can write here.\n'));
    await unlink(path.join(where, name));
    return { actingAs: `whoever runs Gatehouse, in ${where}`, scopes: null };
  },

  accounts: null,
  actions: [],
  records: { delivery: deliverRecord },
});
