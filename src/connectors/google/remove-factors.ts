import { z } from 'zod';
import { blocked, change, done, type Plan, transition, underway } from '#connector-kit/contract.ts';
import { text } from '#connector-kit/fields.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import type { Google } from './api.ts';
import { scopes } from './scopes.ts';

const state = z.strictObject({
  suspended: z.boolean(),
  /** 2-step verification is on. */
  enrolled: z.boolean(),
  /** The policy of the unit wants it on. */
  enforced: z.boolean(),
  unit: z.string(),
  /** How many backup codes are valid. */
  backupCodes: z.number(),
  recoveryEmail: z.boolean(),
  recoveryPhone: z.boolean(),
});
type State = z.infer<typeof state>;

interface Change {
  /** Null: stays where it is. */
  readonly moveTo: string | null;
  readonly codes: boolean;
  readonly recovery: boolean;
  readonly turnOff: boolean;
}

/**
 * Google turns 2-step verification off only for users who are enrolled, not suspended, and of a unit that does
 * not enforce it; backup codes it takes back only while the user is not suspended.
 * https://knowledge.workspace.google.com/kb/option-grayed-out-when-trying-to-turn-off-2-step-verification-for-a-user-000007052
 * What cannot be turned off must not keep the account from being suspended, which waits for this: it stays, and is
 * told.
 */
export const removeFactors = transition({
  capability: 'mfa.remove',
  summary:
    'Turns 2-step verification off, and takes back backup codes and the recovery address and number. A second step that Google enforces stays, unless a unit without is named.',
  scopes: [scopes.users, scopes.security],
  // Google refuses all of it for a suspended user.
  mustPrecede: ['account.suspend', 'account.delete'],
  params: z.strictObject({
    unit: text(
      'Unit without enforced 2-step verification',
      'Path of an organisational unit, such as /Leavers. The account is moved there where 2-step verification is enforced. Left out: it stays on for those',
    ).optional(),
  }),
  state,
  repeatable: true,
  // Policies of another unit take a while to hold.
  settlesWithinMs: 30 * 60_000,

  async read(google: Google, accountId) {
    const user = await google.user(accountId);
    return {
      suspended: user.suspended,
      enrolled: user.isEnrolledIn2Sv,
      enforced: user.isEnforcedIn2Sv,
      unit: user.orgUnitPath ?? '/',
      // The account was read just now: missing are only the codes.
      backupCodes: (await unlessMissing(google.backupCodes(accountId))) ?? 0,
      recoveryEmail: user.recoveryEmail !== '',
      recoveryPhone: user.recoveryPhone !== '',
    };
  },

  plan(now, { unit }): Plan<Change> {
    const recovery = now.recoveryEmail || now.recoveryPhone;
    const codes = now.backupCodes > 0;
    const moves = now.enrolled && now.enforced && unit !== undefined && now.unit !== unit;
    const turnOff = now.enrolled && !now.enforced;

    if (now.suspended && (codes || turnOff || moves)) {
      return recovery
        ? change(sentenceOf([...wordsOfRecovery(now)]), {
            ...{ moveTo: null, codes: false, turnOff: false },
            recovery,
          })
        : blocked(
            'Google turns off no 2-step verification and takes back no backup code while the account is suspended. ' +
              'Lift the suspension and try again, or leave it at that.',
          );
    }
    if (codes || recovery || turnOff || moves) {
      const words = [
        ...(moves ? [`move the account to ${unit}`] : []),
        ...(codes ? [`take back ${now.backupCodes} backup codes`] : []),
        ...wordsOfRecovery(now),
        ...(turnOff ? ['turn off 2-step verification'] : []),
      ];
      return change(sentenceOf(words), { moveTo: moves ? unit : null, codes, recovery, turnOff });
    }
    if (!now.enrolled) return done('No second step, backup code or recovery data is left.');
    if (unit !== undefined) {
      return underway(`Google still enforces 2-step verification for the account in ${unit}.`);
    }
    return done(
      `No backup code or recovery data is left. The second step itself stays on, since it is enforced in ${now.unit}.`,
    );
  },

  async apply(google, accountId, { moveTo, codes, recovery, turnOff }: Change) {
    if (moveTo !== null) await google.change(accountId, { orgUnitPath: moveTo });
    if (codes) await google.invalidateBackupCodes(accountId);
    if (recovery) await google.change(accountId, { recoveryEmail: '', recoveryPhone: '' });
    // Google refuses to turn off what is off.
    if (turnOff && (await google.user(accountId)).isEnrolledIn2Sv)
      await google.turnOff2Sv(accountId);
  },
});

const wordsOfRecovery = ({ recoveryEmail, recoveryPhone }: State) => [
  ...(recoveryEmail ? ['clear the recovery address'] : []),
  ...(recoveryPhone ? ['clear the recovery number'] : []),
];

function sentenceOf(parts: readonly string[]): string {
  const words = parts.join(', ');
  return `${words[0]?.toUpperCase()}${words.slice(1)}.`;
}
