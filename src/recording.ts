import type pg from 'pg';
import type pino from 'pino';
import { every } from '#core/every.ts';
import { checkpointLog } from '#ledger/checkpoint-log.ts';
import { startErasing } from '#ledger/erasure.ts';
import { startEvidenceOrders } from '#ledger/evidence-orders.ts';
import { markIn } from '#ledger/mark.ts';
import { openMirror } from '#ledger/mirror.ts';
import { noteMirror } from '#ledger/mirror-state.ts';
import { startScribe } from '#ledger/scribe.ts';
import { openSigner } from '#ledger/signer.ts';
import { openTimeStamps } from '#ledger/time-stamps.ts';
import { witnessing } from '#ledger/witnessing.ts';
import { installationId } from '#store/installation.ts';
import type { Keyring } from '#store/keys.ts';
import { notePulse } from '#store/liveness.ts';
import type { openSubjectKeys } from '#store/subject-keys.ts';
import { forgetOldTaskLinks } from '#store/task-links.ts';
import { openVault } from '#store/vault.ts';
import type { Configuration } from './operate/configuration.ts';
import { mirrorAt } from './operate/mirror.ts';
import { openAuthority } from './operate/time-stamp-authorities.ts';

const hourMs = 3_600_000;
const pulseMs = 15_000;

interface Parts {
  /** Logs in as `gatehouse_scribe`. */
  readonly pool: pg.Pool;
  readonly configuration: Configuration;
  readonly keyring: Keyring;
  readonly keys: ReturnType<typeof openSubjectKeys>;
  readonly log: pino.Logger;
  /** Told once that the record is not the one that was signed. */
  readonly onFork: (because: string) => void;
}

/** The scribe's part: the record with its mirror, time stamps and witnesses, erasure, packs that were asked for, and links that ended. */
export async function startRecording(parts: Parts): Promise<{ stop(): Promise<void> }> {
  const { pool, configuration, keyring, keys, log, onFork } = parts;
  const failed = (what: string) => (error: unknown) => log.error({ error: String(error) }, what);
  const secrets = openVault({ keyring, installation: await installationId(pool) });
  const { mirror: place } = configuration;
  const mirror = place === undefined ? null : openMirror(mirrorAt(place, configuration));
  await noteMirror(pool, mirror);
  const authorities = await Promise.all(configuration.timeStampAuthorities.map(openAuthority));

  const running = [
    startScribe(pool, {
      signer: openSigner({
        secrets,
        mark: markIn(configuration.markDirectory),
        ...(mirror ? { mirror } : {}),
        onMirrorProblem: failed('the mirror cannot be written'),
      }),
      timeStamps: openTimeStamps({
        authorities,
        onError: (error) => log.warn({ error: String(error) }, 'a time stamp is missing'),
      }),
      beside: [
        { start: () => every(pulseMs, () => notePulse(pool, 'scribe').catch(failed('no pulse'))) },
        witnessing(pool, {
          ...configuration.witnessing,
          fetch,
          onError: failed('a witness could not be asked'),
          onProblem: (sentence) => log.warn({}, sentence),
        }),
        checkpointLog(pool, {
          write: (checkpoint) => log.info({ checkpoint }, 'the signed state of the record'),
          onError: failed('the checkpoint could not be logged'),
        }),
      ],
      onError: failed('the scribe failed'),
      onFork,
    }),
    startErasing(pool, { onError: failed('an erasure failed') }),
    startEvidenceOrders({ pool, keys, onError: failed('an evidence pack failed') }),
    every(hourMs, () => forgetOldTaskLinks(pool).catch(failed('old links could not be forgotten'))),
  ];
  return {
    async stop() {
      for (const it of running.toReversed()) await it.stop();
    },
  };
}
