import { once } from 'node:events';
import { createConnection } from 'node:net';

interface Sign {
  readonly port: number;
  readonly login: string;
  readonly password: string;
}

/**
 * Just enough of IMAP (RFC 9051) to be a mail program that stays signed in. Throws when it is not let in.
 */
export async function openImap({ port, login, password }: Sign) {
  const socket = createConnection({ host: '127.0.0.1', port });
  socket.setEncoding('utf8');
  let heard = '';
  let count = 0;
  let isOver = false;
  const wakers = new Set<() => void>();
  const wake = () => {
    for (const waker of wakers) waker();
  };
  socket.on('data', (chunk: string) => {
    heard += chunk;
    wake();
  });
  socket.on('error', () => {}); // its end is what counts
  socket.on('close', () => {
    isOver = true;
    wake();
  });

  /** Waits for a line that begins so, and gives all that came before it too. */
  const until = (start: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = () => {
        const found = new RegExp(`^${start}.*\r\n`, 'm').exec(heard);
        if (!found && !isOver) return;
        wakers.delete(look);
        if (!found) return reject(new Error(`The connection ended: ${heard}`));
        const end = found.index + found[0].length;
        const text = heard.slice(0, end);
        heard = heard.slice(end);
        resolve(text);
      };
      wakers.add(look);
      look();
    });

  async function command(line: string): Promise<string> {
    const tag = `a${++count}`;
    socket.write(`${tag} ${line}\r\n`);
    const answer = await until(`${tag} `);
    if (!answer.includes(`${tag} OK`)) throw new Error(answer.trim());
    return answer;
  }

  await until('\\* OK');
  try {
    await command(`LOGIN ${JSON.stringify(login)} ${JSON.stringify(password)}`);
  } catch (error) {
    socket.destroy();
    throw error;
  }
  return {
    command,
    /** Everything that one mailbox holds, as it came. */
    async mailIn(mailbox: string): Promise<string> {
      await command(`SELECT ${JSON.stringify(mailbox)}`);
      return command('FETCH 1:* BODY.PEEK[]').catch((error: Error) => {
        if (/No matching messages|Invalid messageset/i.test(error.message)) return '';
        throw error;
      });
    },
    /** Resolves once the server has ended the connection. */
    ended: async () => {
      if (!isOver) await once(socket, 'close');
    },
    close() {
      socket.destroy();
    },
  };
}
