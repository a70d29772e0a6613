import type { Command } from 'commander';
import { Problem } from '#app/problem.ts';
import { carryOutPruning } from '#app/prunings.ts';
import { atBundle } from '#core/pruning.ts';
import { publicUrlOf } from '#core/public-url.ts';
import { mirrorState } from '#ledger/mirror-state.ts';
import { tilePath } from '#ledger/tile-tree.ts';
import type { Configuration } from './configuration.ts';
import { withDatabase } from './database.ts';
import type { Output } from './local.ts';

/** `gatehouse ledger prune`: takes old facts out of the record, once two people have approved it. */
export function addPrune(ledger: Command, configuration: Configuration, { out }: Output): void {
  ledger
    .command('prune')
    .description('remove the facts below a size; their hashes stay (two people approve it before)')
    .requiredOption('--before-size <n>', 'as it was approved (gatehouse pruning request)')
    .action(({ beforeSize }: { beforeSize: string }) =>
      withDatabase(configuration, 'scribe', async ({ pools: { scribe } }) => {
        if (!/^\d{1,15}$/.test(beforeSize)) {
          throw new Problem('not readable', `--before-size takes a number, not ${beforeSize}.`);
        }
        const asked = Number(beforeSize);
        const size = atBundle(asked);
        if (size !== asked) {
          out(`Facts go by bundles of 256: ${asked} is rounded down to ${size}.`);
        }
        const publicUrl = publicUrlOf(configuration);
        const { facts, values, blobs } = await carryOutPruning({ scribe, publicUrl }, size);
        out(`${facts} facts below ${size} are gone, with ${values} values and ${blobs} files.`);
        out('Their hashes stay: every proof of a later fact holds as before.');
        const mirror = await mirrorState(scribe);
        if (mirror) {
          out(
            `The mirror ${mirror.place} keeps what it has. ${tilePath('entries', 0, 256)} to ` +
              `${tilePath('entries', size / 256 - 1, 256)} may be removed there by hand.`,
          );
        }
      }),
    );
}
