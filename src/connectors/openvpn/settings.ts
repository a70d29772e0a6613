import { z } from 'zod';
import { secret, text } from '#connector-kit/fields.ts';
import { listedLogins, loginDomain } from '#connector-kit/login-names.ts';

export const settings = z
  .strictObject({
    host: text('Host', 'Where the management interface listens; leave empty for a socket')
      .regex(
        /^([A-Za-z0-9._-]+|[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*)$/,
        'Only the name or the address of the host: no port.',
      )
      .optional(),
    port: z.int().min(1).max(65_535).optional().meta({
      title: 'Port',
      description: 'Of the line “management” in the configuration of the server',
    }),
    socket: text(
      'Socket',
      'Where OpenVPN runs on this very machine, such as /run/openvpn-server/office.sock',
    )
      .regex(
        /^(\/var)?\/run\/(openvpn|openvpn-server)\/[A-Za-z0-9_-][A-Za-z0-9._-]*$/,
        'A socket in /run/openvpn or /run/openvpn-server.',
      )
      .optional(),
    password: secret(
      'Password',
      'The one line of the password file that the line “management” names; leave empty for none',
    )
      .regex(/^[^\p{Cc}]{1,120}$/u, 'One line.')
      .optional(),
    door: z.enum(['certificates', 'directory']).meta({
      title: 'What lets people in',
      description:
        'certificates: a person is asked to revoke theirs. directory: name and password of a system that Gatehouse ' +
        'blocks by another connection',
    }),
    loginDomain: loginDomain.optional(),
    accounts: listedLogins(z.string().trim().min(1)).default([]),
  })
  .superRefine(({ host, port, socket }, context) => {
    const complain = (field: string, message: string) =>
      context.addIssue({ code: 'custom', path: [field], message });
    if (socket !== undefined && (host ?? port) !== undefined) {
      complain('socket', 'Enter host and port, or a socket, not both.');
    }
    if (socket !== undefined) return;
    if (host === undefined) complain('host', 'Enter the host, or a socket.');
    if (port === undefined) complain('port', 'Enter the port of the management interface.');
  });
export type Settings = z.infer<typeof settings>;
