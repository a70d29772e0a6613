import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseProblem } from './problem.ts';

/**
 * Reads the password kept in `<directory>/<name>.password`, and makes a random one first when there
 * is none and `make` allows it. Of several processes that make it at once, all get the same.
 */
export function keptPassword(directory: string, name: string, make: boolean): string {
  const file = passwordFile(directory, name);
  const kept = readPassword(file);
  if (kept !== undefined) return kept;
  if (!make) {
    throw new DatabaseProblem(
      `The password file ${file} is missing. Put it back from your backup.`,
    );
  }
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  // On disk before the database that it opens.
  writeFileSync(draft, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600, flush: true });
  try {
    linkSync(draft, file);
  } catch {
    // Another process was faster: its password holds.
  } finally {
    rmSync(draft);
  }
  const made = readPassword(file);
  if (made === undefined)
    throw new DatabaseProblem(`The password file ${file} could not be written.`);
  return made;
}

/** Where the password of a database role lies. */
export function passwordFile(directory: string, name: string): string {
  return path.join(directory, `${name}.password`);
}

/** The kept password, or undefined when there is no such file. */
export function readPassword(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new DatabaseProblem(`The password file ${file} cannot be read by this user.`, {
      cause: error,
    });
  }
}

/**
 * What PostgreSQL stores for a password (RFC 5803 form). Sent in place of the password itself, it
 * keeps the password out of the server's logs.
 */
export function scramVerifier(password: string): string {
  const iterations = 4096;
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const hmac = (text: string) => createHmac('sha256', salted).update(text).digest();
  const storedKey = createHash('sha256').update(hmac('Client Key')).digest('base64');
  const serverKey = hmac('Server Key').toString('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}
