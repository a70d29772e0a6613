/** What the address of the page for auditors says: the period, how the sample is drawn, and which one of it is shown. */
export interface AuditorsSearch {
  /** Days, both included. */
  readonly from?: string;
  readonly to?: string;
  readonly count?: number;
  /** The same seed picks the same ones. */
  readonly seed?: string;
  /** The one of the sample whose page is shown. */
  readonly pick?: string;
}

const dayIn = (it: unknown): string | undefined =>
  typeof it === 'string' && /^\d{4}-\d\d-\d\d$/.test(it) ? it : undefined;

/** Reads an address as a person may have typed it; what it does not know counts as not said. */
export function auditorsSearch(it: Readonly<Record<string, unknown>>): AuditorsSearch {
  const [from, to] = [dayIn(it['from']), dayIn(it['to'])];
  const count = Number(it['count']);
  const seed = typeof it['seed'] === 'string' || typeof it['seed'] === 'number' ? it['seed'] : '';
  const pick = typeof it['pick'] === 'string' ? it['pick'].slice(0, 100) : '';
  return {
    ...(from ? { from } : {}),
    ...(to ? { to } : {}),
    ...(Number.isInteger(count) && count >= 1 && count <= 100 ? { count } : {}),
    ...(isSeed(String(seed)) ? { seed: String(seed) } : {}),
    ...(pick ? { pick } : {}),
  };
}

/** What the server takes as a seed. */
export const isSeed = (text: string): boolean => /^[A-Za-z0-9._-]{1,64}$/.test(text);

/** A seed that nobody chose. */
export function newSeed(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return Array.from(bytes, (it) => it.toString(16).padStart(2, '0')).join('');
}
