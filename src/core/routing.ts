import { type ConditionFacts, explainCondition, type Field, holds } from './condition.ts';
import type { Playbook } from './playbook.ts';

export interface Routed {
  /** Null: none applies, so a person has to say which. */
  readonly playbook: Playbook | null;
  /** In plain words, for whoever asks why it became this one. */
  readonly why: string;
  /** One line for each playbook that was tried, and below it what its condition came to. */
  readonly explained: readonly string[];
  /** Fields that were asked for on the way and that nobody filled. */
  readonly missing: readonly Field[];
}

/** The first published playbook, in their order, whose condition holds. */
export function routePlaybook(
  published: readonly Playbook[],
  facts: Omit<ConditionFacts, 'account'>,
): Routed {
  const explained: string[] = [];
  const missing = new Set<Field>();
  for (const playbook of published) {
    const { title, appliesWhen } = playbook;
    const verdict = appliesWhen ? holds(appliesWhen, facts) : { holds: true, missing: [] };
    for (const field of verdict.missing) missing.add(field);
    explained.push(`“${title}” ${verdict.holds ? 'applies' : 'does not apply'}:`);
    const because = appliesWhen ? explainCondition(appliesWhen, facts) : ['it has no condition'];
    explained.push(...because.map((it) => `  ${it}`));
    if (verdict.holds) {
      const why = `“${title}” applies: ${because.map((it) => it.trim()).join('; ')}.`;
      return { playbook, why, explained, missing: [...missing] };
    }
  }
  const tried = published.map(({ title }) => `“${title}”`).join(', ');
  const unfilled = missing.size > 0 ? ` Not filled in: ${[...missing].join(', ')}.` : '';
  const why = tried ? `None of ${tried} applies.${unfilled}` : 'No playbook is published.';
  return { playbook: null, why, explained, missing: [...missing] };
}
