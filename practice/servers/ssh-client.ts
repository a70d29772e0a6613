import { connect } from 'node:net';
import ssh2 from 'ssh2';

/** Signs in as somebody does from their own machine; throws when sshd refuses. */
export async function signIn(
  port: number,
  name: string,
  by: { readonly privateKey: string } | { readonly password: string },
) {
  const client = new ssh2.Client();
  const ended = new Promise<void>((resolve) => client.once('close', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    client.once('ready', resolve);
    client.on('error', reject);
    client.on('close', () => reject(new Error('sshd hung up')));
    client.connect({
      ...{ sock: connect({ host: '127.0.0.1', port, noDelay: true }), username: name },
      readyTimeout: 60_000,
      ...by,
      authHandler: ['privateKey' in by ? 'publickey' : 'password'],
    });
  });
  return {
    /** Settles once the host has ended it. */
    ended,
    /** Starts a command that stays. */
    start: (command: string) =>
      new Promise<void>((resolve, reject) => {
        client.exec(command, (error, channel) => {
          if (error) return reject(error);
          channel.resume();
          channel.stderr.resume();
          resolve();
        });
      }),
    leave: () => client.destroy(),
  };
}
