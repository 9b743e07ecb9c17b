/**
 * Who still uses an alias. Uses are sampled: a process writes down a caller at most once a minute, with the number of uses since
 * it last did. A process that ends takes its last uses with it, so a count is the least that there were.
 */

import { ALIAS_CALLER_S, ALIAS_USE_MS, MAX_ALIAS_CALLERS, MAX_COUNTED_CALLERS } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import { ABSENT, ConditionFailed, PRESENT, type Store } from '../ports/store.ts';
import { aliasUseKey, aliasUsePartition } from '../store/keys.ts';
import { record } from '../store/record.ts';
import type { Alias } from './alias.ts';

interface AliasCaller {
  displayName: string;
  /** The namespace of its token. */
  namespaceId: string;
  namespacePath: string;
  /** The path that has created its token, relative to that namespace. */
  loginPath: string;
  /** The uuids of the mounts that its token descends from; the auth method that it has logged in at is one of them. */
  mountUuids: string[];
}

/** What tells of a caller, in its token. */
export type CallerToken = Pick<AliasCaller, 'displayName' | 'namespaceId' | 'namespacePath'> & {
  path: string;
  lineage: { mounts: Record<string, number> };
};

function aliasCaller({ displayName, namespaceId, namespacePath, path, lineage }: CallerToken): AliasCaller {
  return {
    displayName,
    namespaceId,
    namespacePath,
    loginPath: path,
    mountUuids: Object.keys(lineage.mounts),
  };
}

export interface AliasUse extends AliasCaller {
  /** Epoch milliseconds. */
  firstAt: number;
  lastAt: number;
  count: number;
}

const RECORD = record<AliasUse>('alias-use');

/** Alias and caller → the uses that are not written yet, and when one was written last. */
type Samples = Map<string, { count: number; writtenAt: number }>;

/** A process has one store, and its samples with it. */
const samplesOf = new WeakMap<object, Samples>();

/**
 * Notes a use. It never fails: a request is not refused for that. How long the caller is remembered does not depend on the end of
 * the alias, which may be renewed.
 */
export async function noteUse(
  { store, clock, log }: Pick<Deps, 'store' | 'clock' | 'log'>,
  { migrationId }: Pick<Alias, 'migrationId'>,
  token: CallerToken,
): Promise<void> {
  const caller = aliasCaller(token);
  const now = clock.now();
  const key = aliasUseKey(migrationId, JSON.stringify(Object.values(caller)));
  const count = sample(store, `${key.pk}#${key.sk}`, now);
  if (count === 0) return;
  const use: AliasUse = { ...caller, firstAt: now, lastAt: now, count };
  const ttl = Math.ceil(now / 1_000) + ALIAS_CALLER_S;
  try {
    await store
      .commit([{ update: key, set: { lastAt: now, ttl }, add: { count }, if: PRESENT }])
      .catch(async (error) => {
        if (!(error instanceof ConditionFailed)) throw error;
        await store.commit([{ put: RECORD.at(key, use, { ttl }), if: ABSENT }]);
      });
  } catch (error) {
    log.warn('a use of an alias was not written down', { id: migrationId, error: (error as Error).name });
  }
}

/** @returns how many uses to write now; 0 when the last write was a short time ago */
function sample(store: object, key: string, now: number): number {
  const sampled: Samples = samplesOf.get(store) ?? new Map();
  samplesOf.set(store, sampled);
  const { count, writtenAt } = sampled.get(key) ?? { count: 0, writtenAt: 0 };
  const isDue = now - writtenAt >= ALIAS_USE_MS;
  sampled.delete(key);
  sampled.set(key, isDue ? { count: 0, writtenAt: now } : { count: count + 1, writtenAt });
  const [oldest] = sampled.keys();
  if (sampled.size > MAX_ALIAS_CALLERS && oldest !== undefined) sampled.delete(oldest);
  return isDue ? count + 1 : 0;
}

export interface AliasUses {
  /** One of each caller, the latest first. */
  uses: AliasUse[];
  /** Whether these are all. They are stored in no order, so of too many, the latest may be left out. */
  isComplete: boolean;
}

/** The callers of an alias of late; at most `MAX_COUNTED_CALLERS` are read. */
export async function usesOf(store: Pick<Store, 'query'>, migrationId: string): Promise<AliasUses> {
  const { table, pk } = aliasUsePartition(migrationId);
  const items = await store.query({ table, pk, limit: MAX_COUNTED_CALLERS + 1 });
  const uses = items.map((item) => RECORD.of(item)).filter((use) => use !== undefined);
  return {
    uses: uses.slice(0, MAX_COUNTED_CALLERS).toSorted((a, b) => b.lastAt - a.lastAt),
    isComplete: uses.length <= MAX_COUNTED_CALLERS,
  };
}
