import { isIP, isIPv4 } from 'node:net';
import { z } from 'zod';
import { secret, severalLines, text } from '#connector-kit/fields.ts';
import { listedLogins, loginDomain } from '#connector-kit/login-names.ts';

const hostName = (title: string, description: string) =>
  text(title, description).regex(
    /^([A-Za-z0-9._-]+|[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*)$/,
    'Only the name or the address: no port.',
  );
const port = (usually: number) =>
  z.int().min(1).max(65_535).default(usually).meta({ title: 'Port' });

const accessServer = z.strictObject({
  nas: z
    .string()
    .trim()
    .refine((it) => isIP(it) !== 0, 'An IP address, as accounting has it.')
    .meta({ title: 'Address in accounting', description: 'Its NAS-IP-Address' }),
  host: hostName(
    'Reached at',
    'Only where it takes Disconnect-Requests at another address, or another server passes them on',
  ).optional(),
  port: port(3799),
});
export type AccessServer = z.infer<typeof accessServer>;

/** A table of PostgreSQL, with its schema or without. */
const tableName = z
  .string()
  .regex(/^([A-Za-z_][A-Za-z0-9_]*\.)?[A-Za-z_][A-Za-z0-9_]*$/, 'A name such as radacct.')
  .default('radacct');

export const settings = z
  .strictObject({
    accessServers: z
      .array(accessServer)
      .min(1)
      .max(1_000)
      .refine((all) => new Set(all.map(({ nas }) => nas)).size === all.length, 'One stands twice.')
      .meta({
        title: 'Access servers',
        description: 'VPN gateways, wireless controllers and switches at which sessions are ended',
      }),
    sharedSecrets: severalLines(
      secret(
        'Shared secrets',
        'For each access server its address in accounting, a blank, and the secret, which holds no blanks itself',
      ),
    ),
    accounting: z
      .strictObject({
        host: hostName('Host', 'The PostgreSQL server that FreeRADIUS writes accounting to'),
        port: port(5432),
        database: text('Database', 'Usually radius'),
        user: text('User', 'May read the table and nothing else'),
        table: tableName.meta({ title: 'Table' }),
        tls: z.enum(['yes', 'no']).default('yes').meta({
          title: 'Encryption',
          description: 'no: only on this machine or inside your own network',
        }),
      })
      .meta({ title: 'Accounting' }),
    accountingPassword: secret('Password for accounting', 'Of that user of PostgreSQL'),
    sendsStops: z.enum(['yes', 'no']).default('yes').meta({
      title: 'Access servers report the end of sessions',
      description:
        'no: theirs is the last word. A session counts as ended, though not as verified, once its access server says so',
    }),
    loginDomain: loginDomain.optional(),
    windowsDomain: z
      .string()
      .trim()
      .regex(/^[A-Za-z0-9._-]{1,255}$/, 'A name such as ACME.')
      .meta({
        title: 'Windows domain',
        description: 'ACME: whoever is known as ada signs in as ACME\\ada as well',
      })
      .optional(),
    accounts: listedLogins(z.string().trim().min(1).max(253)).default([]),
  })
  .refine(
    (it) =>
      it.windowsDomain === undefined || it.loginDomain !== undefined || it.accounts.length > 0,
    {
      path: ['windowsDomain'],
      error: 'It goes before login names; say as well where those come from.',
    },
  );
export type Settings = z.infer<typeof settings>;

/** `host:port`, as the guard compares it. */
export const placeOf = (host: string, port: number): string =>
  `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;

/** Where an access server takes Disconnect-Requests. */
export const targetOf = ({ nas, host, port }: AccessServer) => ({ host: host ?? nas, port });

/** The secret of each access server, by its address; null: they are no pairs of words. */
export function secretsIn(pairs: string): ReadonlyMap<string, string> | null {
  const words = pairs.trim().split(/\s+/);
  if (words.length % 2 === 1) return null;
  return new Map(words.flatMap((nas, i) => (i % 2 === 0 ? [[nas, words[i + 1]!]] : [])));
}

/** As the attribute NAS-IP-Address carries it; null: it is IPv6, which that attribute cannot. */
export const fourBytesOf = (nas: string): Buffer | null =>
  isIPv4(nas) ? Buffer.from(nas.split('.').map(Number)) : null;
