import type { Page } from '#app/testing/passkey.ts';
import type { Category } from '#core/connection.ts';

/** Where passkeys are used. */
export const page: Page = { origin: 'http://localhost:8080', rpId: 'localhost' };

export const playbook = `
playbook: leaving
title: Leaving
for: departure
steps:
  - { id: block, layer: security, do: account.suspend, on: { category: identity }, at: access ends }
  - id: block-others
    layer: security
    do: account.suspend
    on: every account
    at: access ends
    when: { field: account.category, is not: identity }
  - { id: sessions, layer: security, do: sessions.revoke, on: every account, at: access ends, after: [block] }
  - { id: keys, layer: security, do: tokens.revoke, on: every account, at: access ends, after: [block] }
  - { id: groups, layer: operations, do: groups.leave, on: { connection: code }, at: access ends, after: [keys] }
  - id: hand-over
    layer: operations
    do: data.transfer
    on: { connection: files }
    with: { to: boss@meadow.example }
    at: access ends
    after: [layer security]
  - id: erase
    layer: operations
    do: account.delete
    on: { connection: code }
    at: access ends
    approval: yes
    after: [hand-over, groups]
  - id: badge
    layer: operations
    task: { title: Badge, assign to: { email: porter@meadow.example }, due: last working day }
    at: access ends
`;

export interface SystemKind {
  readonly id: string;
  readonly category: Category;
  readonly offers: string;
  readonly repeatable?: string;
  readonly commands?: string;
  readonly ratePerSecond?: number;
}

/** The system that allows only so many requests. */
export const paced = 'cloud';

/** What each system of the company is like. */
export const company: readonly SystemKind[] = [
  {
    id: 'directory',
    category: 'identity',
    offers: 'account.suspend,sessions.revoke',
    repeatable: 'account.suspend,sessions.revoke',
  },
  {
    id: 'files',
    category: 'collaboration',
    offers: 'account.suspend,sessions.revoke,data.transfer',
    commands: 'sessions.revoke',
  },
  {
    id: 'code',
    category: 'code',
    offers: 'account.suspend,tokens.revoke,groups.leave,account.delete',
    repeatable: 'account.suspend,groups.leave',
  },
  { id: paced, category: 'cloud', offers: 'account.suspend,tokens.revoke', ratePerSecond: 2 },
];
/** How large the company is, and how much of it may be destroyed. */
export interface Size {
  /** Of the kind that a company has many of, beside the four that are unlike each other. */
  readonly further: number;
  readonly deletionsPerHour: number;
}

/** So few deletions that several departures meet the limit. */
export const small: Size = { further: 0, deletionsPerHour: 2 };

export const furtherSystem = (_: unknown, i: number) => ({
  id: `app-${i + 1}`,
  category: 'other' as const,
  offers: 'account.suspend,tokens.revoke',
  repeatable: 'account.suspend',
});
