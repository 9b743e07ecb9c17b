/** Addresses and the blocks that they are in. */

import { describe, expect, it } from 'vitest';
import { addressAllowed, cidrProblem, usualAddress } from '../../functions/credentials/cidr.ts';

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
    for (const strange of ['10.0.0.1', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', 'x'])
      expect(cidrProblem(['10.0.0.0/8', strange])).toBe(`invalid CIDR address: ${strange}`);
  });
});
