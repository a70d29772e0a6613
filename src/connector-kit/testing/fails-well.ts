import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConnectorError, type Failure } from '#core/failure.ts';
import type { AnyConnector } from '../contract.ts';
import { forgetTokens } from '../kept-token.ts';
import { type BadEnding, badEndings, type TooMany, wordsOfTheSystem } from './bad-endings.ts';
import { breakable } from './breakable.ts';
import { secretsIn } from './secrets-in.ts';
import { type Call, callsOf, clientFor, type Trial } from './trial.ts';

interface Options extends Trial {
  /** Where the vendor does not say in `Retry-After` how long to wait. */
  readonly tooMany?: TooMany;
}

/**
 * Holds a whole connector to what has to happen when its system answers badly.
 *
 * Call it once per connector. Whatever the platform can ask of it (`check`, `find`, `list`, every action,
 * tickets, records, people) is tried with each bad ending at each of its requests: a list may break on its last
 * page. Each has to fail as the
 * kind of failure to which the engine has an answer, and never to tell a secret or a person. What the
 * system only said it did is planned again. Where a person has to do it, the reading alone is tried.
 */
export function failsWell(connector: AnyConnector, options: Options): void {
  describe(`${connector.name} fails well`, () => {
    const counted = new Map<string, number | null>();
    for (const ending of badEndings(options.tooMany)) {
      it(`when it is answered ${ending.name}`, async () => {
        assert.deepEqual(await complaints(connector, options, ending, counted), []);
      });
    }
    it('when it is told that something was done which was not', async () => {
      assert.deepEqual(await believed(connector, options), []);
    });
  });
}

/**
 * What is wrong with how the connector fails, one sentence each. `counted`: how many requests each call makes, by its
 * name, so that other endings need not count again.
 */
export async function complaints(
  connector: AnyConnector,
  trial: Trial,
  ending: BadEnding,
  counted = new Map<string, number | null>(),
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const call of callsOf(connector, trial)) {
    const known = counted.get(call.name);
    const total = known === undefined ? await requestsOf(connector, trial, call) : known;
    counted.set(call.name, total);
    if (total === null) continue;
    if (total === 0) found.push(`${call.name}: asks the system nothing`);
    // The call ends badly from its nth request on; n counts from 1.
    const last = ending.everywhere ? Math.min(total, 1) : total;
    for (let nth = 1; nth <= last; nth++) {
      const complaint = await tried(connector, trial, call, ending, { nth, total });
      if (complaint) found.push(`${call.name}, request ${nth} of ${total}: ${complaint}`);
    }
  }
  return found;
}

/** How many requests a call makes when all goes well; null: it is none of ours. */
async function requestsOf(
  connector: AnyConnector,
  trial: Trial,
  call: Call,
): Promise<number | null> {
  forgetTokens();
  const system = await trial.system(call.of);
  const wire = breakable(system.fetch);
  const run = await call.prepare(clientFor(connector, trial, wire.fetch));
  if (!run) return null;
  wire.breakFrom(Number.POSITIVE_INFINITY, () => new Error('never'));
  await run();
  return wire.asked();
}

async function tried(
  connector: AnyConnector,
  trial: Trial,
  call: Call,
  ending: BadEnding,
  { nth, total }: { nth: number; total: number },
): Promise<string | null> {
  // A token that was kept from before would be one request less than were counted.
  forgetTokens();
  const system = await trial.system(call.of);
  const wire = breakable(system.fetch);
  const client = clientFor(connector, trial, wire.fetch);
  const run = await call.prepare(client);
  if (!run) return null;
  // What looks good is believed at once, so it comes alone; what is out of order stays so for a while.
  if (ending.looksGood) wire.breakOnly(nth, ending.end);
  else wire.breakFrom(nth, ending.end);
  let isLeft = false;
  const thrown = await run().then(
    (read) => {
      // What is gone, or out of our sight, is left to a person: nothing is claimed.
      const means = ending.everywhere && call.means?.(client, read);
      isLeft = means === 'blocked' || means === 'by-hand';
      return null;
    },
    (reason: unknown) => reason,
  );
  wire.mend();

  if (isLeft) return null;
  if (thrown !== null) return wrongFailure(thrown, { connector, trial, call, ending });
  // What came after an answer that only looked good may have brought the goal about.
  const nothingCame = nth === 1 && (!ending.looksGood || total === 1);
  const stands = nothingCame && call.stands ? await call.stands(client) : null;
  if (stands === 'done') return 'nothing was changed, and it is called done';
  return mayGoOn(call, ending) ? null : `it went on, instead of failing as ${ending.kinds[0]}`;
}

