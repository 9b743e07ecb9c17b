/** Roles: for which addresses and users one-time passwords are given (contract §7.1). */

import { isIP, SocketAddress } from 'node:net';
import { addressAllowed } from '../../credentials/cidr.ts';
import type { Call } from '../../http/route.ts';
import type { Ref } from '../../ports/store.ts';
import { stored } from '../callParts.ts';
import { invalidIp, missingIp } from './errors.ts';

/** Lists are kept as they were written, with commas. */
export interface Role {
  defaultUser: string;
  allowedUsers: string;
  cidrList: string;
  excludeCidrList: string;
  port: number;
}

export const KEY_TYPE = 'otp';

export function roleKey(call: Pick<Call, 'mount'>, name: string): Ref {
  return stored(call, `role/${name}`);
}

export function blocksIn(list: string): string[] {
  return list
    .split(',')
    .map((block) => block.trim())
    .filter((block) => block !== '');
}

/** Whether an address lies in the blocks of a role and in none it excludes; a role without blocks has no addresses. */
export function coversIp({ cidrList, excludeCidrList }: Role, ip: string): boolean {
  const [blocks, excluded] = [blocksIn(cidrList), blocksIn(excludeCidrList)];
  if (blocks.length === 0 || !addressAllowed(blocks, ip)) return false;
  return excluded.length === 0 || !addressAllowed(excluded, ip);
}

/**
 * An address in its usual notation.
 * @throws VaultError 400 when there is none, or what is given is none
 */
export function readIp(given: string | undefined): string {
  if (!given) throw missingIp();
  const version = isIP(given);
  if (version === 0 || given.includes('%')) throw invalidIp(given);
  return version === 4 ? given : new SocketAddress({ address: given, family: 'ipv6' }).address;
}
