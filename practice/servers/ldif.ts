// LDIF (RFC 2849), the text form in which the tools of OpenLDAP take and give entries.

export type Attributes = Readonly<Record<string, readonly string[]>>;

export interface LdifEntry {
  readonly dn: string;
  /** Names as the server writes them. */
  readonly attributes: Attributes;
}

/** One part of a DN; every character with a meaning there is escaped (RFC 4514, 2.4). */
export const rdn = (attribute: string, value: string): string =>
  `${attribute}=${value
    .replace(/[,+"\\<>;=]/g, '\\$&')
    .replaceAll('\0', '\\00')
    .replace(/^[ #]/, '\\$&')
    .replace(/ $/, '\\ ')}`;

// Values go in base64, so that none can end its line.
const line = (name: string, value: string) => `${name}:: ${Buffer.from(value).toString('base64')}`;

export const ldifOf = ({ dn, attributes }: LdifEntry): string =>
  [
    line('dn', dn),
    ...Object.entries(attributes).flatMap(([name, values]) => values.map((it) => line(name, it))),
    '',
  ].join('\n');

/** Reads what `ldapsearch -LLL -o ldif-wrap=no` prints. */
export function parseLdif(text: string): LdifEntry[] {
  return text
    .split('\n\n')
    .map((block) => block.split('\n').flatMap(parseLine))
    .filter(([first]) => first?.name === 'dn')
    .map(([dn, ...rest]) => {
      const attributes: Record<string, string[]> = {};
      for (const { name, value } of rest) {
        attributes[name] = [...(attributes[name] ?? []), value];
      }
      return { dn: dn!.value, attributes };
    });
}

function parseLine(text: string): { name: string; value: string }[] {
  const [, name, kind, value] = /^([^#:][^:]*):(:?) ?(.*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) return [];
  return [{ name, value: kind === ':' ? Buffer.from(value, 'base64').toString() : value }];
}
