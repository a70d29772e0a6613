import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { settings } from '#connectors/http/settings.ts';
import type { HttpSystem } from '../../practice/servers/http-system.ts';

const page = new URL('../../docs/connect/http-without-code.md', import.meta.url);

/** The settings that the handbook shows, aimed at a running practice system. */
export function exampleSettings({ url, token }: Pick<HttpSystem, 'url' | 'token'>) {
  const [, yaml] = /^```yaml\n(address:.*?)^```$/ms.exec(readFileSync(page, 'utf8')) ?? [];
  assert.ok(yaml, 'The page holds a complete example');
  return settings.parse({ ...parse(yaml), address: url, secret: token });
}
