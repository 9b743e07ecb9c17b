/** Whether an address is in one of the CIDR blocks that a credential is bound to. */

import { BlockList, isIP } from 'node:net';

/** @param blocks CIDR blocks or single addresses; an empty list allows every address */
export function addressAllowed(blocks: readonly string[], address: string): boolean {
  if (blocks.length === 0) return true;
  const family = familyOf(address);
  return family !== undefined && blockList(blocks).check(address, family);
}

export function isCidr(block: string): boolean {
  const [address = '', bits, ...more] = block.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

/** A block of one address as that address, as Vault shows it. */
export function plainAddress(block: string): string {
  return block.replace(block.includes(':') ? /\/128$/ : /\/32$/, '');
}

function blockList(blocks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const block of blocks.filter(isCidr)) {
    const [address = '', bits] = block.split('/');
    const family = familyOf(address) ?? 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  const version = isIP(address);
  return version === 0 ? undefined : version === 4 ? 'ipv4' : 'ipv6';
}
