import { receiveHook } from '#app/hooks.ts';
import { signStandardWebhook } from '#connector-kit/testing/sign.ts';
import type { House } from './house.ts';
import type { Truth } from './systems.ts';
import type { Weather } from './weathers.ts';
import type { Actor } from './world-clock.ts';

const second = 1_000;
const minute = 60 * second;

/** What the HR system says of somebody, the newest last. */
export interface Said {
  readonly type: 'departure.confirmed' | 'departure.changed' | 'departure.rescinded';
  readonly version: number;
  readonly at: number;
  readonly accessEnds: number;
  readonly urgent: boolean;
}

export interface Leaver {
  readonly id: string;
  readonly email: string;
  readonly said: readonly Said[];
}

/** Somebody with accounts, and what the HR system is going to say of them. */
export function join(
  house: House,
  id: string,
  first: number,
  { saidAgain, urgent: isUrgent }: Pick<Weather, 'saidAgain'> & { readonly urgent?: boolean },
): Leaver {
  const { systems, systemIds } = house;
  const { chance } = house.world;
  const email = `${id.toLowerCase()}@meadow.example`;
  for (const system of systemIds) {
    const share = system.startsWith('app-') ? 0.1 : isUrgent === undefined ? 0.8 : 1;
    if (chance.is(share)) systems.add(system, email, someTruth(house));
  }
  const urgent = isUrgent ?? chance.is(0.6);
  // Those who leave together leave at the same moment.
  const soon = () => first + (isUrgent === false ? 5 : chance.between(2, 25)) * minute;
  let at = first;
  let accessEnds = urgent ? at : soon();
  const said: Said[] = [{ type: 'departure.confirmed', version: 1, at, accessEnds, urgent }];
  for (let version = 2; version <= 4 && chance.is(saidAgain); version++) {
    at += chance.between(1, 8) * minute;
    const isGone = said.at(-1)!.type === 'departure.rescinded';
    if (!isGone && chance.is(0.5)) {
      said.push({ type: 'departure.rescinded', version, at, accessEnds, urgent });
    } else {
      accessEnds = soon();
      const type = isGone ? 'departure.confirmed' : 'departure.changed';
      said.push({ type, version, at, accessEnds, urgent });
    }
  }
  return { id, email, said };
}

function someTruth({ world: { chance } }: House): Truth {
  return {
    exists: true,
    suspended: chance.is(0.05),
    sessions: chance.between(0, 3),
    keys: Array.from({ length: chance.between(0, 2) }, (_, i) => `key-${i}`),
    groups: Array.from({ length: chance.between(0, 2) }, (_, i) => `group-${i}`),
    transfers: [],
  };
}

/** Each event comes once or twice, soon or late, in any order. */
export function tell(
  house: House,
  leaver: Leaver,
  { heardLate }: Pick<Weather, 'heardLate'>,
): void {
  const { world, app, signingSecret } = house;
  const { chance } = world;
  const messenger: Actor = { name: 'hr', dead: false, frozenUntil: 0, skewMs: 0 };
  for (const it of leaver.said) {
    const body = JSON.stringify({
      type: it.type,
      occurred_at: new Date(Math.floor(it.at)).toISOString(),
      version: it.version,
      person: { id: leaver.id, name: `Leaver ${leaver.id}`, email: leaver.email, zone: 'UTC' },
      departure: {
        id: `S-${leaver.id}`,
        kind: it.urgent ? 'involuntary' : 'resignation',
        urgent: it.urgent,
        ...(it.urgent
          ? {}
          : { access_ends: new Date(Math.floor(it.accessEnds)).toISOString().slice(0, 16) }),
        last_working_day: new Date(Math.floor(it.accessEnds)).toISOString().slice(0, 10),
      },
    });
    const messageId = `msg-${leaver.id}-${it.version}`;
    for (let times = chance.between(1, 2); times > 0; times--) {
      const late = chance.is(heardLate)
        ? chance.between(0, 10) * minute
        : chance.between(0, 5) * second;
      const id = chance.is(0.5) ? messageId : `${messageId}-${times}`;
      world.after(it.at - world.now + late, () => {
        world.say(`hr says ${it.type} of ${leaver.id}, version ${it.version}`);
        const headers = signStandardWebhook(signingSecret, id, new Date(world.now), body);
        world.as(messenger, () => {
          void receiveHook(app, { source: 'hr', headers, body: Buffer.from(body) }).then(
            (answer) => {
              if (answer.kind !== 'taken')
                throw new Error(`the hook was ${JSON.stringify(answer)}`);
            },
          );
        });
      });
    }
  }
}
