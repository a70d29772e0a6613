import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isPublic, mayBeOnPremises, parseNetwork } from './addresses.ts';

describe('which addresses may be called', () => {
  it('calls what anybody on the internet may own', () => {
    for (const ip of [
      '1.1.1.1',
      '93.184.216.34',
      '198.17.255.255',
      '198.20.0.0',
      '223.255.255.255',
    ])
      assert.ok(isPublic(ip), ip);
    for (const ip of ['2606:4700:4700::1111', '2a00::1', '2001:200::1', '2003::1', '3ffe::1'])
      assert.ok(isPublic(ip), ip);
  });

  it('refuses both ends of every special IPv4 range', () => {
    const ranges = [
      ['0.0.0.0', '0.255.255.255'],
      ['10.0.0.0', '10.255.255.255'],
      ['100.64.0.0', '100.127.255.255'],
      ['127.0.0.0', '127.255.255.255'],
      ['169.254.0.0', '169.254.255.255'],
      ['172.16.0.0', '172.31.255.255'],
      ['192.0.0.0', '192.0.0.255'],
      ['192.0.2.0', '192.0.2.255'],
      ['192.88.99.0', '192.88.99.255'],
      ['192.168.0.0', '192.168.255.255'],
      ['198.18.0.0', '198.19.255.255'],
      ['198.51.100.0', '198.51.100.255'],
      ['203.0.113.0', '203.0.113.255'],
      ['224.0.0.0', '239.255.255.255'],
      ['240.0.0.0', '255.255.255.255'],
    ];
    for (const ip of ranges.flat()) assert.ok(!isPublic(ip), ip);
  });

  it('refuses every IPv6 address that is not global, or only leads to an IPv4 one', () => {
    const refused = [
      ...['::', '::1', '::127.0.0.1', '::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:8.8.8.8'],
      ...['64:ff9b::7f00:1', '64:ff9b:1::1', '100::1', 'fc00::1', 'fd00:ec2::254', 'fe80::1'],
      ...[
        'ff02::1',
        '2001::1',
        '2001:1ff::1',
        '2001:db8::1',
        '2002:7f00:1::',
        '3fff::1',
        '4000::1',
      ],
      'fe80::1%lo',
      '2606:4700::1%lo',
    ];
    for (const ip of refused) assert.ok(!isPublic(ip), ip);
  });

  it('takes nothing for an address that is none', () => {
    for (const text of ['', 'localhost', '127.1', '1.1.1.1.', '[::1]', '1.1.1.1/32']) {
      assert.ok(!isPublic(text), text);
      assert.ok(!mayBeOnPremises(text), text);
    }
  });

  it('lets no entry open the metadata services of clouds, nor what nobody can own', () => {
    const never = [
      '169.254.169.254',
      '100.100.100.200',
      'fd00:ec2::254',
      'fe80::1',
      '0.0.0.0',
      '::',
    ];
    for (const ip of [...never, '224.0.0.1', '255.255.255.255', '::ffff:169.254.169.254'])
      assert.ok(!mayBeOnPremises(ip), ip);
    for (const ip of ['10.1.2.3', '127.0.0.1', '::1', 'fd12::1', '93.184.216.34'])
      assert.ok(mayBeOnPremises(ip), ip);
  });

  it('reads networks, and nothing else', () => {
    const office = parseNetwork('10.1.0.0/16');
    assert.ok(office?.('10.1.255.255') && !office('10.2.0.0') && !office('fd12::1'));
    assert.ok(parseNetwork('FD12::/48')?.('fd12::9'));
    for (const text of [
      '10.1.0.0',
      '10.1.0.0/33',
      '10.1/16',
      'fd12::/129',
      'office',
      '/8',
      '0x0a.0.0.0/8',
    ])
      assert.equal(parseNetwork(text), null, text);
  });
});
