import { deadlineText, localText } from './dates.ts';
import type { NoticePlan, Plan, PlannedStep } from './plan.ts';
import { lookupKey } from './plan-accounts.ts';
import type { Recipient } from './playbook.ts';
import { type Layer, layers } from './step.ts';

const layerTitles: Record<Layer, string> = {
  security: 'Security',
  operations: 'Operations',
  compliance: 'Compliance',
};

/** The plan in plain words, line by line: by layer, with times on the person's clock. */
export function planText(plan: Plan): readonly string[] {
  const lines = [`${plan.title}: ${count(plan.steps.length, 'step')}, times in ${plan.zone}`];
  if (plan.gaps.length > 0)
    lines.push(`${count(plan.gaps.length, 'account')} not covered: a person decides.`);

  const stepOf = new Map(plan.steps.map(({ key, playbookStep }) => [key, playbookStep]));
  for (const layer of layers) {
    const steps = plan.steps.filter((it) => it.layer === layer);
    if (steps.length === 0) continue;
    lines.push('', layerTitles[layer]);
    for (const step of steps) {
      const parts = [step.title, ...detailsOf(step, plan), ...afterText(step, stepOf)];
      lines.push(`  ${whenText(step, plan.zone).padEnd(16)}  ${parts.join('; ')}`);
    }
  }

  const section = (title: string, texts: readonly string[]) => {
    if (texts.length > 0) lines.push('', title, ...texts.map((it) => `  ${it}`));
  };
  const warnings = plan.problems.filter(({ severity }) => severity === 'warning');
  section('Not filled in, though a condition asks for it', plan.missing);
  section('Notes', plan.notes);
  section(
    'Warnings',
    warnings.map((it) => `${it.problem} ${it.mend}`),
  );
  return lines;
}

const count = (number: number, noun: string): string =>
  `${number} ${noun}${number === 1 ? '' : 's'}`;

const clockText = (at: Date, zone: string): string => localText(at, zone).replace('T', ' ');

function whenText({ at, kind, after }: PlannedStep, zone: string): string {
  if (kind === 'gap') return 'to decide';
  if (at.due !== null && !at.late) return clockText(at.due, zone);
  return after.length > 0 ? 'afterwards' : 'at once';
}

function detailsOf(step: PlannedStep, plan: Plan): readonly string[] {
  const { account, connectionId, at, task, notice } = step;
  const details: string[] = [];
  if (account) {
    const place = step.kind === 'gap' ? '' : `${nameOf(connectionId ?? '', plan)}: `;
    details.push(`${place}${account.login}${account.privileged ? ' (privileged)' : ''}`);
  } else if (step.kind === 'action') details.push(nobodyText(step, plan));
  else if (step.kind === 'record') details.push(keeperText(step, plan));
  if (task) {
    const deadline = deadlineText(new Date(task.deadline), plan.zone);
    const accepted = task.acceptedBy ? `, accepted by ${personText(task.acceptedBy)}` : '';
    details.push(`by ${personText(task.assignTo)}${accepted}, due ${deadline}`);
  }
  if (step.kind === 'ticket')
    details.push(connectionId ? nameOf(connectionId, plan) : 'no connected system takes tickets');
  if (notice) details.push(noticeText(notice, plan));
  if (step.kind === 'survey') details.push(`${step.params['survey']}, to the private address`);
  if (step.approval) details.push('needs an approval');
  if (at.late && at.due) details.push(`late: was due ${clockText(at.due, plan.zone)}`);
  return details;
}

const nameOf = (connection: string, { connectionNames }: Plan): string =>
  connectionNames[connection] ?? connection;

/** An action without account: either nobody is there, or nobody could be asked yet. */
function nobodyText({ params, after }: PlannedStep, plan: Plan): string {
  const searched = Array.isArray(params['searched']) ? params['searched'].map(String) : [];
  if (searched.some((id) => after.includes(lookupKey(id)))) return 'once the accounts are known';
  const names = searched.map((id) => nameOf(id, plan));
  return names.length > 0 ? `no account in ${names.join(', ')}` : 'no connected system offers it';
}

const keeperText = ({ connectionId }: PlannedStep, plan: Plan): string =>
  connectionId === null ? 'no connected system keeps records' : `to ${nameOf(connectionId, plan)}`;

const mostNamed = 4;

function afterText({ after }: PlannedStep, stepOf: ReadonlyMap<string, string>): readonly string[] {
  const ids = [...new Set(after.map((key) => stepOf.get(key) ?? key))];
  if (ids.length === 0) return [];
  return [ids.length > mostNamed ? `after ${ids.length} others` : `after ${ids.join(', ')}`];
}

function noticeText({ to, by }: NoticePlan, plan: Plan): string {
  const way = by === undefined ? '' : `, by ${nameOf(by, plan)}`;
  return `to ${to.map(personText).join(', ')}${way}`;
}

function personText(person: Recipient): string {
  if ('manager' in person) return 'the manager';
  if ('successor' in person) return 'who takes over';
  if ('newcomer' in person) return 'the newcomer';
  if ('personalEmail' in person) return 'the private address';
  if ('leaver' in person) return 'the person who leaves';
  if ('reports' in person) return 'those whose manager leaves';
  if ('channel' in person) return `the channel ${person.channel}`;
  if ('systemOwner' in person) return `the owner of ${person.systemOwner}`;
  return 'role' in person ? person.role : person.email;
}