/** Whether a call may end well although this answer came. */
function mayGoOn({ kind }: Call, ending: BadEnding): boolean {
  if (kind === 'reading') return false;
  // What is read back may find its goal reached: 404 for what is to go, 409 for what is there already.
  if (kind === 'changing') return ending.looksGood === true || /^4(04|09|12|22)/.test(ending.name);
  // An answer is all the proof there is: a page for people is none.
  return ending.looksGood === true && ending.name !== 'a page for people';
}

const odd: readonly Failure['kind'][] = ['unexpected', 'unavailable', 'rejected'];

function wrongFailure(
  thrown: unknown,
  {
    connector,
    trial,
    call,
    ending,
  }: { connector: AnyConnector; trial: Trial; call: Call; ending: BadEnding },
): string | null {
  if (!(thrown instanceof ConnectorError)) return `it throws ${String(thrown)}`;
  const { failure } = thrown;
  const { kind, detail } = failure;
  // Whoever goes on without the answer may still find that something does not add up.
  const fits = ending.looksGood && call.kind !== 'reading' ? odd : ending.kinds;
  if (!fits.includes(kind)) {
    return `it fails as ${kind} (${detail}), which should be ${fits.join(' or ')}`;
  }
  if (kind === 'rate-limited' && ending.retryAfterMs !== undefined) {
    // A moment in place of a span may be rounded to the second.
    const off = Math.abs(
      failure.kind === 'rate-limited' ? failure.retryAfterMs - ending.retryAfterMs : 0,
    );
    if (off > 1_500) return `it wants to wait something else than ${ending.retryAfterMs} ms`;
  }
  if (kind === 'forbidden' && !call.scopes?.length && !detail.includes(wordsOfTheSystem)) {
    return `neither scopes nor the words of the system say what is missing: ${detail}`;
  }
  const told = [...secretsIn(connector, trial.settings), trial.person?.email ?? '']
    .filter((it) => it !== '')
    .find((it) => detail.includes(it) || detail.includes(encodeURIComponent(it)));
  return told === undefined ? null : `its words tell a secret or a person: ${detail}`;
}

/** What is called done although the system only said so. */
export async function believed(connector: AnyConnector, trial: Trial): Promise<readonly string[]> {
  const found: string[] = [];
  for (const call of callsOf(connector, trial)) {
    if (!call.stands) continue;
    const truth = await trial.system(call.of);
    // It answers every change as it should, and what it changes is never seen again.
    const pretence = await trial.system(call.of);
    let isLying = false;
    const fetch: typeof globalThis.fetch = (input, init) => {
      const request = new Request(input, init);
      const reads = request.method === 'GET' || request.method === 'HEAD';
      return (isLying && !reads ? pretence : truth).fetch(request);
    };
    const client = clientFor(connector, trial, fetch);
    const run = await call.prepare(client);
    if (!run) continue;
    isLying = true;
    // That the connector sees through it is fine as well.
    const unmasked = await run().then(
      () => null,
      (thrown: unknown) => thrown,
    );
    isLying = false;
    if (unmasked !== null && !(unmasked instanceof ConnectorError)) {
      found.push(`${call.name} throws ${String(unmasked)}`);
    }
    const stands = await call.stands(client).catch((thrown: unknown) => {
      if (thrown instanceof ConnectorError) return thrown.failure.kind;
      throw thrown;
    });
    if (stands === 'done') found.push(`${call.name} is called done, and nothing was changed`);
  }
  return found;
}
