import { z } from 'zod';
import type { Result } from './result.ts';

/** Which process may state a fact. The database knows them as `gatehouse_<role>` and refuses all others. */
export const statingRoles = ['web', 'worker', 'scribe'] as const;
export type StatingRole = (typeof statingRoles)[number];

/**
 * A name of ours for a thing or a person: an id, a pseudonym, a reason code. Never an
 * e-mail address, a login or free text: those go into the redactable part of a fact.
 */
export const Reference = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9 ._:/-]{0,127}$/);

/** A SHA-256 as base64url without padding. */
export const Digest = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/** RFC 3339 in UTC with milliseconds, as `toISOString` writes it. */
export const Moment = z.iso.datetime({ precision: 3 });

export const Count = z.int().min(0);
export const Ordinal = z.int().min(1);

/** Where the rules ask for a second person: who it was, or that there is none yet. */
export const twoPeople = { second: Reference.optional(), alone: z.literal(true).optional() };

/** Shorthand for `by`. */
export const web = ['web'] as const;
export const worker = ['worker'] as const;
export const scribe = ['scribe'] as const;
export const webOrWorker = ['web', 'worker'] as const;

/**
 * One kind of fact: who may state it, what it means for a reader, and the closed shape of
 * its `data`, which never holds anything about a person. `v` is the version of that shape:
 * one that has been written is never changed, a new version is put beside it.
 */
export function fact<Shape extends z.ZodRawShape>(
  by: readonly StatingRole[],
  result: Result,
  title: string,
  shape: Shape,
) {
  return { v: 1, by, result, title, data: z.strictObject(shape) };
}
