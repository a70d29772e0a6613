import { BlockList, isIP } from 'node:net';

/**
 * Which IP addresses a call may go to. Pure arithmetic on literal addresses; names are
 * resolved by the guard.
 */

const networks = (...cidrs: readonly string[]): BlockList => {
  const list = new BlockList();
  for (const cidr of cidrs) addNetwork(list, cidr);
  return list;
};

/** False when `cidr` is no network such as `10.1.0.0/16` or `fd12::/48`. */
function addNetwork(list: BlockList, cidr: string): boolean {
  const [, ip = '', bits] = /^([0-9a-f.:]+)\/(\d{1,3})$/i.exec(cidr) ?? [];
  const version = isIP(ip);
  if (version === 0 || Number(bits) > (version === 4 ? 32 : 128)) return false;
  list.addSubnet(ip, Number(bits), version === 4 ? 'ipv4' : 'ipv6');
  return true;
}

const contains = (list: BlockList, ip: string): boolean =>
  list.check(ip, isIP(ip) === 6 ? 'ipv6' : 'ipv4');

/** An address with a zone, such as `fe80::1%eth0`, means something on one machine only. */
const isPlain = (ip: string): boolean => isIP(ip) !== 0 && !ip.includes('%');

/** What the IANA registries keep for special use in IPv4. */
const specialIpv4 = networks(
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
);

/** IPv6 is the other way round: only what is handed out as global unicast, less its special parts. */
const globalIpv6 = networks('2000::/3');
const specialIpv6 = networks('2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20');

/** Whether anybody on the internet may own this address. `ip` is a literal, without brackets. */
export function isPublic(ip: string): boolean {
  if (!isPlain(ip)) return false;
  if (isIP(ip) === 4) return !contains(specialIpv4, ip);
  return contains(globalIpv6, ip) && !contains(specialIpv6, ip);
}

/**
 * What no entry can open: nobody runs a service there, and the cloud's metadata services,
 * which hand out credentials to whoever asks from this machine, do answer there.
 */
const neverATarget = networks(
  '0.0.0.0/8',
  '169.254.0.0/16',
  '100.100.100.200/32',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/128',
  'fe80::/10',
  'fd00:ec2::254/128',
  'ff00::/8',
);

/** Whether the address may stand behind an on-premises target at all. */
export const mayBeOnPremises = (ip: string): boolean => isPlain(ip) && !contains(neverATarget, ip);

/** Tells whether an address lies in `cidr`; null when `cidr` is no network. */
export function parseNetwork(cidr: string): ((ip: string) => boolean) | null {
  const list = new BlockList();
  return addNetwork(list, cidr) ? (ip) => isPlain(ip) && contains(list, ip) : null;
}
