import { isIP } from 'node:net';
import { z } from 'zod';
import { secret, severalLines, text } from '#connector-kit/fields.ts';
import { listedLogins, loginDomain } from '#connector-kit/login-names.ts';

/** What every host keeps to, and what its program accepts as a name. Nothing else is ever sent. */
export const isAccountName = (name: string): boolean =>
  /^[A-Za-z0-9._@][A-Za-z0-9._@-]*$/.test(name);

const hostKey = text(
  'Host key',
  'The line in /etc/ssh/ssh_host_ed25519_key.pub of the host, read on the host itself',
)
  .regex(
    /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]+={0,2}( .*)?$/,
    'A public key such as “ssh-ed25519 AAAA…”, not a fingerprint.',
  )
  .refine((it) => typeInside(it) === it.split(' ')[0], 'The key is not whole, or of another kind.');

const host = z.strictObject({
  host: text('Host', 'Name or address').regex(
    /^([A-Za-z0-9._-]+|[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*)$/,
    'Only the name or the address of the host: no port.',
  ),
  port: z.int().min(1).max(65_535).default(22).meta({ title: 'Port' }),
  hostKey,
});
export type Host = z.infer<typeof host>;

export const settings = z
  .strictObject({
    hosts: z
      .array(host)
      .min(1)
      .max(200)
      .refine((all) => new Set(all.map(nameOf)).size === all.length, 'A host stands there twice.')
      .meta({ title: 'Hosts', description: 'A change counts only when all of them show it' }),
    user: text('User', 'The account of Gatehouse on every host')
      .refine(isAccountName, 'Letters, digits and . _ @ - only.')
      .refine((it) => it !== 'root', 'An account of its own, never root.'),
    privateKey: severalLines(
      secret('Private key', 'Of that account: the file that ssh-keygen made, without a passphrase'),
    ),
    loginDomain: loginDomain.optional(),
    accounts: listedLogins(
      z.string().trim().refine(isAccountName, 'Letters, digits and . _ @ - only.'),
    ).default([]),
    adminGroups: z
      .array(z.string().min(1))
      .default(['root', 'sudo', 'wheel', 'admin', 'docker', 'lxd', 'libvirt'])
      .meta({
        title: 'Groups of administrators',
        description: 'Who is in one of them counts as privileged: their access is cut first',
      }),
  })
  .refine((it) => it.loginDomain !== undefined || it.accounts.length > 0, {
    path: ['loginDomain'],
    error: 'Say how people are found: by the domain of their addresses, or account by account.',
  });
export type Settings = z.infer<typeof settings>;

/** How a host is called in everything that people read. */
export const nameOf = ({ host, port }: Pick<Host, 'host' | 'port'>): string =>
  port === 22 ? host : addressOf({ host, port });

/** `host:port`, as the guard compares it. */
export const addressOf = ({ host, port }: Pick<Host, 'host' | 'port'>): string =>
  `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;

/** The key without its comment, as the host sends it. */
export const keyOf = ({ hostKey }: Pick<Host, 'hostKey'>): Buffer =>
  Buffer.from(hostKey.split(' ')[1]!, 'base64');

/** The kind that a key itself names (RFC 4253, 6.6): a length of four bytes, then the name. */
function typeInside(hostKey: string): string {
  const key = Buffer.from(hostKey.split(' ')[1] ?? '', 'base64');
  return key.length < 4 ? '' : key.subarray(4, 4 + key.readUInt32BE(0)).toString('latin1');
}
