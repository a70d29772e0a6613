import type { Colleague } from '../company.ts';
import { type PracticeSystem, showsNothing } from './system.ts';

/** The panel that arms the office at night: nothing comes out of it but a list, which somebody uploads. */
export interface AlarmPanel extends PracticeSystem {
  /** What it exports now. */
  list(): string;
  /** What the guard does on the telephone. False: it was done before. */
  block(person: Colleague): boolean;
}

export function alarmPanel(people: readonly Colleague[]): AlarmPanel {
  const blocked = new Set<Colleague>();
  return {
    connection: {
      id: 'alarm-panel',
      connector: 'list',
      name: 'Alarm panel',
      category: 'physical',
      settings: {
        system: 'Alarm panel',
        what: 'accounts',
        instructions: 'Ring the guard on 12 and have the code blocked.',
        assignTo: { role: 'facilities' },
      },
    },
    about: `a list that somebody uploads, ${people.length} codes`,
    targets: [],
    ...showsNothing,
    stop: async () => {},
    list: () =>
      [
        'login,email,status',
        ...people.map(
          (it, i) => `code ${301 + i},${it.email},${blocked.has(it) ? 'blocked' : 'active'}`,
        ),
      ]
        .map((line) => `${line}\n`)
        .join(''),
    block(person) {
      const isNew = !blocked.has(person);
      blocked.add(person);
      return isNew;
    },
  };
}
