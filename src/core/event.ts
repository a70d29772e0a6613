import { z } from 'zod';
import { caseFacts } from './case-facts.ts';
import { Reference } from './fact.ts';
import { installationFacts } from './installation-facts.ts';
import type { Grade } from './step.ts';

/** Who did it. `id` is a random pseudonym. */
export const Actor = z.strictObject({
  kind: z.enum(['person', 'system', 'token', 'source', 'link']),
  id: Reference,
  auth: z.enum([
    'oidc',
    'oidc+webauthn',
    'webauthn',
    'password+totp',
    'token',
    'link',
    'none', // a process of ours, or a source that we asked
  ]),
});
export type Actor = z.infer<typeof Actor>;

/** Everything the record can state, and nothing else; `ledger.writer` in the database repeats `by`. */
export const factTypes = { ...caseFacts, ...installationFacts };

export type FactType = keyof typeof factTypes;

/** What a caller writes as `data` of one type: `{ … } satisfies FactData<'case.opened'>`. */
export type FactData<Type extends FactType> = Type extends 'case.sealed'
  ? Omit<z.input<(typeof factTypes)['case.sealed']['data']>, 'count'> // the record counts
  : z.input<(typeof factTypes)[Type]['data']>;

export const isFactType = (word: string): word is FactType => Object.hasOwn(factTypes, word);

/** The facts that settle a step, each with the one grade it states. */
export const settlingFacts: Partial<Record<FactType, Grade>> = {
  'step.verified': 'verified',
  'step.undone': 'verified', // the step of the way back; `before` is the goal there
  'step.acknowledged': 'acknowledged',
  'step.absent': 'absent',
  'step.attested': 'attested',
  'step.accepted': 'attested', // by another person than the one who did it
  'step.waived': 'waived',
  'step.written-off': 'waived', // of things, never of access
};
