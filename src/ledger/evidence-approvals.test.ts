import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { isoCBOR } from '@simplewebauthn/server/helpers';
import { ulid } from 'ulid';
import { makePasskey, type SoftwarePasskey } from '#app/testing/passkey.ts';
import { inSigningOrder } from '#core/approval.ts';
import { checkPack, type PackFiles } from '#core/evidence-check.ts';
import type { Assertion } from '#core/passkey.ts';
import { Trust } from '#core/trust.ts';
import { inSnapshot, inTransaction } from '#store/sql.ts';
import { keepOpenBlob } from './blob.ts';
import { approvalChallenge, approvalsChallenge } from './digest.ts';
import { evidenceOf } from './evidence.ts';
import { base64url, sha256 } from './hash.ts';
import { verifySignature } from './log-keys.ts';
import type { Fact } from './record.ts';
import { opened, sealed, somebody, verified } from './testing/ledger.ts';
import { type SignedLog, startSignedLog } from './testing/signed-log.ts';

const ourPage = { origin: 'https://gatehouse.example', rpId: 'gatehouse.example' };
const ivy = { kind: 'person', id: 'u_ivy', auth: 'webauthn' } as const;
const sam = { kind: 'person', id: 'u_sam', auth: 'webauthn' } as const;
const worker = { kind: 'system', id: 'worker', auth: 'none' } as const;
const plan = base64url(sha256(Buffer.from('delete her account')));
const otherPlan = base64url(sha256(Buffer.from('delete another account')));

/** What is otherwise than it should be in a departure whose account was deleted. */
interface Otherwise {
  readonly openedBy?: Fact['actor'];
  readonly retriedBy?: Fact['actor'];
  /** Null: nobody signs. */
  readonly assertion?: (approval: string) => Assertion | null;
  /** Left out, of these facts. */
  readonly without?: readonly string[];
  readonly grantedPlan?: string;
  readonly endedBefore?: boolean;
  readonly expires?: string;
  readonly approver?: string;
  /** What the signature says it is for, beside this approval. */
  readonly together?: (approval: string) => readonly string[];
  /** It was asked of two; the second one is who. */
  readonly second?: { readonly actor: Fact['actor']; readonly passkey: SoftwarePasskey };
  readonly needsTwo?: boolean;
}

