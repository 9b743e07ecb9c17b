/** Whether blocks of addresses lie inside others. */

import { isIPv6 } from 'node:net';
import { addressAllowed } from '../../credentials/cidr.ts';

/** Whether each of the blocks lies in one of the outer ones; no outer blocks hold everything. */
export function liesWithin(blocks: string[], outer: string[]): boolean {
  return outer.length === 0 || blocks.every((block) => outer.some((bound) => contains(bound, block)));
}

function contains(outer: string, inner: string): boolean {
  const [address = ''] = inner.split('/');
  return prefixLength(outer) <= prefixLength(inner) && addressAllowed([outer], address);
}

function prefixLength(block: string): number {
  const [address = '', bits] = block.split('/');
  return Number(bits ?? (isIPv6(address) ? 128 : 32));
}
