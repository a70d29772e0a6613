import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { grow, leafHash, rootOf } from '#core/proof.ts';
import { canonical } from './canonical.ts';
import { approvalChallenge, stepDigest } from './digest.ts';
import { digestOf, disclosureOf, readDisclosure } from './disclosure.ts';
import { base64url, sha256 } from './hash.ts';

/** Three leaves of one case, to the byte; other people's tools were given the same ones. */
const vectors = [
  '{"_sd":["mZ6tY_9JRtYF2Be0dtkg-xdZ5FQgcqbGXrgd-b598-U"],"_sd_alg":"sha-256","actor":{"auth":"none","id":"hris_1","kind":"source"},"at":"2026-11-23T05:42:20.000Z","case":"01KAR0000000000000000000C1","case_seq":1,"data":{"kind":"departure","steps":1},"id":"01KAR0000000000000000000E1","row":"cases/01KAR0000000000000000000C1@1","target":{"ref":"p_7f3a"},"type":"case.opened","v":1}',
  '{"actor":{"auth":"none","id":"worker","kind":"system"},"at":"2026-11-23T05:42:20.500Z","case":"01KAR0000000000000000000C1","case_prev":"2Ig8knX6Addp9mBPN-iZ8eeIv5jEWL249McqRb9evEc","case_seq":2,"id":"01KAR0000000000000000000E2","row":"steps/01KAR0000000000000000000S1@2","step":{"attempt":1,"capability":"account.suspend","connection":"okta-prod","id":"01KAR0000000000000000000S1"},"target":{"ref":"p_7f3a","system":"okta-prod"},"type":"step.intended","v":1}',
  '{"actor":{"auth":"none","id":"worker","kind":"system"},"at":"2026-11-23T05:42:21.113Z","case":"01KAR0000000000000000000C1","case_prev":"MmKH49FlNliCCKAhgMkDKrDhtctIIJztsUhgUg4QbGo","case_seq":3,"grade":"verified","id":"01KAR0000000000000000000E3","remote":{"date":"2026-11-23T05:42:20Z"},"row":"steps/01KAR0000000000000000000S1@3","step":{"attempt":1,"capability":"account.suspend","connection":"okta-prod","id":"01KAR0000000000000000000S1"},"target":{"ref":"p_7f3a","system":"okta-prod"},"type":"step.verified","v":1}',
] as const;

const leaves = vectors.map((text) => Buffer.from(text, 'utf8'));
const hashes = leaves.map((leaf) => leafHash(sha256, leaf));
const nothing = () => new Uint8Array();

describe('the published vectors', () => {
  it('have these lengths and leaf hashes', () => {
    assert.deepEqual(
      leaves.map((leaf) => leaf.length),
      [378, 458, 518],
    );
    assert.deepEqual(
      hashes.map((hash) => Buffer.from(hash).toString('hex')),
      [
        'd8883c9275fa01d769f6604f37e899f1e788bf98c458bdb8f4c72a45bf5ebc47',
        '326287e3d16536588208a02180c9032ab0e1b5cb48209cedb14860520e106c6a',
        '4e95002bf63e3d1b59633b3f243470121847dbd60f323f05ba819ede06f70179',
      ],
    );
  });

  it('are their own canonical form', () => {
    for (const leaf of leaves)
      assert.equal(canonical(JSON.parse(leaf.toString())), leaf.toString());
  });

  it('name the fact before them', () => {
    for (const i of [1, 2]) {
      assert.equal(JSON.parse(vectors[i]!).case_prev, base64url(hashes[i - 1]!));
    }
  });

  it('have these roots, and this tile', () => {
    const tiles = grow(sha256, 0, nothing, hashes);
    const root = (size: number) =>
      Buffer.from(rootOf(sha256, size, () => tiles[0]!.hashes)).toString('base64');

    assert.equal(root(2), 'CFqVt4WHFg4psxbVeMWVycY/getVRk2mmBbs8FWYgYw=');
    assert.equal(root(3), 'MQB0vwIUAF1MNM0akh6CuW31lSmaC9RMJxCb3k1AfM0=');
    assert.equal(tiles.length, 1);
    assert.equal(
      sha256(tiles[0]!.hashes).toString('hex'),
      'feadda42d1b0d37889389d02125be2c8a7f301257f0faafecfa31efa9f89ba00',
    );
  });

  it('disclose an address', () => {
    const salt = Buffer.from('AAECAwQFBgcICQoLDA0ODw', 'base64url');
    assert.deepEqual(disclosureOf('subject.email', 'jane@acme.example', salt), {
      name: 'subject.email',
      text: 'WyJBQUVDQXdRRkJnY0lDUW9MREEwT0R3Iiwic3ViamVjdC5lbWFpbCIsImphbmVAYWNtZS5leGFtcGxlIl0',
      digest: 'mZ6tY_9JRtYF2Be0dtkg-xdZ5FQgcqbGXrgd-b598-U',
    });
  });

  it('include the one of RFC 9901', () => {
    const text = 'WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0';
    assert.equal(digestOf(text), 'X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0');
    assert.deepEqual(readDisclosure(text), { name: 'family_name', value: 'Möbius' });
  });
});

describe('canonical JSON', () => {
  it('writes numbers, strings and literals as RFC 8785 does', () => {
    const value = {
      numbers: JSON.parse('[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001]'),
      string: '\u20ac$\u000f\nA\'B"\\\\"/',
      literals: [null, true, false],
    };
    assert.equal(
      canonical(value),
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it('sorts keys by UTF-16 code units', () => {
    const value = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    };
    assert.deepEqual(Object.values(JSON.parse(canonical(value))).slice(1), [
      'Carriage Return',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ]);
  });
});

describe('the digest of a plan', () => {
  const plan = {
    account: { id: '00u1', login: 'jane@acme.example' },
    capability: 'account.suspend',
    change: { to: 'suspended' },
    connection: 'okta-prod',
    params: {},
    state: { status: 'active', score: 0.5 },
    step: '01KAR0000000000000000000S1',
    summary: 'Suspend jane@acme.example',
  };

  it('does not depend on the order of keys, nor on a way through the database', () => {
    const { state, ...rest } = plan;
    assert.equal(stepDigest({ state, ...rest }), stepDigest(plan));
    assert.equal(stepDigest(JSON.parse(JSON.stringify(plan))), stepDigest(plan));
  });

  it('differs when anything differs that the approver saw', () => {
    assert.notEqual(
      stepDigest({ ...plan, state: { status: 'locked', score: 0.5 } }),
      stepDigest(plan),
    );
    assert.notEqual(stepDigest({ ...plan, summary: 'Suspend somebody' }), stepDigest(plan));
  });

  it('is SHA-256 over its heading and the canonical plan', () => {
    const bytes = Buffer.concat([Buffer.from('gatehouse/plan@1\n'), Buffer.from(canonical(plan))]);
    assert.equal(stepDigest(plan), base64url(sha256(bytes)));
  });
});

describe('what a passkey signs to decide', () => {
  const id = '00112233-4455-6677-8899-aabbccddeeff';
  const digest = Buffer.alloc(32, 7);

  it('is SHA-256 over its heading, the approval, the plan and the decision', () => {
    const bytes = (decision: number) =>
      Buffer.concat([
        Buffer.from('gatehouse/approval@1\n'),
        Buffer.from('00112233445566778899aabbccddeeff', 'hex'),
        digest,
        Buffer.of(decision),
      ]);
    assert.equal(approvalChallenge(id, digest, true), base64url(sha256(bytes(1))));
    assert.equal(approvalChallenge(id, digest, false), base64url(sha256(bytes(0))));
  });
});
