import {
  IconChecklist,
  IconDoorEnter,
  IconDoorExit,
  IconFileCertificate,
  IconLayoutDashboard,
  IconListDetails,
  IconMessage2Heart,
  IconPlugConnected,
  IconSettings,
  IconUserSearch,
  IconUsers,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import type { Right } from '#core/user.ts';

/** A page that the bar on the left leads to. */
export interface Way {
  readonly to: string;
  /** Its name in the words: `pages.<name>`. */
  readonly name: string;
  readonly icon: ComponentType<{ size?: number; 'aria-hidden'?: boolean }>;
  /** Whoever holds one of them sees it; none: everybody. */
  readonly rights: readonly Right[];
  /** After `g`: goes there. */
  readonly key: string;
}

/** All pages that can be gone to, in their groups and order. */
export const ways: Readonly<Record<'work' | 'setUp' | 'prove', readonly Way[]>> = {
  work: [
    { to: '/', name: 'overview', icon: IconLayoutDashboard, rights: ['overview.read'], key: 'o' },
    { to: '/departures', name: 'departures', icon: IconDoorExit, rights: ['case.read'], key: 'd' },
    { to: '/arrivals', name: 'arrivals', icon: IconDoorEnter, rights: ['case.read'], key: 'r' },
    { to: '/tasks', name: 'tasks', icon: IconChecklist, rights: ['task.read'], key: 't' },
    { to: '/people', name: 'people', icon: IconUsers, rights: ['people.read'], key: 'l' },
  ],
  setUp: [
    {
      to: '/playbooks',
      name: 'playbooks',
      icon: IconListDetails,
      rights: ['playbook.read'],
      key: 'p',
    },
    {
      to: '/connections',
      name: 'connections',
      icon: IconPlugConnected,
      rights: ['connection.read'],
      key: 'c',
    },
    { to: '/settings', name: 'settings', icon: IconSettings, rights: ['settings.read'], key: 's' },
  ],
  prove: [
    { to: '/audit', name: 'audit', icon: IconFileCertificate, rights: ['audit.read'], key: 'a' },
    { to: '/auditors', name: 'auditors', icon: IconUserSearch, rights: ['audit.read'], key: 'u' },
    {
      to: '/survey-results',
      name: 'surveyResults',
      icon: IconMessage2Heart,
      rights: ['survey.read'],
      key: 'e',
    },
  ],
};

/** The pages that somebody with these rights may go to. */
export const waysFor = (rights: readonly Right[]): readonly Way[] =>
  Object.values(ways)
    .flat()
    .filter((it) => it.rights.length === 0 || it.rights.some((of) => rights.includes(of)));

/** What a page is called for them: a manager's overview is their team. */
export const nameOf = ({ name }: Way, rights: readonly Right[]): string =>
  name === 'overview' && !rights.includes('case.read') ? 'team' : name;
