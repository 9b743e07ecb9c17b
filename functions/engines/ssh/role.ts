/** Roles: for which addresses and users one-time passwords are issued (contract §7.1). */

import { isIP, SocketAddress } from 'node:net';
import { addressAllowed } from '../../credentials/cidr.ts';
import { goQuote, refusal } from '../../http/errors.ts';
import type { Call } from '../../http/route.ts';
import type { Ref } from '../../ports/store.ts';
import { engineKey } from '../callParts.ts';

/** Lists are kept as they were sent, as text with commas. */
export interface SshRole {
  defaultUser: string;
  allowedUsers: string;
  cidrList: string;
  excludeCidrList: string;
  port: number;
}

/** The only type of key that roles may have. */
export const KEY_TYPE = 'otp';

export function sshRoleKey(call: Pick<Call, 'mount'>, name: string): Ref {
  return engineKey(call, `role/${name}`);
}

/** The CIDR blocks in a list with commas. */
export function blocksIn(list: string): string[] {
  return list
    .split(',')
    .map((block) => block.trim())
    .filter((block) => block !== '');
}

/** Whether an address is in a block of the role and in none that it excludes; without blocks it never is. */
export function coversIp({ cidrList, excludeCidrList }: SshRole, ip: string): boolean {
  const [blocks, excluded] = [blocksIn(cidrList), blocksIn(excludeCidrList)];
  if (blocks.length === 0 || !addressAllowed(blocks, ip)) return false;
  return excluded.length === 0 || !addressAllowed(excluded, ip);
}

/** @throws VaultError 400 when no address was sent */
export function ipSent({ ip }: { ip?: string | undefined }): string {
  if (!ip) throw refusal('Missing ip');
  return ip;
}

/**
 * An address in its usual notation.
 * @throws VaultError 400 when it is no IP address
 */
export function parseIp(sent: string): string {
  const version = isIP(sent);
  if (version === 0 || sent.includes('%')) throw refusal(`Invalid IP ${goQuote(sent)}`);
  return version === 4 ? sent : new SocketAddress({ address: sent, family: 'ipv6' }).address;
}
