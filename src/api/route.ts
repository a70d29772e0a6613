import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import type { Caller } from '#app/app.ts';
import { Problem } from '#app/problem.ts';
import { ProblemDocument, problemMediaType } from './contract/problem.ts';

/** What every request carries along. */
export interface AnyRequest {
  /** Where it came from; undefined: from this very process. */
  Bindings: { readonly address?: string };
  Variables: { requestId: string };
}

/** A request of somebody we know. */
export interface SignedIn {
  Bindings: AnyRequest['Bindings'];
  Variables: { requestId: string; caller: Caller };
}

/** Where routes are registered; nothing reaches them without a key or a session that is good. */
export type Api = OpenAPIHono<SignedIn>;

// The pieces that route definitions are put together from.

/** What every route may answer instead. */
export const problems = {
  default: {
    description: 'A problem: what was wrong, where, and what to do',
    content: { [problemMediaType]: { schema: ProblemDocument } },
  },
} as const;

export const json = <Shape extends z.ZodType>(description: string, schema: Shape) => ({
  description,
  content: { 'application/json': { schema } },
});

export const body = <Shape extends z.ZodType>(schema: Shape) => ({
  required: true,
  content: { 'application/json': { schema } },
});

export const idParam = z.object({ id: z.string().min(1).max(200) });

/** Acts may be sent twice and are done once, when they carry a key. */
export const actHeaders = z.object({
  'idempotency-key': z.string().optional().meta({
    description: 'Any text of 1 to 255 characters; the same request with it is done once in a day',
  }),
});

export const iso = (at: Date | null): string | null => at?.toISOString() ?? null;

/** Input that is not of the wanted shape, field by field. Meant as the default hook of routes. */
export function refuseUnfit(
  result: { target: string } & ({ success: true } | { success: false; error: z.ZodError }),
): void {
  if (result.success) return;
  const place = result.target === 'json' ? 'body' : result.target;
  throw new Problem(
    'not readable',
    `The ${placeNames[place] ?? place} does not fit. Each error says where, and what is expected.`,
    result.error.issues.flatMap((issue) =>
      // A strict object names its unknown fields all at once.
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => ({
            at: [...issue.path, key].join('.'),
            problem: 'There is no such field.',
          }))
        : [{ at: issue.path.join('.') || place, problem: issue.message }],
    ),
  );
}

const placeNames: Readonly<Record<string, string>> = {
  body: 'body',
  query: 'query of the address',
  param: 'path of the address',
  header: 'header',
};
