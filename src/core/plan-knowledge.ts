import { listed } from './continuity.ts';
import { momentOf } from './moment.ts';
import type { Owned } from './ownership.ts';
import type { PlanInput, PlannedStep, TaskPlan } from './plan.ts';
import { accountsIn } from './plan-accounts.ts';
import type { KnowledgeStep } from './playbook.ts';
import { nobody } from './successor.ts';

/** What is asked of everybody, where the playbook names nothing else. */
export const usualHeadings = [
  'Work in progress, and what comes next',
  'Recurring duties and their dates',
  'People to know, inside and outside',
  'Where documents and notes are',
] as const;

/** Things beyond these many become one task together: nobody works through hundreds. */
const mostThings = 20;

interface Item {
  /** Stable, so that planning again knows it. */
  readonly key: string;
  readonly title: string;
  readonly instructions: string;
}

/**
 * One task for each thing that is to be handed over: the headings of the playbook, and what the
 * person owns in connected systems. Whoever takes over accepts each.
 */
export function knowledgeTasks(
  { id, knowledge }: KnowledgeStep & { readonly id: string },
  input: PlanInput,
  frame: PlannedStep,
): readonly PlannedStep[] {
  const { person, zone, dates } = input;
  const { successor, manager } = input.continuity?.receivers ?? nobody;
  const { assignTo } = knowledge;
  // Whoever takes over and is asked themself accepts by confirming.
  const isReceiver =
    'successor' in assignTo || ('manager' in assignTo && successor?.personId === manager?.personId);
  const receiver = successor ? successor.name : 'whoever takes over';
  const deadline = momentOf(knowledge.due, dates, zone, 'due').toISOString();
  const task = ({ title, instructions }: Item): TaskPlan => ({
    title,
    instructions: `${instructions} It goes from ${person.name} to ${receiver}.`,
    assignTo,
    deadline,
    proof: ['where it is written down'],
    ...(isReceiver ? {} : { acceptedBy: { successor: true } }),
  });
  const items = [...knowledge.headings.map(headingItem), ...ownedItems(input)];
  return items.map((item) => ({
    ...frame,
    key: `${id}:${item.key}`,
    title: item.title,
    task: task(item),
  }));
}

const headingItem = (heading: string, i: number): Item => ({
  key: `heading-${i + 1}`,
  title: `Hand over: ${heading}`,
  instructions: `Write down what somebody else has to know: ${heading}.`,
});

function ownedItems(input: PlanInput): readonly Item[] {
  const found = input.connections.flatMap(({ id: connection, name }) => {
    const accounts = accountsIn(input, connection);
    const owned = input.continuity?.owned.get(connection) ?? 'unknown';
    if (accounts === 'unknown' || owned === 'unknown') return [];
    return accounts.flatMap(({ id: account }) =>
      (owned.get(account) ?? [])
        .filter(({ kind }) => kind !== 'direct report')
        .map((thing) => ({ connection, account, system: name, thing })),
    );
  });
  const items = found.slice(0, mostThings).map(
    ({ connection, account, system, thing }): Item => ({
      key: `${connection}:${account}:${thing.kind}:${thing.id}`,
      title: `Hand over: ${nameOf(thing)} in ${system}`,
      instructions: `Write down what ${nameOf(thing)} in ${system} is for, who needs it and what it takes.`,
    }),
  );
  const rest = found.slice(mostThings).map(({ thing }) => thing);
  if (rest.length === 0) return items;
  return [
    ...items,
    {
      key: 'rest',
      title: `Hand over: ${rest.length} more things`,
      instructions: `Write down what these are for, as far as somebody else has to know: ${listed(rest)}.`,
    },
  ];
}

const nameOf = ({ name, kind }: Owned): string => (kind === 'other' ? name : `the ${kind} ${name}`);
