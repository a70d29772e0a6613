import { atMost, type Row, told } from '../row.ts';
import type { Figures, Killed } from './measure.ts';

/** Steps per second of the bare queue, at most so many times those of Gatehouse. */
const mostPerQueue = 2;

/** What a figure is called, and how one tells which is better. */
const compared: readonly {
  readonly what: string;
  readonly unit: string;
  readonly of: (it: Figures) => number;
}[] = [
  { what: 'idle, trigger to first call', unit: 'ms', of: (it) => it.firstCallMs },
  { what: 'idle, trigger to last account blocked', unit: 'ms', of: (it) => it.lastBlockedMs },
  { what: 'burst, steps per second', unit: '1/s', of: (it) => it.stepsPerSecond },
  { what: 'burst, first trigger to last account blocked', unit: 's', of: (it) => it.burstSeconds },
  { what: 'calls for each step', unit: '', of: (it) => it.callsPerStep },
  { what: 'idle memory with its database (PSS)', unit: 'MB', of: (it) => it.idleMb },
];

/** The figures of one peer, each by itself. */
export const rowsOf = (it: Figures): readonly Row[] => [
  ...compared.map(({ what, unit, of }) => told(`${it.peer}: ${what}`, of(it), unit)),
  ...(it.killed ? afterKill(it.peer, it.killed) : []),
];

function afterKill(
  peer: string,
  { acknowledged, lostDepartures, lostSteps, twice, recoveredSeconds }: Killed,
): readonly Row[] {
  const name = (what: string) => `${peer}: killed in the middle, ${what}`;
  return [
    told(name('departures acknowledged'), acknowledged, ''),
    told(name('departures not finished'), lostDepartures, ''),
    told(name('accounts left open'), lostSteps, ''),
    told(name('accounts blocked twice'), twice, ''),
    ...(recoveredSeconds === null
      ? []
      : [told(name('kill to last account blocked'), recoveredSeconds, 's')]),
  ];
}

/** Each figure of a peer in terms of ours; `bound`: the peer is what Gatehouse is held to. */
export function ratiosOf(ours: Figures, peer: Figures, bound: boolean): readonly Row[] {
  return compared.map(({ what, of }) => {
    const name = `${peer.peer} ÷ ${ours.peer}: ${what}`;
    const ratio = of(peer) / of(ours);
    return bound && what === 'burst, steps per second'
      ? atMost(name, ratio, '×', mostPerQueue)
      : told(name, ratio, '×');
  });
}

/** Nothing acknowledged may be lost, whatever was killed. */
export const nothingLost = (peer: string, { lostSteps }: Killed): Row =>
  atMost(`${peer}: accounts left open by a kill`, lostSteps, '', 0);
