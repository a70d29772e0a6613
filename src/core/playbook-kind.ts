import type { z } from 'zod';
import { aOf, type CaseKind } from './arrival.ts';
import type { Condition } from './condition.ts';
import { fieldsBeside } from './condition-document.ts';
import { report } from './document.ts';
import { anchorsOf, type Moment } from './moment.ts';
import type { PlaybookStep, Recipient } from './playbook.ts';

type Path = (string | number)[];

/** What only makes sense when somebody leaves, or only when somebody arrives. */
export function refuseForeign(
  step: PlaybookStep,
  kind: CaseKind,
  path: Path,
  context: z.RefinementCtx,
): void {
  if (step.at) refuseAnchor(step.at, kind, [...path, 'at'], context);
  if (step.kind === 'task') refuseAnchor(step.task.due, kind, [...path, 'task', 'due'], context);
  if (step.when) refuseFields(step.when, kind, [...path, 'when'], context);
  if (kind === 'departure') refuseNewcomers(step, path, context);
  if (step.kind === 'obligations' && kind !== 'departure') {
    const problem = `The rule packs are about leaving; ${aOf(kind).toLowerCase()} meets none.`;
    report(context, { problem, mend: 'Use a task instead.' }, [...path, 'obligations']);
  }
  if (step.kind === 'survey' && kind !== 'departure') {
    const problem = 'A survey asks people who leave, once their access has ended.';
    report(context, { problem, mend: 'Use a notice instead.' }, [...path, 'survey']);
  }
  if (step.kind === 'knowledge') {
    refuseAnchor(step.knowledge.due, kind, [...path, 'knowledge', 'due'], context);
    if (kind === 'departure') return;
    const problem = `Knowledge is handed over when somebody leaves; this is for ${aOf(kind).toLowerCase()}.`;
    report(context, { problem, mend: 'Use a task instead.' }, [...path, 'knowledge']);
  }
}

/** Nobody arrives in a departure, so nobody can be asked or told as the one who does. */
function refuseNewcomers(step: PlaybookStep, path: Path, context: z.RefinementCtx): void {
  for (const [person, place] of peopleIn(step)) {
    if (!('newcomer' in person)) continue;
    const problem = `“${step.id}” names the newcomer, but in a departure nobody arrives.`;
    const mend =
      'Write manager, successor, { role: … } or { email: … }; a notice may go to “leaver”.';
    report(context, { problem, mend }, [...path, ...place]);
  }
}

type Place = readonly [person: Recipient, at: Path];

/** Everybody a step asks or tells, each with the place in the step. */
function peopleIn(step: PlaybookStep): readonly Place[] {
  switch (step.kind) {
    case 'task': {
      const { assignTo, acceptedBy } = step.task;
      const asked: Place = [assignTo, ['task', 'assign to']];
      return acceptedBy ? [asked, [acceptedBy, ['task', 'accepted by']]] : [asked];
    }
    case 'knowledge':
      return [[step.knowledge.assignTo, ['knowledge', 'assign to']]];
    case 'notice':
      return step.notice.to.map((it, i) => [it, ['notice', 'to', i]] as const);
    default:
      return [];
  }
}

function refuseAnchor(
  { anchor }: Moment,
  kind: CaseKind,
  path: Path,
  context: z.RefinementCtx,
): void {
  const known = anchorsOf(kind === 'departure');
  if (known.includes(anchor)) return;
  const mend = `Count from ${known.map((it) => `“${it}”`).join(' or ')}.`;
  report(context, { problem: `${aOf(kind)} has no “${anchor}”.`, mend }, path);
}

export function refuseFields(
  condition: Condition,
  kind: CaseKind,
  path: Path,
  context: z.RefinementCtx,
): void {
  for (const field of fieldsBeside(condition, kind)) {
    const mend = 'Use person and account fields, or those of what the playbook is for.';
    report(context, { problem: `${aOf(kind)} has no ${field}.`, mend }, path);
  }
}
