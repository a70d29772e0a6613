import type { PlaybookParts } from '#api/contract/playbooks.ts';
import { aboutCapability, type Capability, isCapability } from '#core/capability.ts';
import type { Playbook, PlaybookStep } from '#core/playbook.ts';
import type { Layer } from '#core/step.ts';

/** Something that a step could do, for people to choose from. */
export interface NewStep {
  /** What it is called in the words: `capabilities.account suspend`, `kinds.task`. */
  readonly kind: PlaybookStep['kind'];
  readonly capability: Capability | null;
  /** Names of the systems that can do it; empty: no system is needed. */
  readonly systems: readonly string[];
  /** What the systems say of it, each once. */
  readonly about: readonly string[];
  readonly layer: Layer;
}

const ofSecurity: readonly Capability[] = [
  'account.suspend',
  'password.reset',
  'sessions.revoke',
  'mfa.remove',
  'tokens.revoke',
  'roles.remove',
  'device.lock',
];

/** What connected systems can do, then what needs none of them. */
export function newSteps(parts: PlaybookParts, of: Playbook['for']): readonly NewStep[] {
  const actions = new Map<Capability, { systems: string[]; about: Set<string> }>();
  for (const system of parts.systems.filter((it) => it.holdsAccounts)) {
    for (const { capability, summary } of system.actions) {
      if (!isCapability(capability)) continue;
      const known = actions.get(capability) ?? { systems: [], about: new Set<string>() };
      known.systems.push(system.name);
      known.about.add(summary);
      actions.set(capability, known);
    }
  }
  const other = (
    kind: NewStep['kind'],
    layer: Layer,
    systems: readonly string[] = [],
  ): NewStep => ({
    kind,
    capability: null,
    systems,
    about: [],
    layer,
  });
  const those = (has: 'takesTickets' | 'keepsRecords') =>
    parts.systems.filter((it) => it[has]).map(({ name }) => name);
  return [
    ...[...actions].map(
      ([capability, { systems, about }]): NewStep => ({
        kind: 'action',
        capability,
        systems,
        about: [...about],
        layer: ofSecurity.includes(capability) ? 'security' : 'operations',
      }),
    ),
    other('task', 'operations'),
    other('notice', 'operations'),
    ...(of === 'departure' ? [other('knowledge', 'operations')] : []),
    ...(of === 'departure' && parts.rulePacks.length > 0
      ? [other('obligations', 'compliance')]
      : []),
    ...(of === 'departure' && parts.surveys.length > 0 ? [other('survey', 'compliance')] : []),
    other('ticket', 'operations', those('takesTickets')),
    other('record', 'compliance', those('keepsRecords')),
  ];
}

/** A name for a step that no other has: “block-sign-in”, “block-sign-in-2”. */
export function freeId(title: string, taken: readonly string[]): string {
  const plain = title
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 50)
    .replace(/-+$/, '');
  const base = plain || 'step';
  for (let count = 1; ; count += 1) {
    const id = count === 1 ? base : `${base}-${count}`;
    if (!taken.includes(id)) return id;
  }
}

/** The step as documents have it, with what it needs at least; the rest is filled in beside the outline. */
export function beginning(
  it: NewStep,
  {
    id,
    title,
    of,
    parts,
  }: { id: string; title: string; of: Playbook['for']; parts: PlaybookParts },
): Readonly<Record<string, unknown>> {
  const frame = { id, layer: it.layer };
  const due = of === 'departure' ? 'last working day' : 'start day';
  switch (it.kind) {
    case 'action': {
      const isGrave = it.capability && aboutCapability(it.capability).weight === 'destructive';
      const asks = isGrave ? { approval: 'yes' } : {};
      return { ...frame, do: it.capability, on: 'every account', ...asks };
    }
    case 'task':
      return { ...frame, task: { title, 'assign to': 'manager', due }, at: 'confirmed' };
    case 'notice':
      return {
        ...frame,
        notice: { to: ['manager'], subject: title, text: title },
        at: 'confirmed',
      };
    case 'knowledge':
      return { ...frame, knowledge: { 'assign to': 'manager', due }, at: 'confirmed' };
    case 'obligations':
      return { ...frame, obligations: 'all', at: 'confirmed' };
    case 'survey':
      return { ...frame, survey: parts.surveys[0], after: ['layer security'] };
    case 'ticket':
      return { ...frame, ticket: { on: { category: 'ticketing' }, as: 'record' }, at: 'confirmed' };
    case 'record':
      return { ...frame, record: { on: 'every record system' } };
  }
}
