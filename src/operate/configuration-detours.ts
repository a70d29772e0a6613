import { isIP } from 'node:net';
import type { Detour } from '#core/detour.ts';
import { listenAddress, type Mistake } from './configuration-values.ts';

const example = 'graph.microsoft.com=10.0.0.9:8443';

/** With commas between: the name of a host, with a port unless it is 443, and the address where it is reached. */
export function detours(text: string): readonly Detour[] | Mistake {
  const found: Detour[] = [];
  for (const part of text.split(',').map((it) => it.trim())) {
    if (part === '') continue;
    const it = detour(part);
    if (!it) {
      return { problem: `holds "${part}"; expected a host and an IP address such as ${example}.` };
    }
    if (found.some(({ host, port }) => host === it.host && port === it.port)) {
      return { problem: `names ${it.host}:${it.port} twice; a host is reached in one way.` };
    }
    found.push(it);
  }
  return found;
}

function detour(part: string): Detour | null {
  const [name = '', target = '', ...more] = part.split('=').map((it) => it.trim());
  const url = URL.parse(`https://${name}`);
  const isName =
    url && url.href === `${url.origin}/` && isIP(url.hostname.replace(/^\[/, '')) === 0;
  const reached = listenAddress(target);
  if (!isName || url.hostname.startsWith('[') || more.length > 0 || 'problem' in reached)
    return null;
  if (isIP(reached.host) === 0 || reached.port === 0) return null;
  return {
    host: url.hostname,
    port: Number(url.port || 443),
    address: reached.host,
    addressPort: reached.port,
  };
}
