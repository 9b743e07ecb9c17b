/**
 * Idempotency keys: requests in one namespace with the same key and the same content have the effect of one, for thirty
 * days (R8). The item of a key is written in the transaction that accepts the request, on condition that the key is
 * free.
 */

import { refusal, VaultError } from '../http/errors.ts';
import type { Call } from '../http/route.ts';
import { IDEMPOTENCY_RETENTION_S, MAX_IDEMPOTENCY_KEY_LENGTH } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import { ABSENT, type Item, type Put, type Ref } from '../ports/store.ts';
import { idempotencyKey, sha256 } from '../store/keys.ts';

/** A key that came with a request. */
export interface Idempotency {
  ref: Ref;
  /** SHA-256 of the content of the request. */
  requestHash: string;
}

/**
 * Reads the key of a request from the header `Idempotency-Key` or the field `idempotency_key`.
 * @throws VaultError 400 when the key is not valid
 */
export function readIdempotency({
  namespace,
  path,
  headers,
  raw,
}: Pick<Call, 'namespace' | 'path' | 'headers' | 'raw'>): Idempotency | undefined {
  const { idempotency_key: field, ...asked } = raw;
  const key = headers['idempotency-key'] ?? field ?? undefined;
  if (key === undefined) return undefined;
  if (typeof key !== 'string' || key === '' || key.length > MAX_IDEMPOTENCY_KEY_LENGTH)
    throw refusal(`an idempotency key is a text of 1 to ${MAX_IDEMPOTENCY_KEY_LENGTH} characters`);
  return { ref: idempotencyKey(namespace.id, key), requestHash: hashOf(path, asked) };
}

/** The key of a request by an event: EventBridge gives each event an id, and may deliver it twice. */
export function eventKey(eventId: string, path: string, asked: object): Idempotency {
  return { ref: idempotencyKey('event', eventId), requestHash: hashOf(path, asked) };
}

/**
 * The key of one run of a schedule. It has no content, because the schedule may change between two deliveries of the
 * same time.
 * @param plannedAt epoch milliseconds
 */
export function runKey(scheduleId: string, plannedAt: number): Idempotency {
  return { ref: idempotencyKey('schedule', `${scheduleId}#${plannedAt}`), requestHash: '' };
}

function hashOf(path: string, asked: object): string {
  return sha256(`${path}#${canonical(asked)}`);
}

/**
 * @returns the id that an earlier request with this key created
 * @throws VaultError 422 when that request had another content
 */
export async function replayed(
  { store, clock }: Pick<Deps, 'store' | 'clock'>,
  key: Idempotency | undefined,
): Promise<string | undefined> {
  return key && createdBy(key, await store.get(key.ref), clock.now());
}

/**
 * @param now epoch milliseconds; an expired item counts as absent
 * @throws VaultError 422 when the item belongs to another request
 */
function createdBy({ requestHash }: Idempotency, item: Item | undefined, now: number): string | undefined {
  if (!item || (item.ttl as number) <= seconds(now)) return undefined;
  if (item.requestHash !== requestHash)
    throw new VaultError(422, ['the idempotency key was used with another request']);
  return item.id as string;
}

/**
 * The write that records what a request with this key created. Its condition fails when the key is in use.
 * @param now epoch milliseconds
 */
export function remember({ ref, requestHash }: Idempotency, id: string, now: number): Put {
  const ttl = seconds(now) + IDEMPOTENCY_RETENTION_S;
  const free = [ABSENT, { ttl: { atMost: seconds(now) } }];
  return { put: { ...ref, kind: 'idempotency', id, requestHash, ttl }, if: free };
}

function seconds(now: number): number {
  return Math.floor(now / 1_000);
}

/** JSON with the fields of each object in a fixed order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part) =>
    typeof part === 'object' && part !== null && !Array.isArray(part) && !JSON.isRawJSON(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
