import ssh2 from 'ssh2';

const { utils } = ssh2;

/** A pair of SSH keys. Of the Ed25519 ones that ssh2 1.17 makes, one in 250 it cannot read itself: such a one is not used. */
export function makeKeyPair(kind: 'ed25519' | 'rsa' = 'ed25519') {
  for (;;) {
    const pair =
      kind === 'rsa'
        ? utils.generateKeyPairSync('rsa', { bits: 2048 })
        : utils.generateKeyPairSync('ed25519');
    if (!(utils.parseKey(pair.private) instanceof Error)) return pair;
  }
}
