import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { ulid } from 'ulid';
import { checkEvidence } from '#core/period-check.ts';
import { until } from '#core/testing/until.ts';
import { unpack } from '#core/unpack.ts';
import {
  forgetPeriodEvidence,
  loadEvidenceOrder,
  orderEvidence,
  sealedEvidence,
} from '#store/evidence-orders.ts';
import { openEvidence, startEvidenceOrders } from './evidence-orders.ts';
import { sha256 } from './hash.ts';
import { verifySignature } from './log-keys.ts';
import { opened, sealed, somebody, verified } from './testing/ledger.ts';
import { type SignedLog, startSignedLog } from './testing/signed-log.ts';

describe('evidence of a period that somebody asked for', () => {
  let log: SignedLog;
  let maker: { stop(): Promise<void> };
  const caseId = ulid();
  const errors: unknown[] = [];
  const pools = () => log.ledger.pools;

  const order = async (from: string, to: string) => {
    const { id } = await orderEvidence(pools().web, {
      ...{ id: ulid(), caseId: null, from, to, secret: true, subject: randomUUID() },
      ...{ askedBy: 'u_auditor', personal: false, language: null },
    });
    return id;
  };
  const answered = async (id: string) => {
    await until('an answer', async () => {
      return (await loadEvidenceOrder(pools().web, id))?.status !== 'waiting';
    });
    return (await loadEvidenceOrder(pools().web, id))!;
  };

  before(async () => {
    log = await startSignedLog();
    await pools().admin.query('alter table users disable trigger user');
    await pools().admin.query(
      `insert into users (id, version, name, email, roles) values ('u_auditor', 1, 'A', 'a@x.example', '{auditor}')`,
    );
    await log.ledger.state('worker', opened(caseId), verified(caseId, somebody()));
    await log.ledger.state('worker', sealed(caseId, 1));
    await log.ledger.sequenceAll();
    await log.signer.sign(pools().scribe);
    const { scribe: pool } = pools();
    const { keys } = log.ledger;
    maker = startEvidenceOrders({ pool, keys, onError: (error) => void errors.push(error) }, 20);
  });
  after(async () => {
    await maker.stop();
    await log.stop();
  });

  it('is made by the scribe, sealed by a key of its own, and holds what was sealed in it', async () => {
    const id = await order('2000-01-01', '2999-12-31');
    const made = await answered(id);
    assert.deepEqual([made.status, errors], ['made', []]);

    const ct = (await sealedEvidence(pools().web, id))!;
    const { keys } = log.ledger;
    const bytes = await openEvidence(pools().web, keys, { id, subject: made.subject!, ct });

    assert.equal(sha256(bytes!).toString('base64url'), made.digest);
    const unpacked = unpack(bytes!);
    assert.ok(unpacked.kind === 'files' && unpacked.files.has(`cases/${caseId}/case.json`));
    const how = { sha256, verify: verifySignature, trust: null, checkStamp: null };
    assert.equal((await checkEvidence(unpacked.files, how)).fails, null);
    const other = await openEvidence(pools().web, keys, { id, subject: randomUUID(), ct });
    assert.equal(other, null, 'no other key opens it');
  });

  it('goes when anybody is erased, since they may be in it', async () => {
    const id = await order('2000-01-01', '2999-12-31');
    await answered(id);

    await forgetPeriodEvidence(pools().scribe);

    assert.equal(await loadEvidenceOrder(pools().web, id), null);
  });
});