describe('what an evidence pack shows of approvals', () => {
  let log: SignedLog;
  let passkey: SoftwarePasskey;
  let sams: SoftwarePasskey;

  const signed = (of: string, by = plan) =>
    passkey.sign(approvalChallenge(of, Buffer.from(by, 'base64url'), true), ourPage);

  /** States a departure whose account was deleted, and what led to it; returns its case. */
  async function departure(it: Otherwise = {}): Promise<string> {
    const { ledger } = log;
    const [caseId, approval, person] = [ulid(), randomUUID(), somebody()];
    const step = { id: ulid(), attempt: 1, capability: 'account.delete', connection: 'crm' };
    const about = { approval, step: step.id };
    const expires = it.expires ?? '2999-01-01T00:00:00.000Z';
    const approver = { ...ivy, id: it.approver ?? ivy.id };
    const assertion = (it.assertion ?? signed)(approval);
    const blob = assertion
      ? await inTransaction(ledger.pools.web, (tx) =>
          keepOpenBlob(tx, Buffer.from(JSON.stringify(assertion))),
        )
      : null;
    const state = async (role: 'web' | 'worker', ...facts: Fact[]) =>
      ledger.state(role, ...facts.filter(({ type }) => !it.without?.includes(type)));

    await state('worker', { ...opened(caseId), ...(it.openedBy ? { actor: it.openedBy } : {}) });
    if (it.retriedBy) {
      await state('web', { type: 'step.retried', actor: it.retriedBy, caseId, step });
    }
    await state('worker', {
      type: 'approval.requested',
      actor: worker,
      caseId,
      plan,
      data: {
        ...about,
        action: 'account.delete',
        expires,
        ...(it.needsTwo ? { approvers: 2 } : {}),
      },
    });
    const together = it.together?.(approval);
    await state('web', {
      type: 'approval.granted',
      actor: approver,
      caseId,
      plan: it.grantedPlan ?? plan,
      data: {
        ...about,
        credential_id: passkey.id,
        expires,
        ...(together ? { together } : {}),
      },
      ...(blob ? { evidence: [{ kind: 'assertion', ...blob }] } : {}),
    });
    if (it.second) {
      const { actor, passkey: theirs } = it.second;
      const own = approvalChallenge(approval, Buffer.from(plan, 'base64url'), true);
      const bytes = Buffer.from(JSON.stringify(theirs.sign(own, ourPage)));
      const kept = await inTransaction(ledger.pools.web, (tx) => keepOpenBlob(tx, bytes));
      await state('web', {
        type: 'approval.granted',
        actor,
        caseId,
        plan,
        data: { ...about, credential_id: theirs.id, expires },
        evidence: [{ kind: 'assertion', ...kept }],
      });
    }
    if (it.endedBefore) {
      const data = { ...about, reason: 'digest-differs' };
      await state('worker', { type: 'approval.voided', actor: worker, caseId, plan, data });
    }
    await state(
      'worker',
      {
        type: 'step.intended',
        actor: worker,
        caseId,
        step,
        plan,
        data: { deadline: new Date().toISOString(), approval },
      },
      { type: 'approval.consumed', actor: worker, caseId, plan, data: about },
    );
    await state('worker', verified(caseId, person, { step }));
    await state('worker', sealed(caseId, 1));
    return caseId;
  }

  async function packOf(caseId: string, personal = true): Promise<PackFiles> {
    await log.ledger.sequenceAll();
    await log.signer.sign(log.ledger.pools.scribe);
    const found = await inSnapshot(log.ledger.pools.scribe, (db) =>
      evidenceOf(db, personal ? log.ledger.keys : null, caseId),
    );
    assert.ok(found.kind === 'pack');
    return found.files;
  }

  const check = (files: PackFiles) => {
    const trust = Trust.parse(JSON.parse(Buffer.from(files.get('trust.json')!).toString()));
    return checkPack(files, { sha256, verify: verifySignature, trust, checkStamp: null });
  };
  const failure = async (it: Otherwise) => (await check(await packOf(await departure(it)))).fails;

  before(async () => {
    log = await startSignedLog();
    passkey = makePasskey();
    sams = makePasskey();
    for (const [actor, theirs] of [
      [ivy, passkey],
      [sam, sams],
    ] as const) {
      await log.ledger.state('web', {
        type: 'passkey.registered',
        actor,
        data: {
          user: actor.id,
          credential_id: theirs.id,
          public_key: base64url(keyIn(theirs)),
          rp_id: ourPage.rpId,
        },
      });
    }
  });
  after(() => log.stop());

  it('holds the signature of the passkey, and checks it; also where personal values are left out', async () => {
    const caseId = await departure();
    for (const personal of [true, false]) {
      const files = await packOf(caseId, personal);
      const { fails, holds } = await check(files);
      assert.equal(fails, null);
      const approvals = holds.find(({ name }) => name === 'approvals');
      assert.match(approvals!.detail, /^acts that needed one: 1, .* by the passkey of another/);
      assert.ok([...files.keys()].some((name) => name.startsWith('blobs/')));
    }
  });

  const ofAnother = () => approvalChallenge(randomUUID(), sha256(Buffer.from('x')), true);
  const listWith = (of: string) => inSigningOrder([own(of), ...anotherTwo]);
  const own = (of: string) => approvalChallenge(of, Buffer.from(plan, 'base64url'), true);
  const anotherTwo = [ofAnother(), ofAnother()];
  const signedWithOthers = (of: string) => passkey.sign(approvalsChallenge(listWith(of)), ourPage);

  it('holds one signature for several approvals, in the pack of each', async () => {
    const caseId = await departure({ assertion: signedWithOthers, together: listWith });
    assert.equal((await check(await packOf(caseId))).fails, null);
  });

  it('holds the signatures of both where it was asked of two', async () => {
    const second = { actor: sam, passkey: sams };
    const files = await packOf(await departure({ needsTwo: true, second }));
    const { fails, holds } = await check(files);
    assert.equal(fails, null);
    const approvals = holds.find(({ name }) => name === 'approvals');
    assert.match(approvals!.detail, /another person; 1 of them by two people$/);
  });

  const wrong: Readonly<Record<string, [Otherwise | (() => Otherwise), RegExp]>> = {
    'a signature about another plan': [
      { assertion: (of) => signed(of, otherPlan) },
      /about another plan, another approval or another decision/,
    ],
    'a signature about another approval': [
      { assertion: () => signed(randomUUID()) },
      /about another plan, another approval or another decision/,
    ],
    'a signature that denies': [
      {
        assertion: (of) =>
          passkey.sign(approvalChallenge(of, Buffer.from(plan, 'base64url'), false), ourPage),
      },
      /another decision/,
    ],
    'a signature by another passkey': [
      {
        assertion: (of) =>
          makePasskey().sign(approvalChallenge(of, Buffer.from(plan, 'base64url'), true), ourPage),
      },
      /is by another passkey/,
    ],
    'a signature by another passkey under the name of the first': [
      {
        assertion: (of) => {
          const challenge = approvalChallenge(of, Buffer.from(plan, 'base64url'), true);
          return { ...makePasskey().sign(challenge, ourPage), id: passkey.id };
        },
      },
      /was not signed by the passkey that was registered/,
    ],
    'a signature with one bit turned around': [
      {
        assertion: (of) => {
          const it = structuredClone(signed(of));
          const bytes = Buffer.from(it.response.signature, 'base64url');
          bytes[bytes.length - 1]! ^= 1;
          it.response.signature = base64url(bytes);
          return it;
        },
      },
      /was not signed by the passkey that was registered/,
    ],
    'a signature without its owner': [
      {
        assertion: (of) => {
          const challenge = approvalChallenge(of, Buffer.from(plan, 'base64url'), true);
          return passkey.sign(challenge, ourPage, { userVerified: false });
        },
      },
      /does not say that its owner was there/,
    ],
    'a signature on another site': [
      {
        assertion: (of) =>
          passkey.sign(approvalChallenge(of, Buffer.from(plan, 'base64url'), true), {
            ...ourPage,
            origin: 'https://evil.example',
          }),
      },
      /was made on another site than gatehouse\.example/,
    ],
    'a signature for several that is said to be for this one alone': [
      { assertion: signedWithOthers },
      /about another plan, another approval or another decision/,
    ],
    'a signature for this one alone that is said to be for several': [
      { together: listWith },
      /about another plan, another approval or another decision/,
    ],
    'a signature for several others': [
      {
        assertion: () => passkey.sign(approvalsChallenge(inSigningOrder(anotherTwo)), ourPage),
        together: () => inSigningOrder(anotherTwo),
      },
      /the signature of its approval is for others, and not for it/,
    ],
    'a signature for several to which this one was added': [
      {
        assertion: () => passkey.sign(approvalsChallenge(inSigningOrder(anotherTwo)), ourPage),
        together: (of) => inSigningOrder([own(of), ...anotherTwo]),
      },
      /about another plan, another approval or another decision/,
    ],
    'one approval where it takes two': [
      { needsTwo: true },
      /it needed the approval of two people, and one had approved it/,
    ],
    'two approvals by one person where it takes two': [
      () => ({ needsTwo: true, second: { actor: ivy, passkey } }),
      /it needed the approval of two people, and one had approved it/,
    ],
    'a second approval by whoever opened the departure': [
      () => ({ needsTwo: true, openedBy: sam, second: { actor: sam, passkey: sams } }),
      /whoever approved it had asked for it/,
    ],
    'a second approval with the passkey of the first': [
      () => ({ needsTwo: true, second: { actor: sam, passkey } }),
      /no passkey of whoever approved it had been registered before/,
    ],
    'no signature': [{ assertion: () => null }, /the signature of its approval is missing/],
    'an approval by whoever opened the departure': [
      { openedBy: ivy },
      /whoever approved it had asked for it/,
    ],
    'an approval by whoever had the step tried again': [
      { retriedBy: ivy },
      /whoever approved it had asked for it/,
    ],
    'an approval by somebody with the passkey of another': [
      { approver: 'u_eve' },
      /no passkey of whoever approved it had been registered before/,
    ],
    'no approval': [{ without: ['approval.granted'] }, /nobody had approved it/],
    'an approval of another plan': [{ grantedPlan: otherPlan }, /is another plan than the one/],
    'an approval that was not used': [
      { without: ['approval.consumed'] },
      /its approval was not used for it/,
    ],
    'an approval that was void': [{ endedBefore: true }, /its approval had ended before/],
    'an approval that had run out': [
      { expires: '2020-01-01T00:00:00.000Z' },
      /its approval had run out/,
    ],
    'no word on what became of it': [
      { without: ['step.verified'] },
      /no fact says what came of it/,
    ],
  };
  for (const [what, [otherwise, words]] of Object.entries(wrong)) {
    it(`does not hold with ${what}`, async () => {
      const fails = await failure(typeof otherwise === 'function' ? otherwise() : otherwise);

      assert.match(fails?.detail ?? 'it holds', words);
      assert.ok(['approvals', 'grades'].includes(fails!.name));
    });
  }

  it('does not hold once the file of the signature was taken out', async () => {
    const files = new Map(await packOf(await departure()));
    for (const name of files.keys()) if (name.startsWith('blobs/')) files.delete(name);
    assert.match((await check(files)).fails!.detail, /the signature of its approval is missing/);
  });

  it('does not hold where the seal counts more than there is', async () => {
    const caseId = ulid();
    await log.ledger.state('worker', opened(caseId), verified(caseId, somebody()));
    await log.ledger.state('worker', sealed(caseId, 2));
    const { fails } = await check(await packOf(caseId));
    assert.match(fails!.detail, /The seal counts 2 steps as verified, and the facts show 1/);
  });
});

/** The key that a new passkey hands over, in COSE. */
function keyIn(passkey: SoftwarePasskey): Uint8Array {
  const { attestationObject } = passkey.attest('AAAA', ourPage).response;
  const object = isoCBOR.decodeFirst<Map<string, Uint8Array>>(
    new Uint8Array(Buffer.from(attestationObject, 'base64url')),
  );
  const data = Buffer.from(object.get('authData')!);
  return data.subarray(37 + 16 + 2 + data.readUInt16BE(37 + 16));
}
