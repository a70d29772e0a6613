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
  let pages: ReturnType<typeof readPages> | undefined;

  return {
    async answer(request, firstAsked = async () => []) {
      const { pathname } = new URL(request.url);
      if (request.method !== 'GET' && request.method !== 'HEAD') return null;
      const [, asset] = /^\/assets\/([\w-]+(?:\.[\w-]+)+)$/.exec(pathname) ?? [];
      if (asset !== undefined) return assetResponse(asset, await fileAt(asset), request);
      if (!isPage(pathname, request)) return null;
      pages ??= readPages(folder);
      const found = await pages;
      if (found) {
        const asked = (await firstAsked()).map((it) => link(it, 'preload; as=fetch; crossorigin'));
        return pageResponse(found.document, [...asked, ...(pathname === '/' ? found.home : [])]);
      }
      pages = undefined;
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

/** The page that most people open first, as the bundler knows it. */
const homePage = 'pages/overview/overview-page.tsx';

interface Piece {
  readonly file: string;
  readonly isEntry?: boolean;
  readonly imports?: readonly string[];
  readonly css?: readonly string[];
}

/** The document of all pages, and links to what the first one needs beside it; null: they are not built. */
async function readPages(folder: string) {
  const read = (name: string) => readFile(path.join(folder, name), 'utf8').catch(() => null);
  const document = await read('index.html');
  const manifest = (await read('.vite/manifest.json')) ?? '{}';
  return document === null ? null : { document, home: linksTo(homePage, manifest) };
}

/** Has a browser load something at once, before it has read the document. */
const link = (at: string, how: string) => `<${at}>; rel=${how}`;

/** What a page needs beside what every page begins with. */
function linksTo(page: string, manifest: string): readonly string[] {
  const pieces = JSON.parse(manifest) as Readonly<Record<string, Piece>>;
  const seen = new Set<Piece>();
  const visit = (name: string) => {
    const piece = pieces[name];
    if (!piece || piece.isEntry || seen.has(piece)) return;
    seen.add(piece);
    for (const it of piece.imports ?? []) visit(it);
  };
  visit(page);
  return [...seen].flatMap(({ file, css = [] }) => [
    link(`/${file}`, 'modulepreload'),
    ...css.map((it) => link(`/${it}`, 'preload; as=style; crossorigin')),
  ]);
}

function pageResponse(document: string, links: readonly string[]): Response {
  const nonce = randomBytes(16).toString('base64');
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
