import type { TFunction } from 'i18next';
import type { Condition } from '#core/condition.ts';
import type { Moment } from '#core/moment.ts';
import type { Assignee, Playbook, PlaybookStep, Recipient } from '#core/playbook.ts';
import { type Layer, layers } from '#core/step.ts';

/** Finds words by their name, as i18next does. */
export type Words = TFunction;

/** A condition as a sentence says it; null: it holds always. */
export function conditionWords(t: Words, condition: Condition | null): string {
  if (condition === null) return t('everybody');
  if ('all' in condition) return joined(t, condition.all, 'and');
  if ('any' in condition) return joined(t, condition.any, 'or');
  if ('not' in condition) return t('not', { what: conditionWords(t, condition.not) });
  const field = t(`fields.${condition.field.replace('.', ' ')}`);
  const { operator, value } = condition;
  if (typeof value === 'boolean' && operator !== 'is set')
    return value === (operator === 'is') ? field : t('not', { what: field });
  const shown = Array.isArray(value) ? value : [value];
  const values = shown.map((it) => valueWords(t, it)).join(t('orBetween'));
  return t(`operators.${operator}${operator === 'is set' && value === false ? ' not' : ''}`, {
    field,
    values,
  });
}

const joined = (t: Words, all: readonly Condition[], by: 'and' | 'or'): string =>
  all
    .map((it) => {
      const words = conditionWords(t, it);
      return 'all' in it || 'any' in it ? `(${words})` : words;
    })
    .join(t(by));

/** Words of ours are translated; what people wrote stays as it is. */
function valueWords(t: Words, value: unknown): string {
  const text = String(value);
  return t(`values.${text.replaceAll('.', ' ')}`, { defaultValue: text });
}

/** When something begins or is due: “14 days before access ends, 09:00”. */
export function momentWords(t: Words, { anchor, offset, time }: Moment): string {
  const day = t(`anchors.${anchor}`);
  const words = offset
    ? t(offset.amount < 0 ? 'before' : 'after', {
        count: Math.abs(offset.amount),
        span: t(`units.${offset.unit}`, { count: Math.abs(offset.amount) }),
        day,
      })
    : day;
  return time === null ? words : t('atTime', { moment: words, time });
}

/** When a step begins, as far as the playbook says. */
export function whenWords(t: Words, { at, after }: Pick<PlaybookStep, 'at' | 'after'>): string {
  if (at) return momentWords(t, at);
  return t(after.length > 0 ? 'afterOthers' : 'atOnce');
}

/** What a step does, in one sentence. */
export function stepWords(t: Words, step: PlaybookStep): string {
  switch (step.kind) {
    case 'action': {
      const { category, connection, privileged } = step.on;
      const what = t(`capabilities.${step.do.replace('.', ' ')}`);
      const where =
        connection !== null
          ? t('onConnection', { connection })
          : category !== null
            ? t('onCategory', { category: t(`categories.${category}`) })
            : t('onEvery');
      return [t('does', { what, where }), privileged === true && t('onlyPrivileged')]
        .filter(Boolean)
        .join(', ');
    }
    case 'task':
      return t('asksPerson', {
        who: personWords(t, step.task.assignTo),
        due: momentWords(t, step.task.due),
      });
    case 'notice':
      return t('tells', { who: step.notice.to.map((it) => personWords(t, it)).join(', ') });
    case 'knowledge':
      return t('asksKnowledge', {
        who: personWords(t, step.knowledge.assignTo),
        due: momentWords(t, step.knowledge.due),
      });
    case 'obligations':
      return t(step.obligations === null ? 'dutiesAll' : 'duties', {
        packs: step.obligations?.join(', '),
      });
    case 'ticket':
      return t('keepsTicket');
    case 'record':
      return t('deliversRecord');
    case 'survey':
      return t('sendsSurvey', { name: step.survey });
  }
}

export function personWords(t: Words, it: Assignee | Recipient): string {
  if ('role' in it) return t(`roles.${it.role}`, { defaultValue: it.role });
  if ('email' in it) return it.email;
  if ('systemOwner' in it) return t('people.systemOwner', { connection: it.systemOwner });
  if ('channel' in it) return t('people.channel', { name: it.channel });
  return t(`people.${Object.keys(it)[0]}`);
}

/** Steps of one layer that begin at the same moment. */
export interface OutlineGroup {
  readonly when: string;
  readonly steps: readonly PlaybookStep[];
}

export interface OutlineLayer {
  readonly layer: Layer;
  readonly groups: readonly OutlineGroup[];
}

/** A playbook as an outline: by layer, and in it by moment, both in the order of the document. */
export function outlineOf(t: Words, { steps }: Pick<Playbook, 'steps'>): readonly OutlineLayer[] {
  return layers.flatMap((layer) => {
    const groups = new Map<string, PlaybookStep[]>();
    for (const step of steps.filter((it) => it.layer === layer)) {
      const when = whenWords(t, step);
      groups.set(when, [...(groups.get(when) ?? []), step]);
    }
    if (groups.size === 0) return [];
    return [{ layer, groups: [...groups].map(([when, of]) => ({ when, steps: of })) }];
  });
}

/** What is different between two versions, by steps; where a step stands in the document never counts. */
export function differenceOf(before: Playbook, after: Playbook) {
  const known = new Map(before.steps.map((it) => [it.id, it]));
  const now = new Set(after.steps.map((it) => it.id));
  return {
    added: after.steps.filter((it) => !known.has(it.id)),
    removed: before.steps.filter((it) => !now.has(it.id)),
    changed: after.steps.flatMap((it) => {
      const old = known.get(it.id);
      return old && JSON.stringify(old) !== JSON.stringify(it) ? [{ before: old, now: it }] : [];
    }),
    isCalledOtherwise: before.title !== after.title,
    isForOthers: JSON.stringify(before.appliesWhen) !== JSON.stringify(after.appliesWhen),
  };
}

/** The document under another name and title, to begin a playbook of one's own from. */
export const underName = (text: string, name: string, title: string): string =>
  text
    .replace(/^playbook: .*$/m, () => `playbook: ${name}`)
    // What is between quotes means the same in YAML as in JSON.
    .replace(/^title: .*$/m, () => `title: ${JSON.stringify(title)}`);
