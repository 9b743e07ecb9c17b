/** Which token a request is about: the one that asks, or one that it names. */

import type { Schema } from '../http/fields.ts';
import { tokenIn } from '../http/message.ts';
import type { Call } from '../http/route.ts';
import { sha256 } from '../store/keys.ts';
import { hashByAccessor } from './findToken.ts';
import type { Token } from './token.ts';
import { missingAccessor, missingTokenId } from './tokenErrors.ts';

export const TOKEN_FIELD = { token: 'string' } as const;
export const ACCESSOR_FIELD = { accessor: 'string' } as const;

/** The token that asks. */
export function ownToken<S extends Schema>({ caller }: Call<S>): Token {
  if (!caller) throw new TypeError('the route asks for no token');
  return caller.token;
}

/** The token that asks as it was sent, which is stored nowhere. */
export function ownSecret<S extends Schema>({ headers }: Call<S>): string {
  return tokenIn(headers) ?? '';
}

/** @throws VaultError 400 when no token is named */
export function namedSecret(token: string | undefined): string {
  if (!token) throw missingTokenId();
  return token;
}

/** @throws VaultError 400 when no token is named */
export function namedHash(token: string | undefined): string {
  return sha256(namedSecret(token));
}

/**
 * @returns the hash of the token that the accessor stands for, without any judgement
 * @throws VaultError 400 when no accessor is given
 */
export async function hashOfAccessor({
  deps,
  fields,
}: Call<typeof ACCESSOR_FIELD>): Promise<string | undefined> {
  if (!fields.accessor) throw missingAccessor();
  return hashByAccessor(deps, fields.accessor);
}
