import { z } from 'zod';
import { byId } from '#connector-kit/by-id.ts';
import { blocked, change, done, type Plan } from '#connector-kit/contract.ts';
import { namesOf } from '#connector-kit/names-of.ts';
import type { Iam } from './api.ts';

/** All that opens a user beside the password: how it is listed, called and named in a request. */
export const credentialKinds = {
  'access-key': {
    ...{ thing: 'AccessKey', id: 'AccessKeyId', called: 'access key' },
    ...{ list: 'ListAccessKeys', at: 'AccessKeyMetadata' },
  },
  'ssh-key': {
    ...{ thing: 'SSHPublicKey', id: 'SSHPublicKeyId', called: 'SSH key' },
    ...{ list: 'ListSSHPublicKeys', at: 'SSHPublicKeys' },
  },
  // Git credentials, and long-term API keys of single services such as Bedrock.
  service: {
    ...{
      thing: 'ServiceSpecificCredential',
      id: 'ServiceSpecificCredentialId',
      called: 'credential of',
    },
    ...{ list: 'ListServiceSpecificCredentials', at: 'ServiceSpecificCredentials' },
  },
  certificate: {
    ...{ thing: 'SigningCertificate', id: 'CertificateId', called: 'signing certificate' },
    ...{ list: 'ListSigningCertificates', at: 'Certificates' },
  },
} as const;
const kinds = Object.keys(credentialKinds) as (keyof typeof credentialKinds)[];

export const Credential = z.strictObject({
  kind: z.enum(['access-key', 'ssh-key', 'service', 'certificate']),
  /** Ids are no secrets: AWS shows them in logs. */
  id: z.string(),
  name: z.string(),
  active: z.boolean(),
});
export type Credential = z.infer<typeof Credential>;
type Known = Pick<Credential, 'kind' | 'id'>;

/** What is to become of credentials. */
export interface CredentialMoves {
  readonly to: 'inactive' | 'active' | 'gone';
  readonly credentials: readonly Known[];
}

export async function credentialsOf(iam: Iam, userName: string): Promise<Credential[]> {
  const found: Credential[] = [];
  for (const kind of kinds) found.push(...(await iam.credentialsOf(userName, kind)));
  return found.sort(byId);
}

/** Whether anything lets somebody in as this user. Asks no more than it has to. */
export async function isOpen(iam: Iam, userName: string): Promise<boolean> {
  for (const kind of kinds) {
    if ((await iam.credentialsOf(userName, kind)).some(({ active }) => active)) return true;
    // A password is the next likely thing after an access key.
    if (kind === 'access-key' && (await iam.hasPassword(userName))) return true;
  }
  return false;
}

export async function move(iam: Iam, userName: string, { to, credentials }: CredentialMoves) {
  for (const it of credentials) {
    if (to === 'gone') await iam.removeCredential(userName, it);
    else await iam.setCredential(userName, it, to === 'active');
  }
}

const known = (all: readonly Credential[]): readonly Known[] =>
  all.map(({ kind, id }) => ({ kind, id }));

export const activeIn = (credentials: readonly Credential[]) =>
  credentials.filter((it) => it.active);

export const moveTo = (
  to: CredentialMoves['to'],
  credentials: readonly Credential[],
): CredentialMoves => ({
  to,
  credentials: known(credentials),
});

/** Those that were active are active again. What was deleted in between nobody can bring back. */
export function planCredentialsBack(
  now: readonly Credential[],
  before: readonly Credential[],
): Plan<CredentialMoves> {
  const present = new Map(now.map((it) => [it.id, it]));
  const was = activeIn(before);
  const asleep = was.filter(({ id }) => present.get(id)?.active === false);
  if (asleep.length > 0)
    return change(`Make ${namesOf(asleep)} active again.`, moveTo('active', asleep));
  const gone = was.filter(({ id }) => !present.has(id));
  return gone.length === 0
    ? done('What was active is active again.')
    : blocked(
        `Deleted, and not to be brought back: ${namesOf(gone)}. Make new ones in the console.`,
      );
}
