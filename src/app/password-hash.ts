import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { Problem } from './problem.ts';

const cost = { memory: 64 * 1024, passes: 3, parallelism: 1, tagLength: 32 } as const; // KiB
const saltBytes = 16;
const form = /^\$argon2id\$v=19\$m=65536,t=3,p=1\$([A-Za-z0-9+/]{22})\$([A-Za-z0-9+/]{43})$/;

const derive = promisify(argon2);

/** Each takes 64 MiB and half a second of a core, so that guessing is dear: no more than two at once. */
const mostAtOnce = 2;
const mostWaiting = 20;
let running = 0;
const waiting: (() => void)[] = [];

/** What is kept of a password, in the form that all programs with argon2 read. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes);
  const tag = await tagOf(password, salt);
  return `$argon2id$v=19$m=65536,t=3,p=1$${plain(salt)}$${plain(tag)}`;
}

/** Whether it is this password. `hash` null: there is none, which takes as long to say. */
export async function isPassword(password: string, hash: string | null): Promise<boolean> {
  const [, salt = plain(Buffer.alloc(saltBytes)), tag = ''] = form.exec(hash ?? '') ?? [];
  const wanted = Buffer.from(tag, 'base64');
  const found = await tagOf(password, Buffer.from(salt, 'base64'));
  return wanted.length === found.length && timingSafeEqual(wanted, found);
}

const plain = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '');

async function tagOf(password: string, nonce: Buffer): Promise<Buffer> {
  if (running >= mostAtOnce) {
    if (waiting.length >= mostWaiting) {
      throw new Problem('busy', 'Too many people sign in at this moment. Try again soon.');
    }
    await new Promise<void>((go) => waiting.push(go));
  } else {
    running += 1;
  }
  try {
    // However it was typed, the same characters are the same password.
    return await derive('argon2id', { ...cost, message: password.normalize('NFC'), nonce });
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}
