/** Passwords as bcrypt hashes; nothing else of them is kept. */

import { compare, hash } from 'bcryptjs';
import { BCRYPT_COST, MAX_BCRYPT_COST, MAX_PASSWORD_BYTES } from '../../limits.ts';
import { noPasswordGiven, notBcrypt, passwordGivenTwice, passwordTooLong } from './errors.ts';

const BCRYPT = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;

/** Stands in for the hash of a user who does not exist, so that the answer takes as long. Nobody knows its password. */
const NOBODYS_HASH = '$2b$10$1c4gt6bcflFT.55ug3aJReaQ8WNjylf/KFX7.E0VOaUo7G0LNpBHW';

export interface Password {
  password: string | undefined;
  password_hash: string | undefined;
}

/**
 * The hash to keep of a password, or one that was made elsewhere; undefined when neither is given.
 * @throws VaultError 400 for both, for a password bcrypt would cut off, and for a hash that is not bcrypt's
 */
export async function hashOf({ password, password_hash }: Password): Promise<string | undefined> {
  if (password && password_hash) throw passwordGivenTwice();
  if (password) {
    refuseLong(password);
    return hash(password, BCRYPT_COST);
  }
  if (!password_hash) return undefined;
  const cost = Number(BCRYPT.exec(password_hash)?.[1] ?? Number.NaN);
  if (!(cost >= 4 && cost <= MAX_BCRYPT_COST)) throw notBcrypt();
  return password_hash;
}

/** @throws VaultError 400 when no password is given either way */
export async function requiredHashOf(given: Password): Promise<string> {
  const found = await hashOf(given);
  if (found === undefined) throw noPasswordGiven();
  return found;
}

/** Whether it is the password of a hash; of a user who does not exist it is not, after the same work. */
export async function isPassword(password: string, ofHash: string | undefined): Promise<boolean> {
  const matches = await compare(password, ofHash ?? NOBODYS_HASH);
  return matches && ofHash !== undefined;
}

/** bcrypt ignores what comes after 72 bytes: two long passwords would open the same door. */
export function refuseLong(password: string): void {
  if (Buffer.byteLength(password) > MAX_PASSWORD_BYTES) throw passwordTooLong();
}
