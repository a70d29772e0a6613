import { z } from 'zod';
import { Moment } from './page.ts';

const Code = z.string().regex(/^\d{6}$/, 'the six figures that the app shows');

export const OwnPassword = z
  .object({ setAt: Moment.nullable().meta({ description: 'Null: there is none' }) })
  .meta({ id: 'OwnPassword' });
export type OwnPassword = z.infer<typeof OwnPassword>;

export const CodeOptions = z
  .object({
    secret: z.string().meta({ description: 'Base32, to be typed in by hand' }),
    uri: z.string().meta({ description: 'What a picture for the app holds' }),
  })
  .meta({ id: 'CodeOptions' });
export type CodeOptions = z.infer<typeof CodeOptions>;

export const PasswordInput = z
  .strictObject({ password: z.string().max(1_000), code: Code })
  .meta({ id: 'PasswordInput' });

export const PasswordSignIn = z
  .strictObject({
    email: z.string().min(1).max(320),
    password: z.string().min(1).max(1_000),
    code: Code,
  })
  .meta({ id: 'PasswordSignIn' });
