/**
 * A host that is reached from here at another address than DNS says: through a private link, or a
 * relay of the operator. Only the way changes; who answers there still has to prove that it is the host.
 */
export interface Detour {
  /** A name as URLs write it, lower case. */
  readonly host: string;
  readonly port: number;
  /** A literal IP address, without brackets. */
  readonly address: string;
  readonly addressPort: number;
}

const at = (host: string, port: number) => `${host.includes(':') ? `[${host}]` : host}:${port}`;

/** Such as “graph.microsoft.com:443 at 10.0.0.9:8443”. */
export const detourText = (it: Detour): string =>
  `${at(it.host, it.port)} at ${at(it.address, it.addressPort)}`;
