import { IconDoorExit } from '@tabler/icons-react';
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
}

/** All pages that can be gone to, in their groups and order. */
export const ways: Readonly<Record<'work' | 'setUp' | 'prove', readonly Way[]>> = {
  work: [{ to: '/departures', name: 'departures', icon: IconDoorExit, rights: ['case.read'] }],
  setUp: [],
  prove: [],
};
