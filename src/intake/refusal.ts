import { z } from 'zod';
import { ConnectorError, type Failure } from '#core/failure.ts';

/**
 * Why something that was told to us can never be taken in as it is: whoever said it has to mend it. Null: it was
 * no fault of what was said, and the same may well be taken in later.
 */
export function refusalIn(error: unknown): Failure | null {
  if (error instanceof ConnectorError) return isRefusal(error.failure) ? error.failure : null;
  return unstorableIn(error) ?? (isOurFault(error) ? oursToMend : null);
}

/**
 * What the database can never hold, such as a name with a NUL in it (SQLSTATE class 22) or an
 * address of many pages (54000).
 */
export function unstorableIn(error: unknown): Failure | null {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (typeof code !== 'string' || !/^(22...|54000)$/.test(code)) return null;
  return { kind: 'rejected', detail: 'a value in it is no text that can be kept, or too long.' };
}

/** That a system did not answer. Null: it was something else. */
export const unavailableIn = (error: unknown): Failure | null =>
  error instanceof ConnectorError && error.failure.kind === 'unavailable' ? error.failure : null;

const isRefusal = ({ kind }: Failure): boolean =>
  kind === 'rejected' || kind === 'unexpected' || kind === 'forbidden' || kind === 'not-found';

/** A fault of our own over one record must not keep us from all others. */
const isOurFault = (error: unknown): boolean =>
  error instanceof TypeError || error instanceof RangeError || error instanceof z.ZodError;

const oursToMend: Failure = {
  kind: 'unexpected',
  detail: 'Gatehouse itself fails at something in it.',
};
