import { textsOf } from '#core/language.ts';
import type { PlaybookStep } from '#core/playbook.ts';
import { conditionWords, personWords, stepWords, type Words, whenWords } from './sentences.ts';

/** What can be different about a step, by the names the words know it by; empty: nothing is said of it. */
export type Aspects = ReadonlyMap<AspectName, string>;

export type AspectName =
  | 'title'
  | 'does'
  | 'layer'
  | 'begins'
  | 'after'
  | 'condition'
  | 'approval'
  | 'details'
  | 'why';

export interface AspectChange {
  readonly name: AspectName;
  readonly before: string;
  readonly now: string;
}

export function aspectsOf(t: Words, step: PlaybookStep, nameOf: (id: string) => string): Aspects {
  return new Map<AspectName, string>([
    ['title', step.title ?? ''],
    ['does', stepWords(t, step)],
    ['layer', t(`layers.${step.layer}`)],
    ['begins', whenWords(t, step)],
    ['after', step.after.map(nameOf).join(', ')],
    ['condition', step.when ? conditionWords(t, step.when) : ''],
    ['approval', step.kind === 'action' && step.approval ? t('needsApproval') : ''],
    ['details', detailsOf(t, step)],
    ['why', step.why ?? ''],
  ]);
}

/** What the sentence about a step leaves out. */
function detailsOf(t: Words, step: PlaybookStep): string {
  switch (step.kind) {
    case 'action':
      return Object.entries(step.with)
        .map(
          ([name, value]) =>
            `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
        )
        .join('\n');
    case 'task': {
      const { title, instructions, acceptedBy, proof } = step.task;
      return [
        ...textsOf(title),
        ...(instructions === null ? [] : textsOf(instructions)),
        ...(acceptedBy ? [t('acceptedBy', { who: personWords(t, acceptedBy) })] : []),
        ...proof,
      ].join('\n');
    }
    case 'notice':
      return [step.notice.by ?? '', ...textsOf(step.notice.subject), ...textsOf(step.notice.text)]
        .filter(Boolean)
        .join('\n');
    case 'knowledge':
      return step.knowledge.headings.join('\n');
    case 'ticket':
      return Object.values(step.ticket.on).filter(Boolean).join(', ');
    case 'record':
      return [
        ...Object.values(step.record.on),
        step.record.personalValues ? t('personalValues') : '',
      ]
        .filter(Boolean)
        .join(', ');
    default:
      return '';
  }
}

/** Two versions of a step, aspect by aspect; those of which neither says anything are left out. */
export function aspectChanges(
  before: Aspects,
  now: Aspects,
  isOnlyChanges: boolean,
): readonly AspectChange[] {
  return [...now].flatMap(([name, text]) => {
    const old = before.get(name) ?? '';
    const isShown = isOnlyChanges ? old !== text : old !== '' || text !== '';
    return isShown ? [{ name, before: old, now: text }] : [];
  });
}
