import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { App } from '#app/app.ts';
import { checkHealth } from '#app/health.ts';
import { publicUrlOf } from '#core/public-url.ts';
import { callerAddress } from './caller-address.ts';
import type { Health } from './contract/health.ts';
import { answerHealth, listen } from './listen.ts';
import type { Log } from './request-log.ts';
import { createApi } from './server.ts';

interface Address {
  readonly host: string;
  readonly port: number;
}

export interface StartOptions {
  readonly configuration: {
    readonly listen: Address;
    readonly metricsListen: Address;
    /** Undefined: at the listen address ({@link publicUrlOf}). */
    readonly publicUrl: string | undefined;
    /** Networks whose word about whom they speak for counts. */
    readonly trustedProxies?: readonly string[];
  };
  readonly log: Log;
  /** Default: whether the database answers and a worker runs. */
  readonly health?: () => Promise<Health>;
  /** What was measured, in the text format of Prometheus. Default: nothing was. */
  readonly metrics?: () => Promise<string>;
}

const nothing = async () => '';

export interface RunningApi {
  /** Where the API answers. */
  readonly url: string;
  /** Where `/healthz`, `/readyz` and `/metrics` answer. */
  readonly metricsUrl: string;
  stop(): Promise<void>;
}

/** Starts the API, and beside it the small server for health on its own address. */
export async function startApi(app: App, options: StartOptions): Promise<RunningApi> {
  const { configuration, log, health = () => checkHealth(app), metrics = nothing } = options;
  const api = createApi(app, {
    log,
    publicUrl: publicUrlOf(configuration),
    version: versionOfProgram(),
    health,
  });
  const addressOf = callerAddress(configuration.trustedProxies ?? []);
  const answer = (request: Request, peer: string | undefined) => {
    const address = peer && addressOf(peer, request.headers.get('x-forwarded-for'));
    return api.fetch(request, address ? { address } : {});
  };
  const main = await listen(answer, { ...configuration.listen, log });
  try {
    const watch = await listen(answerHealth(health, metrics), {
      ...configuration.metricsListen,
      log,
    });
    return {
      url: main.url,
      metricsUrl: watch.url,
      async stop() {
        await Promise.all([main.stop(), watch.stop(), app.live.stop()]);
      },
    };
  } catch (error) {
    await main.stop();
    throw error;
  }
}

function versionOfProgram(): string {
  const file = path.join(import.meta.dirname, '../../package.json');
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(file, 'utf8'))).version;
}
