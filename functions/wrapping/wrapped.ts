/**
 * A wrapped answer: stored with a token that can do one thing, unwrap it, and only once (contract §2.3). The token is a
 * lease of the mount that gave the answer, so it ends when the mount is moved or disabled (R5).
 */

import { issueToken } from '../credentials/issueToken.ts';
import { cleanupTime, type Token } from '../credentials/token.ts';
import { grantTtl } from '../credentials/ttl.ts';
import { refusal, tooLarge, type VaultError } from '../http/errors.ts';
import type { Reply } from '../http/route.ts';
import type { Shape, Wire } from '../http/shape.ts';
import { MAX_WRAPPED_BYTES } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import { ConditionFailed, type Item, type PlacedItem, PRESENT, type Write } from '../ports/store.ts';
import { tokenKey, wrappedKey } from '../store/keys.ts';
import { record } from '../store/record.ts';
import type { Issuer } from '../tree/generation.ts';
import type { Namespace } from '../tree/namespace.ts';

/** The policy of wrapping tokens, which no other token can have. */
export const WRAPPING_POLICY = 'response-wrapping';

/** Where a wrapping token is listed: below the mount that gave the answer, also when it is wrapped again. */
export interface WrapPlace {
  issuer: Issuer;
  /** The path of the lease inside the mount, without its random last segment. */
  leasePath: string;
  /** The id of the lease, without the same. */
  leaseId: string;
  /** If the answer was given at an alias in another namespace: it ends with the alias, as a lease does. */
  door?: string;
  /** Then these are the ids of the namespaces that the alias led into. While one is locked, the answer is not given. */
  behind?: string[];
}

export interface Wrapped {
  /** The body of the answer, as JSON text. */
  envelope: string;
  /** Its status, if that is not 200. */
  status?: number;
  place: WrapPlace;
  /** The path of the request that was answered, relative to its namespace. */
  creationPath: string;
  /** Seconds that the wrapping token is valid. */
  creationTtl: number;
  /** The accessor of a token or secret-id in the answer, by which it can be revoked before it is unwrapped. */
  wrappedAccessor?: string;
}

/** A wrapped answer as it is stored; `createdAt` in epoch milliseconds. */
export type StoredAnswer = Wrapped & { createdAt: number };

const RECORD = record<StoredAnswer>();

export function wrappedOf(item: Item | undefined): StoredAnswer | undefined {
  return RECORD.of(item);
}

export const WRAP_INFO = {
  token: 'string',
  accessor: 'string',
  ttl: 'duration',
  creation_time: 'string',
  creation_path: 'string',
  'wrapped_accessor?': 'string',
} as const satisfies Shape;

/**
 * Stores an answer and issues the wrapping token for it. That token has no parent: its receiver can unwrap the answer
 * even if the token of the request was revoked meanwhile. Credentials in the answer are checked when they are used.
 * @param taking writes that remove the answer from the token that wrapped it before, if there is one
 * @returns an answer with the wrapping token and nothing else
 * @throws VaultError 413 when the answer is too long, 400 when another request unwrapped it meanwhile
 */
export async function wrap(
  deps: Deps,
  namespace: Namespace,
  order: Wrapped,
  taking: Write[] = [],
): Promise<Reply> {
  if (Buffer.byteLength(order.envelope) > MAX_WRAPPED_BYTES)
    throw tooLarge(`a wrapped response is at most ${MAX_WRAPPED_BYTES} bytes large`);
  const { ttl, warnings } = grantTtl({ ttl: order.creationTtl }, undefined);
  const { secret, token } = await issue(deps, namespace, { ...order, creationTtl: ttl }, taking);
  const { creationPath, wrappedAccessor } = order;
  const wrapInfo: Wire<typeof WRAP_INFO> = {
    token: secret,
    accessor: token.accessor,
    ttl,
    creation_time: new Date(token.createdAt).toISOString(),
    creation_path: creationPath,
    ...(wrappedAccessor ? { wrapped_accessor: wrappedAccessor } : {}),
  };
  return { wrapInfo, warnings };
}

async function issue(deps: Deps, namespace: Namespace, kept: Wrapped, taking: Write[]) {
  try {
    return await issueToken(deps, {
      namespace,
      ...kept.place,
      path: kept.creationPath,
      policies: [WRAPPING_POLICY],
      displayName: 'token',
      ttl: kept.creationTtl,
      maxTtl: kept.creationTtl,
      explicitMaxTtl: kept.creationTtl,
      numUses: 1,
      renewable: false,
      alongside: taking,
      keeps: (token) => ({ put: itemOf(kept, token) }),
    });
  } catch (error) {
    throw error instanceof ConditionFailed ? invalidWrappingToken() : error;
  }
}

function itemOf(kept: Wrapped, { accessor, createdAt, expiresAt }: Token): PlacedItem {
  return RECORD.at(wrappedKey(accessor), { ...kept, createdAt }, { ttl: cleanupTime(expiresAt) });
}

/** The writes that take an answer from its wrapping token. The mark lets only one of concurrent requests succeed. */
export function takingOf({ hash, accessor }: Token): Write[] {
  return [
    { delete: wrappedKey(accessor) },
    { update: tokenKey(hash), set: { revoked: true }, if: { ...PRESENT, revoked: { absent: true } } },
  ];
}

/**
 * The same for a token that is unknown, expired, used or missing. A client that expected a valid one should treat it as
 * an incident: somebody else may have unwrapped the answer.
 */
export function invalidWrappingToken(): VaultError {
  return refusal('wrapping token is not valid or does not exist');
}
