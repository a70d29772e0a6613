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
  return { status: user?.status ?? null, movingTo: user?.transitioningToStatus ?? null };
}

export const moving = ({ movingTo }: Status) =>
  underway(`Okta is moving the account to ${movingTo}.`);
