import type { DatabaseSeen } from '#store/database.ts';
import { knownKeys } from '#store/key-rotation.ts';
import { activeKeys, type Keyring, keyFileName, openKeyring, purposes } from '#store/keys.ts';
import { type Check, type Finding, look, well, wrong } from './doctor-checks.ts';

const about = 'keys in use';
const bring =
  'Bring its file from where it was rotated (docs/operate/replacing-a-key.md, on several machines).';

/** Whether what is in use can be used here, and whether anybody still seals under what was replaced. */
export function keysInUseChecks(
  {
    pools,
    admin,
  }: Pick<DatabaseSeen, 'admin'> & { readonly pools: Pick<DatabaseSeen['pools'], 'web'> },
  folder: string,
): Readonly<Record<string, Check>> {
  return {
    async [about]() {
      const keyrings = new Map<string, Keyring>();
      for (const purpose of purposes) {
        // What is missing or broken altogether, the look at the files says.
        const keyring = await openKeyring(folder, [purpose]).catch(() => null);
        if (keyring) keyrings.set(purpose, keyring);
      }
      const isHere = async (purpose: (typeof purposes)[number], kekId: string) => {
        const keyring = keyrings.get(purpose);
        return !keyring || (await keyring.refOf(purpose, kekId)) !== null;
      };
      const found: Finding[] = [];
      for (const { purpose, kekId } of await activeKeys(pools.web)) {
        if (await isHere(purpose, kekId)) continue;
        const text =
          `The key that replaced ${keyFileName(purpose)} (${kekId}) is not in ${folder}: processes of this machine ` +
          'still seal under the old one, and cannot open what others seal.';
        found.push(wrong(about, text, bring));
      }
      for (const { purpose, kekId, state, sealed } of admin ? await knownKeys(admin) : []) {
        if (state !== 'decrypt-only' || sealed === 0) continue;
        const text = `${sealed} pieces are sealed under a ${purpose} key that was replaced (${kekId})`;
        found.push(
          (await isHere(purpose, kekId))
            ? look(
                about,
                `${text}: its replacement was cut off, or a process still seals under it.`,
                `gatehouse keys rotate ${purpose}; if there are some again afterwards, look for "a key has been replaced" in the logs.`,
              )
            : wrong(
                about,
                `${text}, and its file is not in ${folder}: they cannot be opened here.`,
                'Put its file back from your backup, with mode 600.',
              ),
        );
      }
      if (found.length > 0) return found;
      return [
        well(
          about,
          'Each key that is in use lies on this machine, and nothing is sealed under another.',
        ),
      ];
    },
  };
}
