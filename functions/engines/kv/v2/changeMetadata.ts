/**
 * Changes a secret: metadata, new values and values that go, in one transaction that holds only if nobody came
 * between. Whoever did is looked at, and the change is decided anew, so no write is lost and none is overwritten.
 */

import { tryAgain } from '../../../http/errors.ts';
import type { Reply } from '../../../http/route.ts';
import { MAX_CONTENDED_TRIES } from '../../../limits.ts';
import { ABSENT, ConditionFailed, type Write } from '../../../ports/store.ts';
import { metadataRef, type Place, v1Ref, versionRef } from '../place.ts';
import type { VersionInfo } from './describe.ts';
import { type Found, findMetadata } from './findMetadata.ts';
import { type Metadata, metadataItem } from './metadata.ts';
import { migration } from './upgrade.ts';

export interface Change {
  /** The secret as it is to be; absent, it goes altogether. */
  metadata?: Metadata;
  /** JSON text of the newest version, if that is new. */
  value?: string;
  /** Numbers of versions whose values go; at most `MAX_REMOVED_VERSIONS`. */
  removed?: readonly number[];
}

export interface Decision {
  change?: Change;
  /** Whether this is one step of a change too large for one transaction: the next is decided after it. */
  unfinished?: boolean;
  /** What the client is told when it is done. */
  answer?: Reply<VersionInfo>;
}

/**
 * The loop is its own, since a change may take several steps: each goes on from what the one before has written, and
 * only a step that others overtook counts as a try.
 * @param decide given the secret as it is, what to do; nothing, when what it read was overtaken by another write
 * @returns the answer of the last decision
 * @throws VaultError 503 when too many races were lost
 */
export async function changeMetadata(
  place: Place,
  decide: (found: Found | undefined) => Promise<Decision | undefined> | Decision,
): Promise<Reply<VersionInfo> | undefined> {
  let found = await findMetadata(place);
  for (let lost = 0; lost < MAX_CONTENDED_TRIES; ) {
    const decision = await decide(found);
    if (decision && !decision.change) return decision.answer;
    const outcome = decision?.change ? await commit(place, found, decision.change) : 'lost';
    if (outcome === 'lost') {
      found = await findMetadata(place);
      lost++;
    } else {
      if (!decision?.unfinished) return decision?.answer;
      found = outcome;
    }
  }
  throw tryAgain();
}

/** @returns the secret after the change */
async function commit(
  place: Place,
  found: Found | undefined,
  change: Change,
): Promise<Found | undefined | 'lost'> {
  const revision = place.deps.ids.base62(16);
  const after = change.metadata && { metadata: change.metadata, revision };
  try {
    await place.deps.store.commit(writesOf(place, found, change, revision));
    return after;
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    // An earlier try of this very write went through and its answer was lost on the way.
    return after && error.itemAt(metadataRef(place))?.revision === revision ? after : 'lost';
  }
}

function writesOf(place: Place, found: Found | undefined, change: Change, revision: string): Write[] {
  const { metadata, value, removed = [] } = change;
  const condition = found?.revision === undefined ? ABSENT : { revision: found.revision };
  const writes: Write[] = metadata
    ? [{ put: metadataItem(place, metadata, revision), if: condition }]
    : [{ delete: metadataRef(place), if: condition }];
  if (found?.legacy) writes.push(...migration(place, found.legacy, !removed.includes(1)));
  else writes.push(...removed.map((number): Write => ({ delete: versionRef(place, number) })));
  if (!metadata && !found?.legacy) writes.push({ delete: v1Ref(place) });
  if (metadata && value !== undefined)
    writes.push({ put: { ...versionRef(place, metadata.current), value } });
  return writes;
}
