import { z } from 'zod';
import { blocked, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import type { Microsoft } from './api.ts';
import { noReceiver, receiverOf, to } from './receiver.ts';
import { scopes } from './scopes.ts';

const state = z.strictObject({
  account: z.string(),
  receiver: z.string().nullable(),
  /** The id of the root; null: there is no OneDrive. */
  root: z.string().nullable(),
  /** Whether the receiver may read and change all of it. */
  shared: z.boolean(),
});

interface Change {
  readonly do: 'share' | 'unshare';
  readonly root: string;
  readonly receiver: string;
}

/**
 * Whoever receives may read and change the whole OneDrive, and has to take out what is to stay: it is deleted some time
 * after the user (30 days, if the tenant says nothing else).
 */
export const transferFiles = transition({
  capability: 'data.transfer',
  summary: 'Lets somebody read and change all files in the OneDrive of the account.',
  scopes: [scopes.readDirectory, scopes.manageFiles],
  mustPrecede: ['licences.remove', 'account.delete'],
  params: z.strictObject({ to }),
  state,
  settlesWithinMs: 15 * 60_000,
  repeatable: true,

  async read(microsoft: Microsoft, account, known) {
    // A user that is missing is no user without a OneDrive.
    await microsoft.user(account);
    const receiver = (await receiverOf(microsoft, known)) ?? known?.before?.receiver ?? null;
    const root = await microsoft.driveRoot(account);
    const shared =
      root !== null &&
      receiver !== null &&
      (await grants(microsoft, account, root, receiver)).length > 0;
    return { account, receiver, root, shared };
  },

  plan({ account, receiver, root, shared }, params): Plan<Change> {
    if (root === null) return done('There is no OneDrive.');
    if (receiver === null) return noReceiver(params.to);
    if (receiver === account) return blocked(`${params.to} is the account itself.`);
    if (shared) return done(`${params.to} may read and change the whole OneDrive.`);
    return change(`Let ${params.to} read and change the whole OneDrive.`, {
      do: 'share',
      ...{ root, receiver },
    });
  },

  async apply(microsoft, account, { do: what, root, receiver }: Change) {
    if (what === 'share') return microsoft.share(account, root, receiver);
    for (const id of await grants(microsoft, account, root, receiver)) {
      await unlessMissing(microsoft.unshare(account, root, id));
    }
  },

  restore(now, before): Plan<Change> {
    const { root, receiver } = now;
    if (root === null || receiver === null || now.shared === before.shared) {
      return done('The OneDrive is shared as it was before.');
    }
    return before.shared
      ? change('Share the OneDrive again.', { do: 'share', root, receiver })
      : change('Share the OneDrive no longer.', { do: 'unshare', root, receiver });
  },
});

/** The permissions on the root by which somebody may write. */
async function grants(
  microsoft: Microsoft,
  account: string,
  root: string,
  receiver: string,
): Promise<readonly string[]> {
  const all = await microsoft.permissions(account, root);
  return all
    .filter((it) => it.grantedToV2?.user?.id === receiver)
    .filter(({ roles }) => roles.includes('write') || roles.includes('owner'))
    .map(({ id }) => id);
}
