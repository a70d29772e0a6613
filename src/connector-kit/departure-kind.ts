import type { DepartureKind } from '#core/departure-kind.ts';
import type { Kinds } from './hr-words.ts';

/**
 * What kind of departure the words of an HR system mean, such as "Termination (Involuntary)" or
 * "Death". Types and reasons are mostly lists of the company: `kinds` of the settings comes first;
 * what nothing fits is a resignation.
 */
export function departureKind(
  type: string | null,
  reason: string | null,
  kinds: Kinds,
): DepartureKind {
  const words = `${type ?? ''}\n${reason ?? ''}`.toLowerCase();
  const own = kinds.find(({ contains }) => words.includes(contains.toLowerCase()));
  return own?.means ?? usual.find(([pattern]) => pattern.test(words))?.[1] ?? 'resignation';
}

/** In this order: a layoff is an involuntary termination too, and so may a contract's end be. */
const usual: readonly (readonly [RegExp, DepartureKind])[] = [
  [/^(death|deceased)$/m, 'death'], // alone: people also resign after a death in the family
  [/lay[\s-]?off|laid off|redundan|reduction in (force|workforce)|position eliminat/, 'layoff'],
  [/retire/, 'retirement'],
  [
    /(end|expir\w*|completion) of (the )?(fixed[\s-]term |temporary )?contract|contract (end|expir)/,
    'end of contract',
  ],
  [/involuntar|dismiss|fired\b|for cause|misconduct/, 'involuntary'],
];
