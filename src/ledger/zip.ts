import { crc32 } from 'node:zlib';
import { deflateSync } from 'fflate';

/** What a pack holds, in the order in which it lies there. */
export type PackEntry = readonly [name: string, content: string | Uint8Array];

/** 1 January 1980, for all: the same content gives the same bytes. */
const dosDate = 0x0021;
const stored = 0;
const deflated = 8;
/**
 * Files up to this size lie there as they are. A pack has one of a few hundred bytes for each fact, and a proof that is
 * nearly all signature: packing them saves a sixth of the pack, and costs most of the time to make and to check it.
 */
const smallBytes = 8 * 1024;
/** Names are UTF-8. */
const flags = 0x0800;

/**
 * Writes entries as a zip archive, one after the other, so that no more than one lies in memory. A pack for a
 * period has more entries than the 65,535 that a plain archive can count; then it ends as Zip64 asks (APPNOTE
 * 4.3.14), which every reader of today knows. The libraries at hand cannot do that, or hold all of it in memory.
 */
export async function* zipped(
  entries: Iterable<PackEntry> | AsyncIterable<PackEntry>,
): AsyncGenerator<Uint8Array> {
  const directory: Uint8Array[] = [];
  let offset = 0;
  for await (const [name, content] of entries) {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    const { local, central, body } = entryOf(name, bytes, offset);
    yield local;
    yield body;
    directory.push(central);
    offset += local.length + body.length;
    demandRoom(offset);
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  demandRoom(offset + size);
  yield* directory;
  yield ending(directory.length, size, offset);
}

/** Larger packs would need Zip64 in every entry; nobody could open one in memory either. */
function demandRoom(offset: number): void {
  if (offset <= 0xffff_fffe) return;
  throw new Error('A pack of more than 4 GiB cannot be written. Choose a shorter period.');
}

function entryOf(name: string, bytes: Uint8Array, offset: number) {
  const path = Buffer.from(name);
  const isStored = name.endsWith('.pdf') || bytes.length <= smallBytes;
  const method = isStored ? stored : deflated;
  const body = method === stored ? bytes : deflateSync(bytes, { level: 6 });
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0); // version needed
  common.writeUInt16LE(flags, 2);
  common.writeUInt16LE(method, 4);
  common.writeUInt16LE(dosDate, 8);
  common.writeUInt32LE(crc32(bytes), 10);
  common.writeUInt32LE(body.length, 14);
  common.writeUInt32LE(bytes.length, 18);
  common.writeUInt16LE(path.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, path]);
  const more = Buffer.alloc(14);
  more.writeUInt32LE(offset, 10);
  const made = Buffer.from([20, 0]);
  const central = Buffer.concat([Buffer.from('PK\x01\x02', 'latin1'), made, common, more, path]);
  return { local, central, body };
}

function ending(count: number, size: number, offset: number): Uint8Array {
  const few = Math.min(count, 0xffff);
  const plain = Buffer.alloc(22);
  plain.write('PK\x05\x06', 'latin1');
  plain.writeUInt16LE(few, 8);
  plain.writeUInt16LE(few, 10);
  plain.writeUInt32LE(size, 12);
  plain.writeUInt32LE(offset, 16);
  if (count < 0xffff) return plain;

  const large = Buffer.alloc(56);
  large.write('PK\x06\x06', 'latin1');
  large.writeBigUInt64LE(44n, 4); // what follows
  large.writeUInt16LE(45, 12);
  large.writeUInt16LE(45, 14);
  large.writeBigUInt64LE(BigInt(count), 24);
  large.writeBigUInt64LE(BigInt(count), 32);
  large.writeBigUInt64LE(BigInt(size), 40);
  large.writeBigUInt64LE(BigInt(offset), 48);
  const locator = Buffer.alloc(20);
  locator.write('PK\x06\x07', 'latin1');
  locator.writeBigUInt64LE(BigInt(offset + size), 8);
  locator.writeUInt32LE(1, 16);
  return Buffer.concat([large, locator, plain]);
}
