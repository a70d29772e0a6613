import { z } from 'zod';

// Fields of the generated forms. Their `meta` becomes JSON Schema for the web UI.

export const text = (title: string, description: string) =>
  z.string().trim().min(1).meta({ title, description });

/** Stored encrypted, never shown again. */
export const secret = (title: string, description: string) =>
  z.string().min(1).meta({ title, description, secret: true });

/**
 * A secret that checks what comes in, such as a webhook's signing key. Stored where the
 * process that answers the network can read it, apart from those that open other systems.
 */
export const inboundSecret = (title: string, description: string) =>
  z.string().min(1).meta({ title, description, secret: true, inbound: true });

/** Text that keeps its line ends, such as a key as PEM: the form has room for several lines. */
export const severalLines = <Field extends z.ZodType>(field: Field): Field =>
  field.meta({ ...field.meta(), lines: true }) as Field;

export const url = (title: string, description: string) =>
  z.url({ protocol: /^https?$/ }).meta({ title, description }); // the guard has its say on http

/**
 * Somebody of the company, by the e-mail address. In a playbook `successor` and `manager` may stand
 * here as well; planning puts the address in their place.
 */
export const person = (title: string, description: string) =>
  z.string().trim().min(1).meta({ title, description, person: true });

/** The names of the parameters that {@link person} declares. */
export function personParams(shape: z.ZodType): readonly string[] {
  if (!(shape instanceof z.ZodObject)) return [];
  return Object.entries<z.ZodType>(shape.shape)
    .filter(([, field]) => isPerson(field))
    .map(([name]) => name);
}

/** What may be left out is a field around the field, and tells nothing of it. */
const isPerson = (field: z.ZodType): boolean =>
  field instanceof z.ZodOptional
    ? isPerson(field.unwrap() as z.ZodType)
    : field.meta()?.['person'] === true;

/** Takes the place of a secret that must not be known here, so that the other settings can be read. */
export const standInSecret = `whsec_${'A'.repeat(32)}`;

/** A folder below one that the server is given; no way leads out of it. */
export const folderBelow = (root: string, example: string, description: string) =>
  z
    .string()
    .trim()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/,
      `A folder below the ${root}: letters, digits, dots and hyphens, such as ${example}.`,
    )
    .max(200)
    .meta({ title: 'Folder', description });
