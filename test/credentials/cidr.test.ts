/** Addresses and the blocks that they are in. */

import { BlockList, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressAllowed, areWithin, cidrProblem, usualAddress } from '../../functions/credentials/cidr.ts';

describe('an address', () => {
  it.each<[address: string, blocks: string[]]>([
    ['10.1.2.3', []],
    ['10.1.2.3', ['10.0.0.0/8']],
    ['10.1.2.3', ['10.1.2.3']],
    ['10.1.2.3', ['0.0.0.0/0']],
    ['::ffff:10.1.2.3', ['10.0.0.0/8']],
    ['::ffff:a01:203', ['10.0.0.0/8']],
    ['fd00::1', ['192.0.2.0/24', 'fd00::/8']],
    ['::1', ['::/0']],
    ['fd00::1:0', ['fd00:0:0::0:1:0/112']],
    ['64:ff9b::a01:203', ['64:ff9b::10.1.0.0/112']],
  ])('%s is in the blocks %j', (address, blocks) => {
    expect(addressAllowed(blocks, address)).toBe(true);
  });

  it.each<[address: string, blocks: string[]]>([
    ['11.1.2.3', ['10.0.0.0/8']],
    ['10.1.2.3', ['::/0']],
    ['10.1.2.3', ['::ffff:0:0/96']],
    ['::1', ['0.0.0.0/0']],
    ['10.1.2.3', ['nonsense']],
    ['nonsense', ['0.0.0.0/0', '::/0']],
    ['fe80::1', ['fe80::1%eth0', 'fe80::1%eth0/64']],
  ])('%s is not in the blocks %j', (address, blocks) => {
    expect(addressAllowed(blocks, address)).toBe(false);
  });

  it.each([
    ['10.1.2.3', '10.1.2.3'],
    ['FD00:0:0::1', 'fd00::1'],
    ['::FFFF:10.1.2.3', '10.1.2.3'],
    ['fe80::1%eth0', undefined],
    ['host', undefined],
  ])('%s is usually written %s', (address, usual) => {
    expect(usualAddress(address)).toBe(usual);
  });
});

describe('a list of blocks', () => {
  it('has to be of blocks only', () => {
    expect(cidrProblem(['10.0.0.0/8', 'fd00::/8'])).toBeUndefined();
    for (const strange of ['10.0.0.1', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', 'fe80::1%eth0/64', 'x'])
      expect(cidrProblem(['10.0.0.0/8', strange])).toBe(`invalid CIDR address: ${strange}`);
  });
});

/** Blocks that often contain each other, of both versions. */
const block = fc
  .tuple(fc.constantFrom('10.0.0.', 'fd00::', '::ffff:10.0.0.'), fc.nat(7), fc.nat(4))
  .map(([network, host, free]) => `${network}${host}/${(isIPv6(`${network}0`) ? 128 : 32) - free}`);

/** Node's own list of one block. */
function listOf(block: string): BlockList {
  const [address = '', bits] = block.split('/');
  const list = new BlockList();
  list.addSubnet(address, Number(bits), isIPv6(address) ? 'ipv6' : 'ipv4');
  return list;
}

function contains(outer: string, inner: string): boolean {
  const [[address = '', bits], [other = '', fewer]] = [inner.split('/'), outer.split('/')];
  const family = isIPv6(address) ? 'ipv6' : 'ipv4';
  return (
    isIPv6(other) === isIPv6(address) && Number(fewer) <= Number(bits) && listOf(outer).check(address, family)
  );
}

describe('blocks', () => {
  it('are within others if each of them is within one, whatever the order', () => {
    const lists = fc.array(block, { maxLength: 6 });
    fc.assert(
      fc.property(lists, lists, (blocks, others) => {
        const expected = blocks.every((inner) => others.some((outer) => contains(outer, inner)));
        expect(areWithin(blocks, others)).toBe(expected);
      }),
    );
  });

  it('contain the single addresses that they are written as', () => {
    expect(areWithin(['10.1.2.3/32', '::1/128'], ['::1', '10.1.2.3'])).toBe(true);
    expect(areWithin(['10.1.2.2/31'], ['10.1.2.3', '10.1.2.2'])).toBe(false);
  });
});
