import { z } from 'zod';
import { exitDocumentKinds } from '#core/exit-document.ts';
import { languages } from '#core/language.ts';

export const ExitDocumentParam = z.object({
  id: z.string().min(1).max(200),
  kind: z.enum(exitDocumentKinds, {
    error: `There are these documents: ${exitDocumentKinds.join(', ')}.`,
  }),
});

export const ExitDocumentQuery = z.object({
  language: z
    .enum(languages, { error: `It is written in one of: ${languages.join(', ')}.` })
    .optional()
    .meta({ description: 'Left out: that of the person, of the certificate that of the company' }),
});
