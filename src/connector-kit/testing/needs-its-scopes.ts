import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AnyConnector } from '../contract.ts';
import { type ConformingOptions, conforming } from './conforming.ts';
import type { ApiSpec } from './document-operations.ts';
import { failsAs } from './fails-as.ts';
import { type Call, callsOf, clientFor, type Trial } from './trial.ts';

interface Options extends Trial, ConformingOptions {
  /** The vendor's document, which names the scopes of each request. */
  readonly spec: ApiSpec;
}

/**
 * Holds what each action says it needs to the vendor's document: with these scopes it works, and without
 * any one of them it does not.
 */
export function needsItsScopes(connector: AnyConnector, options: Options): void {
  const actions = new Map<string, Call[]>();
  for (const call of callsOf(connector, options)) {
    if (call.of) actions.set(call.of, [...(actions.get(call.of) ?? []), call]);
  }

  describe(`the scopes that ${connector.name} names`, () => {
    for (const [capability, calls] of actions) {
      it(`are enough for ${capability}, and none is too much`, async () => {
        const scopes = calls[0]!.scopes ?? [];
        assert.ok(scopes.length > 0, 'it names none');
        await carriedOut(connector, options, calls, scopes);
        for (const left of scopes) {
          await assert.rejects(
            carriedOut(
              connector,
              options,
              calls,
              scopes.filter((it) => it !== left),
            ),
            failsAs('unexpected', /needs a scope/),
            `${left} is not needed`,
          );
        }
      });
    }
  });
}

async function carriedOut(
  connector: AnyConnector,
  options: Options,
  calls: readonly Call[],
  scopes: readonly string[],
): Promise<void> {
  for (const call of calls) {
    const { fetch } = await options.system(call.of);
    const held = conforming(fetch, options.spec, scopes, options);
    const client = clientFor(connector, options, held);
    const run = await call.prepare(client);
    await run?.();
    await call.stands?.(client);
  }
}
