/** A file in a zip archive, as the directory at its end lists it. */
export interface ZipEntry {
  readonly name: string;
  /** As it lies there: not copied, since a pack has tens of thousands. */
  readonly packed: Uint8Array;
  /** Whether it was packed by deflate; otherwise it lies there as it is. */
  readonly isDeflated: boolean;
  /** How long it says it is, once unpacked. */
  readonly sizeBytes: number;
}

const signatures = { local: 0x04034b50, central: 0x02014b50, end: 0x06054b50 };
const large = { locator: 0x07064b50, end: 0x06064b50 };
/** The end of an archive with the longest comment. */
const longestEnd = 22 + 0xffff;
const deflated = 8;

/**
 * The files of a zip archive (APPNOTE 4.3), also of one with more than 65,535 of them (Zip64). It may be anything: what
 * contradicts itself, is cut off, or packed in a way that packs are not, ends in an exception.
 */
export function* zipEntries(bytes: Uint8Array): Generator<ZipEntry> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const demand = (at: number, signature: number) => {
    if (view.getUint32(at, true) !== signature) throw new RangeError('no zip archive');
  };
  const text = new TextDecoder();
  const { count, start } = directoryOf(view, demand);
  for (let at = start, i = 0; i < count; i += 1) {
    demand(at, signatures.central);
    const number = (offset: number) => view.getUint16(at + offset, true);
    const method = number(10);
    const packedBytes = view.getUint32(at + 20, true);
    const sizeBytes = view.getUint32(at + 24, true);
    const header = view.getUint32(at + 42, true);
    demand(header, signatures.local);
    const names = view.getUint16(header + 26, true) + view.getUint16(header + 28, true);
    const first = header + 30 + names;
    const packed = bytes.subarray(first, first + packedBytes);
    const isDeflated = method === deflated;
    const isPlain = method === 0 && packedBytes === sizeBytes;
    if (packed.length < packedBytes || !(isDeflated || isPlain)) throw new RangeError('cut off');
    const name = text.decode(bytes.subarray(at + 46, at + 46 + number(28)));
    yield { name, packed, isDeflated, sizeBytes };
    at += 46 + number(28) + number(30) + number(32);
  }
}

/** How many files the directory has, and where it begins. */
function directoryOf(
  view: DataView,
  demand: (at: number, signature: number) => void,
): { count: number; start: number } {
  let end = view.byteLength - 22;
  const lowest = Math.max(0, view.byteLength - longestEnd);
  while (end > lowest && view.getUint32(end, true) !== signatures.end) end -= 1;
  demand(end, signatures.end);
  const count = view.getUint16(end + 10, true);
  const start = view.getUint32(end + 16, true);
  if (count < 0xffff && start < 0xffff_ffff) return { count, start };

  demand(end - 20, large.locator);
  const at = Number(view.getBigUint64(end - 20 + 8, true));
  demand(at, large.end);
  return {
    count: Number(view.getBigUint64(at + 32, true)),
    start: Number(view.getBigUint64(at + 48, true)),
  };
}
