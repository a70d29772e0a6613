import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** What the bundler made of `web/`. */
const builtSite = path.join(import.meta.dirname, '../../web/dist');

/** The pages of the browser: the same few files for everybody, and no data in them. */
export interface Site {
  /**
   * The file or page at an address; null: there is none. `firstAsked` says what of the API a page will read first,
   * so that it is on its way while the scripts are.
   */
  answer(request: Request, firstAsked?: () => Promise<readonly string[]>): Promise<Response | null>;
}

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.woff2': 'font/woff2',
};

const notBuilt =
  'The pages are not built. Stop Gatehouse and start it with "npm start", which builds them, ' +
  'or run "node start.mjs build".';

/** Opens the site in a folder; every page of it is one document, which finds out by its address what to show. */
export function openSite(folder: string = builtSite): Site {
  const files = new Map<string, Promise<{ plain: Buffer; zipped: Buffer } | null>>();
  const fileAt = (name: string) => {
    const known = files.get(name);
    if (known) return known;
    const read = readZipped(path.join(folder, 'assets', name));
    files.set(name, read);
    // Whoever asks for what is not there, again and again by other names, must not fill the memory.
    void read.then((found) => found ?? files.delete(name));
    return read;
  };
  let document: Promise<string | null> | undefined;

  return {
    async answer(request, firstAsked = async () => []) {
      const { pathname } = new URL(request.url);
      if (request.method !== 'GET' && request.method !== 'HEAD') return null;
      const [, asset] = /^\/assets\/([\w-]+(?:\.[\w-]+)+)$/.exec(pathname) ?? [];
      if (asset !== undefined) return assetResponse(asset, await fileAt(asset), request);
      if (!isPage(pathname, request)) return null;
      document ??= readFile(path.join(folder, 'index.html'), 'utf8').catch(() => null);
      const found = await document;
      if (found !== null) return pageResponse(found, await firstAsked());
      document = undefined;
      return new Response(notBuilt, { status: 503, headers: { 'content-type': 'text/plain' } });
    },
  };
}

/** Whoever asks for a page is a person with a browser; programs get problem documents. */
const isPage = (pathname: string, request: Request): boolean =>
  !/^\/(?:api|hooks|scim|survey|task|assets|openapi\.json)(?:\/|$)/.test(pathname) &&
  (request.headers.get('accept') ?? '').includes('text/html');

async function readZipped(file: string) {
  const plain = await readFile(file).catch(() => null);
  return plain && { plain, zipped: await promisify(gzip)(plain, { level: 9 }) };
}

/** Named by its content, so it never changes. */
function assetResponse(
  name: string,
  found: { plain: Buffer; zipped: Buffer } | null,
  request: Request,
): Response | null {
  const type = types[path.extname(name)];
  if (found === null || type === undefined) return null;
  const isZipped =
    !type.startsWith('font/') && (request.headers.get('accept-encoding') ?? '').includes('gzip');
  return new Response(new Uint8Array(isZipped ? found.zipped : found.plain), {
    headers: {
      'content-type': type,
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'accept-encoding',
      ...(isZipped ? { 'content-encoding': 'gzip' } : {}),
    },
  });
}

function pageResponse(document: string, firstAsked: readonly string[]): Response {
  const nonce = randomBytes(16).toString('base64');
  const links = firstAsked.map((it) => `<${it}>; rel=preload; as=fetch; crossorigin`);
  return new Response(document.replace('{{nonce}}', nonce), {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      ...(links.length > 0 ? { link: links.join(', ') } : {}),
      'content-security-policy': [
        "default-src 'none'",
        "script-src 'self'",
        // For the one style element that the component library writes.
        `style-src 'self' 'nonce-${nonce}'`,
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        'trusted-types default',
      ].join('; '),
    },
  });
}
