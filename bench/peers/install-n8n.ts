import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { run } from '../../practice/servers/program.ts';

/** Compared against; the packages that it asks for are those of the day on which it is installed. */
export const n8nVersion = '2.40.5';

const caches = path.resolve(import.meta.dirname, '../../node_modules/.cache/bench-peers');

/**
 * Installs n8n from npm, 2.8 GB and some minutes, unless it is there already; answers where its command lies. No script of a
 * package runs: what these would fetch or build is for features that are not used here, and SQLite.
 */
export async function installN8n(): Promise<string> {
  const folder = path.join(caches, `n8n-${n8nVersion}`);
  const command = path.join(folder, 'node_modules/n8n/bin/n8n');
  if (existsSync(command)) return command;

  process.stderr.write(`Installing n8n ${n8nVersion} from npm into ${folder} …\n`);
  const unfinished = `${folder}.part`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  writeFileSync(path.join(unfinished, 'package.json'), '{ "private": true }\n');
  const { code, out, err } = await run('npm', [
    ...['install', '--prefix', unfinished, '--ignore-scripts', '--omit=dev', '--no-audit'],
    ...['--no-fund', '--loglevel=error', `n8n@${n8nVersion}`],
  ]);
  if (code !== 0) throw new Error(`npm install n8n@${n8nVersion} failed: ${(err || out).trim()}`);
  renameSync(unfinished, folder);
  return command;
}
