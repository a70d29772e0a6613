/** The leaves of an entry bundle, each behind its length in two bytes; null: it ends in the middle of one. */
export function leavesOf(bundle: Buffer): readonly Buffer[] | null {
  const leaves: Buffer[] = [];
  for (let at = 0; at < bundle.length; ) {
    if (at + 2 > bundle.length) return null;
    const end = at + 2 + bundle.readUInt16BE(at);
    if (end > bundle.length) return null;
    leaves.push(bundle.subarray(at + 2, end));
    at = end;
  }
  return leaves;
}
