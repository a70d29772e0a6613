import { z } from 'zod';
import { underway } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import type { Okta } from './api.ts';

/** Where an account stands, by Okta's words. */
export const Status = z.strictObject({
  /** Null: there is no such user any more. */
  status: z.string().nullable(),
  /** Okta changes some statuses in the background, and refuses others meanwhile. */
  movingTo: z.string().nullable(),
});
export type Status = z.infer<typeof Status>;

export async function statusOf(okta: Okta, id: string): Promise<Status> {
  const user = await unlessMissing(okta.user(id));
  // A wrong address answers 404 as well, so users have to be there before this one is believed to be gone.
  if (user === null) await okta.oneUser();
  return { status: user?.status ?? null, movingTo: user?.transitioningToStatus ?? null };
}

export const moving = ({ movingTo }: Status) =>
  underway(`Okta is moving the account to ${movingTo}.`);
