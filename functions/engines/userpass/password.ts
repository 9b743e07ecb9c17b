/** Passwords are kept as bcrypt hashes, and in no other form. */

import { compare, hash } from 'bcryptjs';
import { refusal } from '../../http/errors.ts';
import { BCRYPT_COST, MAX_BCRYPT_COST, MAX_PASSWORD_BYTES } from '../../limits.ts';

const BCRYPT = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;

/** Compared with if a user does not exist, so that the answer takes as long. Nobody knows its password. */
const NOBODYS_HASH = '$2b$10$1c4gt6bcflFT.55ug3aJReaQ8WNjylf/KFX7.E0VOaUo7G0LNpBHW';

export interface Password {
  password: string | undefined;
  password_hash: string | undefined;
}

/**
 * The hash of a password that was sent, or a hash that was sent; undefined when neither was.
 * @throws VaultError 400 when both were, for a password that is too long, and for a hash that is not bcrypt's
 */
export async function hashOf({ password, password_hash }: Password): Promise<string | undefined> {
  if (password && password_hash) throw refusal('only one of password or password_hash may be provided');
  if (password) {
    refuseLong(password);
    return hash(password, BCRYPT_COST);
  }
  if (!password_hash) return undefined;
  const cost = Number(BCRYPT.exec(password_hash)?.[1] ?? Number.NaN);
  if (!(cost >= 4 && cost <= MAX_BCRYPT_COST))
    throw refusal(`password_hash is not a bcrypt hash of a cost up to ${MAX_BCRYPT_COST}`);
  return password_hash;
}

/** @throws VaultError 400 when there is no hash, because no password was sent in either form */
export function requireHash(passwordHash: string | undefined): string {
  if (passwordHash === undefined) throw refusal('must provide either password or password_hash');
  return passwordHash;
}

/** Whether the password matches the hash; without a hash it does not, after the same work. */
export async function isPassword(password: string, ofHash: string | undefined): Promise<boolean> {
  const matches = await compare(password, ofHash ?? NOBODYS_HASH);
  return matches && ofHash !== undefined;
}

/**
 * Bcrypt ignores what follows the 72nd byte: two passwords that differ only there would both be right.
 * @throws VaultError 400
 */
export function refuseLong(password: string): void {
  if (Buffer.byteLength(password) > MAX_PASSWORD_BYTES)
    throw refusal('bcrypt: password length exceeds 72 bytes');
}
