/** Addresses, and the CIDR blocks that credentials are bound to. Pure. */

import { isIP, SocketAddress } from 'node:net';
import { type Meaning, Meant } from '../http/shape.ts';

/**
 * Checks an address against blocks. An IPv4 address is never in an IPv6 block such as `::/0`.
 * @param blocks CIDR blocks or single addresses; an empty list allows every address
 */
export function addressAllowed(blocks: readonly string[], address: string): boolean {
  if (blocks.length === 0) return true;
  const usual = usualAddress(address);
  if (usual === undefined) return false;
  const bits = bitsOf(usual);
  return blocks.some((block) => isAddressOrCidr(block) && bits.startsWith(bitsOf(block)));
}

/** Whether each block is within one of the others. Takes about as long as sorting both lists. */
export function areWithin(blocks: readonly string[], others: readonly string[]): boolean {
  const inner = blocks.map((block) => ({ bits: bitsOf(block), isOuter: false }));
  const outer = others.filter(isAddressOrCidr).map((block) => ({ bits: bitsOf(block), isOuter: true }));
  let widest: string | undefined;
  // In this order, all blocks that are within another one follow it directly.
  for (const { bits, isOuter } of [...outer, ...inner].sort(byBits)) {
    if (widest !== undefined && bits.startsWith(widest)) continue;
    if (!isOuter) return false;
    widest = bits;
  }
  return true;
}

function byBits({ bits: a }: { bits: string }, { bits: b }: { bits: string }): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The version of IP, and the bits with which all addresses of a block begin; of a single address, all its bits. */
function bitsOf(block: string): string {
  const [address = '', length] = block.split('/');
  const version = isIP(address);
  const [head = '', tail = ''] = address.split('::').map(bitsOfParts);
  const size = version === 4 ? 32 : 128;
  const bits = head + '0'.repeat(size - head.length - tail.length) + tail;
  return version + bits.slice(0, length === undefined ? size : Number(length));
}

/** @param parts with colons between them; the last one may be an IPv4 address */
function bitsOfParts(parts: string): string {
  const bits = (number: number, size: number) => number.toString(2).padStart(size, '0');
  const bitsOfPart = (part: string) =>
    part.includes('.')
      ? part.split('.').map((byte) => bits(Number(byte), 8))
      : [bits(Number.parseInt(part, 16), 16)];
  return parts === '' ? '' : parts.split(':').flatMap(bitsOfPart).join('');
}

/** An address in its usual notation; an IPv4 address written as IPv6 becomes IPv4. Undefined if it is not an address. */
export function usualAddress(address: string): string | undefined {
  const version = versionOf(address);
  if (version !== 6) return version === 4 ? address : undefined;
  const usual = new SocketAddress({ address, family: 'ipv6' }).address;
  return usual.startsWith('::ffff:') && usual.includes('.') ? usual.slice('::ffff:'.length) : usual;
}

/** Fields with an address, and with a list of addresses and blocks. */
export const BLOCKS: Meaning = { spellings: usualBlocks };
export const ADDRESS = new Meant('string', BLOCKS);
export const BLOCK_LIST = new Meant('list', BLOCKS);

/**
 * A text that all notations of a block share, and that is no notation itself. A single address is a block of one.
 * @returns none for what is neither
 */
function usualBlocks(block: string): string[] {
  const [address = '', length] = block.split('/');
  const usual = usualAddress(address);
  if (usual === undefined || !isAddressOrCidr(block)) return [];
  if (length === undefined) return [`/${bitsOf(usual)}`];
  const outside = isIP(usual) === isIP(address) ? 0 : 96;
  return [`/${bitsOf(`${usual}/${Math.max(Number(length) - outside, 0)}`)}`];
}

/** Whether it is a CIDR block, or a single address. */
export function isAddressOrCidr(block: string): boolean {
  return versionOf(block) !== 0 || isCidr(block);
}

function isCidr(block: string): boolean {
  const [address = '', bits = '', ...more] = block.split('/');
  const version = versionOf(address);
  if (version === 0 || more.length > 0) return false;
  return /^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128);
}

/** A block of one address as that address, as Vault shows it. */
export function plainAddress(block: string): string {
  return block.replace(block.includes(':') ? /\/128$/ : /\/32$/, '');
}

/** The error of Go's parser for the first entry that is not a CIDR block; undefined if all are. */
export function cidrProblem(blocks: readonly string[]): string | undefined {
  const strange = blocks.find((block) => !isCidr(block));
  return strange === undefined ? undefined : `invalid CIDR address: ${strange}`;
}

/** The version of IP, 4 or 6; 0 if it is not an address, or one with a zone, which Go's parser of blocks does not take. */
function versionOf(address: string): number {
  return address.includes('%') ? 0 : isIP(address);
}
