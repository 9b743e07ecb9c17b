/** The metadata of a secret: its settings and the facts of each version, one item for all of them. */

import type { Item, PlacedItem } from '../../../ports/store.ts';
import { record } from '../../../store/record.ts';
import { metadataRef, type Place } from '../place.ts';

export interface Version {
  /** Epoch milliseconds. */
  createdAt: number;
  /** When it was deleted, or will be by `delete_version_after`; epoch milliseconds. */
  deletionAt?: number;
  /** `deleted` needs no look at the clock: two machines' clocks may differ. */
  state: 'live' | 'deleted' | 'destroyed';
}

export interface Metadata {
  /** The number of the newest version; 0 before the first. */
  current: number;
  /** The oldest version kept; 0 before `max_versions` was reached for the first time. */
  oldest: number;
  /** Those that are kept, without a gap, the newest last. */
  versions: readonly Version[];
  /** Epoch milliseconds. */
  createdAt: number;
  /** When the newest version was written; epoch milliseconds. */
  updatedAt: number;
  /** 0 leaves it to the mount's setting. */
  maxVersions: number;
  casRequired: boolean;
  /** Seconds; 0 leaves it to the mount's setting. */
  deleteVersionAfter: number;
  custom: Readonly<Record<string, string>>;
  /** Counts the writes to the settings. */
  metadataVersion: number;
  metadataCasRequired: boolean;
}

/** The metadata of a secret that has no version yet. */
export function newMetadata(now: number): Metadata {
  return {
    current: 0,
    oldest: 0,
    versions: [],
    createdAt: now,
    updatedAt: now,
    maxVersions: 0,
    casRequired: false,
    deleteVersionAfter: 0,
    custom: {},
    metadataVersion: 0,
    metadataCasRequired: false,
  };
}

/** One version as it is stored: created, deletion time or 0, and its place in `STATES`; thousands fit an item. */
type Row = [createdAt: number, deletionAt: number, state: number];

/** As it is stored: versions and pairs are JSON text. */
type Kept = Omit<Metadata, 'versions' | 'custom'> & Record<'revision' | 'versions' | 'custom', string>;

const RECORD = record<Kept>();

const STATES = ['live', 'deleted', 'destroyed'] as const;

/** @param revision unlike any other, so that no write mistakes a new life of the secret for the one it read */
export function metadataItem(place: Place, metadata: Metadata, revision: string): PlacedItem {
  const rows = metadata.versions.map(
    ({ createdAt, deletionAt = 0, state }): Row => [createdAt, deletionAt, STATES.indexOf(state)],
  );
  const [versions, custom] = [JSON.stringify(rows), JSON.stringify(metadata.custom)];
  return RECORD.at(metadataRef(place), { ...metadata, revision, versions, custom });
}

export function metadataOf(item: Item): Metadata {
  const { revision, versions, custom, ...rest } = RECORD.of(item) as Kept;
  return {
    ...rest,
    versions: (JSON.parse(versions) as Row[]).map(versionOf),
    custom: JSON.parse(custom) as Record<string, string>,
  };
}

function versionOf([createdAt, deletionAt, state]: Row): Version {
  return {
    createdAt,
    ...(deletionAt > 0 ? { deletionAt } : {}),
    state: STATES[state] ?? 'destroyed',
  };
}
