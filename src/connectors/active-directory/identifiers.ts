// The two binary identifiers of Active Directory, and how people write them.

/**
 * An objectGUID as PowerShell and the management console show it: of the sixteen bytes, the
 * first three groups are stored back to front ([MS-DTYP] 2.3.4.2).
 */
export function guidText(bytes: Buffer): string {
  const hex = swapped(bytes).toString('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
}

/** The way back; null when the text is no GUID. */
export function guidBytes(text: string): Buffer | null {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return null;
  return swapped(Buffer.from(text.replaceAll('-', ''), 'hex'));
}

const swapped = (bytes: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from(bytes.subarray(0, 4)).reverse(),
    Buffer.from(bytes.subarray(4, 6)).reverse(),
    Buffer.from(bytes.subarray(6, 8)).reverse(),
    bytes.subarray(8),
  ]);

/** Well-known groups by the last part of their SID in each domain ([MS-DTYP] 2.4.2.4). */
export const relativeId = {
  domainAdmins: 512,
  domainUsers: 513,
  domainGuests: 514,
  schemaAdmins: 518,
  enterpriseAdmins: 519,
} as const;

/** S-1-5-32-544, which every domain has: the built-in administrators. */
export const builtinAdministrators = Buffer.from('01020000000000052000000020020000', 'hex');

/** The SID of a group in the domain that `domainSid` stands for. */
export function sidInDomain(domainSid: Buffer, relative: number): Buffer {
  const sid = Buffer.alloc(domainSid.length + 4);
  domainSid.copy(sid);
  sid.writeUInt8(domainSid.readUInt8(1) + 1, 1); // how many parts follow
  sid.writeUInt32LE(relative, domainSid.length);
  return sid;
}
