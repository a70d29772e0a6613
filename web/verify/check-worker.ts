import {
  checkFiles,
  type PackageAsked,
  type PackageFound,
  readKept,
  readPack,
  readTrust,
} from './check.ts';

// Runs beside a page of Gatehouse, so that a large package does not hold it up, and with shapes that pages do without.

addEventListener('message', ({ data }: MessageEvent<PackageAsked>) => {
  void checked(data).then((found) => postMessage(found));
});

async function checked({ pack, trust, kept, known }: PackageAsked): Promise<PackageFound> {
  const files = await readPack(pack);
  if ('because' in files) return { of: 'pack', because: files.because };
  const keys = trust && (await readTrust(trust));
  if (keys && 'because' in keys) return { of: 'trust', because: keys.because };
  const earlier = kept && (await readKept(kept));
  if (earlier && 'because' in earlier) return { of: 'kept', because: earlier.because };
  return checkFiles(files.it, { trust: keys?.it ?? known, kept: earlier?.it ?? null });
}
