import { randomBytes } from 'node:crypto';
import { signStandardWebhook } from '#connector-kit/testing/sign.ts';
import { CasePage } from '../src/api/contract/cases.ts';
import type { Colleague } from './company.ts';
import type { Provisioning } from './elsewhere.ts';
import type { RunningGatehouse } from './gatehouse.ts';
import type { Approver } from './passkey.ts';
import { archive, hrSource } from './set-up.ts';
import type { PracticeSystem, Sight } from './systems/system.ts';
import type { PracticeSystems } from './systems/systems.ts';
import type { Screen } from './terminal.ts';
import { expectThat, waitFor } from './wait.ts';

/** Everything that the parts of the story work with. */
export interface Stage {
  readonly screen: Screen;
  readonly gatehouse: RunningGatehouse;
  readonly systems: PracticeSystems;
  /** Okta, which tells Gatehouse of its users. */
  readonly provisioning: Provisioning;
  /** Of whom each decides alone, and two about somebody who is protected. */
  readonly approvers: readonly Approver[];
  /** Whether outside authorities state when they saw the record. */
  readonly isStamped: boolean;
  /** What the HR system signs its events with. */
  readonly signingSecret: string;
  /** Ends every wait when the person at the terminal has seen enough. */
  readonly signal: AbortSignal;
}

export const newSigningSecret = (): string => `whsec_${randomBytes(24).toString('base64')}`;

/** Sends one event as the HR system does. Answers when it was sent, and how long the answer took. */
export async function tell(
  { gatehouse, signingSecret }: Stage,
  event: unknown,
): Promise<{ at: number; ms: number }> {
  const body = JSON.stringify(event);
  const id = `msg_${randomBytes(9).toString('hex')}`;
  const at = Date.now();
  const begun = performance.now();
  const response = await fetch(`${gatehouse.url}/hooks/${hrSource}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...signStandardWebhook(signingSecret, id, new Date(at), body),
    },
    body,
  });
  const text = await response.text();
  expectThat(response.status === 202, 'the event answered 202', () => {
    return `${response.status} ${text.slice(0, 200)}`;
  });
  return { at, ms: performance.now() - begun };
}

/** The id of the case that an event has opened. */
export function caseOf({ gatehouse, signal }: Stage, person: Colleague): Promise<string> {
  const query = { text: person.personId };
  return waitFor(
    `a case of ${person.name}`,
    async () => {
      const { items } = await gatehouse.onlooker.get('/cases', CasePage, query);
      return items[0]?.id ?? null;
    },
    { withinMs: 30_000, found: () => 'none', signal },
  );
}

/** What every system itself says about a person, past Gatehouse. */
export async function lookEverywhere(
  { systems }: Stage,
  person: Colleague,
): Promise<readonly { system: PracticeSystem; sight: Sight }[]> {
  const asked = systems.all.map(async (system) =>
    (await system.look(person)).map((sight) => ({ system, sight })),
  );
  return (await Promise.all(asked)).flat();
}

/** Everybody whose access is not as it was at the start, by login. */
export async function changedPeople({ systems }: Stage): Promise<ReadonlySet<string>> {
  const changed = await Promise.all(systems.all.map((it) => it.changed()));
  return new Set(changed.flatMap((it) => [...it]));
}

export const namesOf = ({ systems }: Stage): ReadonlyMap<string, string> =>
  new Map([
    ...systems.all.map(({ connection }) => [connection.id, connection.name] as const),
    [archive.id, archive.name],
  ]);

export const count = (number: number, one: string, many = `${one}s`): string =>
  `${number} ${number === 1 ? one : many}`;
