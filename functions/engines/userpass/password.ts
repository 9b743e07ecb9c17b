/** Passwords are kept as bcrypt hashes, and in no other form. */

import { compare, getRounds, hash } from 'bcryptjs';
import { refusal } from '../../http/errors.ts';
import { BCRYPT_COST, MAX_BCRYPT_COST, MAX_PASSWORD_BYTES, MIN_BCRYPT_COST } from '../../limits.ts';

/** The costs that bcrypt has are 4 to 31. */
const BCRYPT = /^\$2[aby]\$(0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}$/;

/** Compared with if a user does not exist, so that the answer takes as long. Nobody knows its password. */
const NOBODYS_HASH = '$2b$10$1c4gt6bcflFT.55ug3aJReaQ8WNjylf/KFX7.E0VOaUo7G0LNpBHW';

export interface Password {
  password: string | undefined;
  password_hash: string | undefined;
}

/**
 * The hash of a password that was sent, or a hash that was sent; undefined when neither was.
 * @throws VaultError 400 when both were, for a password that is too long, and for a hash that is not bcrypt's or has
 * another cost than it may have
 */
export async function hashOf({ password, password_hash }: Password): Promise<string | undefined> {
  if (password && password_hash) throw refusal('only one of password or password_hash may be provided');
  if (password) {
    refuseLong(password);
    return hash(password, BCRYPT_COST);
  }
  if (!password_hash) return undefined;
  refuseHash(password_hash);
  return password_hash;
}

function refuseHash(hash: string): void {
  const [, digits] = BCRYPT.exec(hash) ?? [];
  if (digits === undefined) throw refusal('password_hash is not a valid bcrypt hash');
  const cost = Number(digits);
  if (cost < MIN_BCRYPT_COST)
    throw refusal(`bcrypt cost of ${cost} is too low, want ${MIN_BCRYPT_COST} at minimum`);
  if (cost > MAX_BCRYPT_COST)
    throw refusal(`bcrypt cost of ${cost} exceeds maximum cost of ${MAX_BCRYPT_COST}`);
}

/** @throws VaultError 400 when there is no hash, because no password was sent in either form */
export function requireHash(passwordHash: string | undefined): string {
  if (passwordHash === undefined) throw refusal('must provide either password or password_hash');
  return passwordHash;
}

/**
 * Whether the password matches the hash; without a hash, and if it is too long, it does not, after the same work. A hash of a lower
 * cost is not told apart by its time, either; one of a higher cost is.
 */
export async function isPassword(password: string, ofHash: string | undefined): Promise<boolean> {
  const sent = isTooLong(password) ? '' : password;
  const matches = await compare(sent, ofHash ?? NOBODYS_HASH);
  if (ofHash !== undefined && getRounds(ofHash) < BCRYPT_COST) await compare(sent, NOBODYS_HASH);
  return matches && ofHash !== undefined && !isTooLong(password);
}

/** @throws VaultError 400 */
function refuseLong(password: string): void {
  if (isTooLong(password)) throw refusal('bcrypt: password length exceeds 72 bytes');
}

/** Bcrypt ignores what follows the 72nd byte: two passwords that differ only there would both be right. */
function isTooLong(password: string): boolean {
  return Buffer.byteLength(password) > MAX_PASSWORD_BYTES;
}
