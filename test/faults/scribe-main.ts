import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { markIn } from '#ledger/mark.ts';
import { openMirror } from '#ledger/mirror.ts';
import { mirrorFolder } from '#ledger/mirror-folder.ts';
import { startScribe } from '#ledger/scribe.ts';
import { openSigner } from '#ledger/signer.ts';
import { installationId } from '#store/installation.ts';
import { openKeyring } from '#store/keys.ts';
import { openPool } from '#store/pools.ts';
import { openVault } from '#store/vault.ts';

/** What a scribe process tells its parent. */
export type ScribeWord =
  | { readonly word: 'ready' }
  | { readonly word: 'error'; readonly error: string };

// A scribe as a process of its own, for tests that kill it: with the mark and the mirror that its arguments
// name, and as quick as it can be, so that a kill meets it at work. Does nothing until it is told to start,
// and ends with its parent.
const { values } = parseArgs({
  options: {
    database: { type: 'string', default: '' },
    keys: { type: 'string', default: '' },
    mark: { type: 'string', default: '' },
    mirror: { type: 'string', default: '' },
  },
});
const say = (it: ScribeWord) => process.send?.(it);

const ready = once(process, 'message');
say({ word: 'ready' });
process.on('disconnect', () => process.exit());
await ready;

const pool = openPool('scribe', { connectionString: values.database }, () => {});
const keyring = await openKeyring(values.keys, ['signing']);
const installation = await installationId(pool);
const scribe = startScribe(pool, {
  signer: openSigner({
    secrets: openVault({ keyring, installation }),
    mark: markIn(values.mark),
    mirror: openMirror(mirrorFolder(values.mirror)),
    onMirrorProblem: (error) => say({ word: 'error', error }),
  }),
  pollMs: 5,
  signMs: 5,
  onError: (error) => say({ word: 'error', error: String(error) }),
});
process.on('SIGTERM', async () => {
  await scribe.stop();
  await pool.end();
  process.exit();
});
