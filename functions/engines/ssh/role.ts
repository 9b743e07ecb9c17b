/** Roles: for which addresses and users one-time passwords are issued (contract §7.1). */

import { addressAllowed, usualAddress } from '../../credentials/cidr.ts';
import { goQuote, refusal } from '../../http/errors.ts';
import type { Call } from '../../http/route.ts';
import type { Ref } from '../../ports/store.ts';
import { engineKey, NAME_WITH_AT, nameOfCall } from '../callParts.ts';

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

/** The name of the role in the path. */
export function sshRoleName(call: Pick<Call, 'params'>): string {
  return nameOfCall(call, NAME_WITH_AT);
}

export function sshRoleKey(call: Pick<Call, 'mount'>, name: string): Ref {
  return engineKey(call, `role/${name}`);
}

/** The parts of a list with commas. */
export function partsOf(list: string): string[] {
  return list
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** Whether an address is in a block of the role and in none that it excludes; without blocks it never is. */
export function coversIp(role: SshRole, ip: string): boolean {
  const excluded = partsOf(role.excludeCidrList);
  return isListedFor(role, ip) && (excluded.length === 0 || !addressAllowed(excluded, ip));
}

/** Whether an address is in a block of the role, excluded or not. */
export function isListedFor({ cidrList }: SshRole, ip: string): boolean {
  const blocks = partsOf(cidrList);
  return blocks.length > 0 && addressAllowed(blocks, ip);
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
  const ip = usualAddress(sent);
  if (ip === undefined) throw refusal(`Invalid IP ${goQuote(sent)}`);
  return ip;
}
