import { BlockList, isIPv4, isIPv6 } from 'node:net';

/**
 * Where a request came from: the other end of the connection, or, where that is a proxy we trust,
 * whom it says that it speaks for. What comes from further away is only a claim, and does not count.
 */
export function callerAddress(
  trusted: readonly string[],
): (peer: string, forwardedFor: string | null) => string {
  const proxies = new BlockList();
  for (const network of trusted) {
    const [address = '', bits] = network.split('/');
    proxies.addSubnet(address, Number(bits), isIPv6(address) ? 'ipv6' : 'ipv4');
  }
  const isProxy = (address: string): boolean =>
    (isIPv4(address) && proxies.check(address, 'ipv4')) ||
    (isIPv6(address) && proxies.check(address, 'ipv6'));

  return (peer, forwardedFor) => {
    const claimed = forwardedFor?.split(',').map(plain) ?? [];
    const way = [...claimed, plain(peer)];
    return way.findLast((it) => !isProxy(it)) ?? plain(peer);
  };
}

/** IPv4 in the clothes of IPv6 is IPv4. */
const plain = (address: string): string =>
  address.trim().replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');

/** What stands for one subscriber: an address of IPv4, the upper half of one of IPv6. */
export function subscriberOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  const rest = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array(8 - groups.length - rest.length).fill('0');
  return [...groups, ...zeros, ...rest].slice(0, 4).join(':').toLowerCase();
}
