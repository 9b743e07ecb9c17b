/** A wrapped answer: kept in the storage of a token that is good for one thing, to hand it out once. */

import { issueToken } from '../credentials/issueToken.ts';
import { cleanupTime, type Token } from '../credentials/token.ts';
import { grantTtl } from '../credentials/ttl.ts';
import type { Reply } from '../http/route.ts';
import type { Shape, Wire } from '../http/shape.ts';
import { MAX_WRAPPED_BYTES } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import { ConditionFailed, type Item, type PlacedItem, PRESENT, type Write } from '../ports/store.ts';
import { tokenKey, wrappedKey } from '../store/keys.ts';
import { record } from '../store/record.ts';
import { tokenIssuer } from '../tree/builtin.ts';
import type { Namespace } from '../tree/namespace.ts';
import { invalidWrappingToken, wrappedTooLarge } from './errors.ts';

const POLICY = 'response-wrapping';

export interface Wrapped {
  /** The body that unwrapping answers, as JSON text. */
  envelope: string;
  /** The path that the answer comes from, relative to the namespace. */
  creationPath: string;
  /** Seconds. */
  creationTtl: number;
  /** Of a token or secret-id in the answer, so that it can be revoked unseen. */
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
 * Puts an answer away and makes the token for it. That token hangs on nobody: who receives it shall be able to unwrap
 * whatever became of who asked. What is in the answer is judged by itself when it is used.
 * @param taking writes that take the answer out of where it was, if it was wrapped before
 * @returns an answer that tells of the token and nothing else
 * @throws VaultError 413 for an answer that is too long, 400 when it was taken by somebody else
 */
export async function wrap(
  deps: Deps,
  namespace: Namespace,
  order: Wrapped,
  taking: Write[] = [],
): Promise<Reply> {
  if (Buffer.byteLength(order.envelope) > MAX_WRAPPED_BYTES) throw wrappedTooLarge();
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
      issuer: tokenIssuer(namespace),
      path: kept.creationPath,
      leasePath: 'wrapping',
      leaseId: 'auth/token/wrapping',
      policies: [POLICY],
      displayName: '',
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

/** Take an answer out of a wrapping token. Of many that try at once the mark on the token lets one succeed. */
export function takingOf({ hash, accessor }: Token): Write[] {
  return [
    { delete: wrappedKey(accessor) },
    { update: tokenKey(hash), set: { revoked: true }, if: { ...PRESENT, revoked: { absent: true } } },
  ];
}
