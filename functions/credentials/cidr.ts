/** Whether an address is in one of the CIDR blocks that a credential is bound to. */

import { BlockList, isIP, SocketAddress } from 'node:net';

/**
 * Checks an address against blocks. An IPv4 address is never in an IPv6 block such as `::/0`.
 * @param blocks CIDR blocks or single addresses; an empty list allows every address
 */
export function addressAllowed(blocks: readonly string[], address: string): boolean {
  if (blocks.length === 0) return true;
  const usual = usualAddress(address) ?? '';
  const family = familyOf(usual);
  return family !== undefined && blockList(blocks, family).check(usual, family);
}

/** An address in its usual notation; an IPv4 address written as IPv6 becomes IPv4. Undefined if it is not an address. */
export function usualAddress(address: string): string | undefined {
  const family = address.includes('%') ? undefined : familyOf(address);
  if (family !== 'ipv6') return family && address;
  const usual = new SocketAddress({ address, family }).address;
  return usual.startsWith('::ffff:') && usual.includes('.') ? usual.slice('::ffff:'.length) : usual;
}

/** Whether it is a CIDR block, or a single address. */
export function isAddressOrCidr(block: string): boolean {
  return isIP(block) !== 0 || isCidr(block);
}

function isCidr(block: string): boolean {
  const [address = '', bits = '', ...more] = block.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  return /^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128);
}

/** A block of one address as that address, as Vault shows it. */
export function plainAddress(block: string): string {
  return block.replace(block.includes(':') ? /\/128$/ : /\/32$/, '');
}

/** Has only the blocks of one family, because Node's list would find IPv4 addresses in IPv6 blocks. */
function blockList(blocks: readonly string[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const block of blocks.filter(isAddressOrCidr)) {
    const [address = '', bits] = block.split('/');
    if (familyOf(address) !== family) continue;
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

/** The error of Go's parser for the first entry that is not a CIDR block; undefined if all are. */
export function cidrProblem(blocks: readonly string[]): string | undefined {
  const strange = blocks.find((block) => !isCidr(block));
  return strange === undefined ? undefined : `invalid CIDR address: ${strange}`;
}

function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  const version = isIP(address);
  return version === 0 ? undefined : version === 4 ? 'ipv4' : 'ipv6';
}
