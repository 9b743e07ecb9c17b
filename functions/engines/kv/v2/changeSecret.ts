/**
 * Changes a secret in one transaction: its metadata, a new value, and the values to remove. If another write changed
 * the secret meanwhile, the secret is read again and the change is decided again. So no write is lost or overwritten.
 */

import { tryAgain } from '../../../http/errors.ts';
import type { Reply } from '../../../http/route.ts';
import { MAX_CONTENDED_TRIES } from '../../../limits.ts';
import { ABSENT, ConditionFailed, type Write } from '../../../ports/store.ts';
import { metadataRef, type SecretPlace, v1Ref, versionRef } from '../place.ts';
import type { VersionInfo } from './describe.ts';
import { type FoundSecret, findSecret, upgradeWrites } from './findSecret.ts';
import { metadataItem, type SecretMetadata } from './metadata.ts';

interface SecretChange {
  /** The metadata after the change; absent to remove the secret. */
  metadata?: SecretMetadata;
  /** JSON text of the newest version, if that is new. */
  value?: string;
  /** Numbers of the versions whose values are removed; at most `MAX_REMOVED_VERSIONS`. */
  removed?: readonly number[];
}

export interface Decision {
  /** Absent if there is nothing to write. */
  change?: SecretChange;
  /** Whether the change is one step of several, because all is too large for one transaction. */
  unfinished?: boolean;
  /** The answer to the client after the last step. */
  answer?: Reply<VersionInfo>;
}

/**
 * Changes the secret as `decide` says. It has a loop of its own, and not `retryContended`, because a change may take
 * several steps: each continues from what the step before has written, and only a lost race counts as a try.
 * @param decide called with the current secret before each step; it returns undefined to have the secret read again
 * @returns the answer of the last decision
 * @throws VaultError 503 after too many lost races
 */
export async function changeSecret(
  place: SecretPlace,
  decide: (found: FoundSecret | undefined) => Promise<Decision | undefined> | Decision,
): Promise<Reply<VersionInfo> | undefined> {
  let found = await findSecret(place);
  for (let lost = 0; lost < MAX_CONTENDED_TRIES; ) {
    const decision = await decide(found);
    if (decision && !decision.change) return decision.answer;
    const outcome = decision?.change ? await commit(place, found, decision.change) : 'lost';
    if (outcome === 'lost') {
      found = await findSecret(place);
      lost++;
    } else {
      if (!decision?.unfinished) return decision?.answer;
      found = outcome;
    }
  }
  throw tryAgain();
}

/** @returns the secret after the change; `lost` if another write changed it meanwhile */
async function commit(
  place: SecretPlace,
  found: FoundSecret | undefined,
  change: SecretChange,
): Promise<FoundSecret | undefined | 'lost'> {
  const revision = place.deps.ids.base62(16);
  const after = change.metadata && { metadata: change.metadata, revision };
  try {
    await place.deps.store.commit(writesOf(place, found, change, revision));
    return after;
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    // If the item has our revision, an earlier try of this same write succeeded and its answer was lost.
    return after && error.itemAt(metadataRef(place))?.revision === revision ? after : 'lost';
  }
}

function writesOf(
  place: SecretPlace,
  found: FoundSecret | undefined,
  change: SecretChange,
  revision: string,
): Write[] {
  const { metadata, value, removed = [] } = change;
  const condition = found?.revision === undefined ? ABSENT : { revision: found.revision };
  const writes: Write[] = metadata
    ? [{ put: metadataItem(place, metadata, revision), if: condition }]
    : [{ delete: metadataRef(place), if: condition }];
  if (found?.v1) writes.push(...upgradeWrites(place, found.v1, !removed.includes(1)));
  else writes.push(...removed.map((number): Write => ({ delete: versionRef(place, number) })));
  if (!metadata && !found?.v1) writes.push({ delete: v1Ref(place) });
  if (metadata && value !== undefined)
    writes.push({ put: { ...versionRef(place, metadata.current), value } });
  return writes;
}
