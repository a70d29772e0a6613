import { openAppSecrets } from './app-secrets.ts';
import { openConnectionSecrets } from './connection-secrets.ts';
import { openDataKeys } from './data-keys.ts';
import { openInboxes } from './inbox.ts';
import type { KeyCacheOptions } from './key-cache.ts';
import type { Keyring } from './keys.ts';

export interface VaultOptions extends KeyCacheOptions {
  /** The keys this process may use; what needs another throws a KeyProblem. */
  readonly keyring: Keyring;
  /** The UUID of the installation: what is sealed here opens nowhere else. */
  readonly installation: string;
}

/**
 * Keeps secrets so that the database alone is worth nothing to a thief.
 *
 * Web seals what an administrator types to the worker's public key and cannot read it back;
 * the worker reads the credentials of connections; each role has its own corner for the rest.
 * Rights in the database and the keys a process was given both say so.
 */
export function openVault(options: VaultOptions) {
  const { installation } = options;
  const dataKeys = openDataKeys(options.keyring, options);
  const secrets = openConnectionSecrets(dataKeys, installation);
  const web = openAppSecrets(dataKeys, installation, 'web');
  const signing = openAppSecrets(dataKeys, installation, 'signing');
  return {
    ...secrets,
    ...openInboxes({ dataKeys, keyring: options.keyring, installation, secrets }),
    storeWebSecret: web.store,
    readWebSecret: web.read,
    readWebSecretVersion: web.readVersion,
    readWebSecrets: web.readAll,
    removeWebSecret: web.remove,
    storeSigningSecret: signing.store,
    readSigningSecret: signing.read,
  };
}
