import { z } from 'zod';

const Size = z.int().min(0);

/** Which keys a log signs with, for which sizes of its tree, and whose time stamps count: `trust.json`. */
export const Trust = z.strictObject({
  v: z.literal(1),
  logs: z.array(
    z.strictObject({
      origin: z.string().min(1),
      keys: z.array(
        z.strictObject({ vkey: z.string().min(1), from_size: Size, to_size: Size.nullable() }),
      ),
    }),
  ),
  /** Whose time stamps count: the certificates (SHA-256, hex) that theirs may lead to. */
  tsas: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        ca_sha256: z.array(z.string().regex(/^[0-9a-f]{64}$/)),
      }),
    )
    .optional(),
  /** Who cosigns, and how many of them have to have. */
  witnesses: z
    .array(z.strictObject({ name: z.string().min(1), vkey: z.string().min(1) }))
    .optional(),
  quorum: z.union([z.literal('none'), z.int().min(1)]).optional(),
});
export type Trust = z.infer<typeof Trust>;
