/** The metadata of a secret, one item: its settings and the facts of each version. */

import type { Item, PlacedItem } from '../../../ports/store.ts';
import { record } from '../../../store/record.ts';
import { metadataRef, type SecretPlace } from '../place.ts';

export interface Version {
  /** Epoch milliseconds. */
  createdAt: number;
  /** When it was deleted, or will be deleted because of `delete_version_after`; epoch milliseconds. */
  deletionAt?: number;
  /** `deleted` holds without regard to `deletionAt`: the clocks of two machines may differ. */
  state: 'live' | 'deleted' | 'destroyed';
}

export interface SecretMetadata {
  /** The number of the newest version; 0 before the first. */
  current: number;
  /** The number of the oldest version kept; 0 before `max_versions` was reached for the first time. */
  oldest: number;
  /** The versions that are kept, without a gap, the newest last. */
  versions: readonly Version[];
  /** Epoch milliseconds. */
  createdAt: number;
  /** When the newest version or the settings were written; epoch milliseconds. */
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

/**
 * The metadata of a secret that has no version yet.
 * @param now epoch milliseconds
 */
export function newMetadata(now: number): SecretMetadata {
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

/** One version as stored; thousands fit into one item. `deletionAt` is 0 for none, `state` an index of `STATES`. */
type Row = [createdAt: number, deletionAt: number, state: number];

/**
 * The metadata as stored: versions are JSON text. Custom metadata is a list of each key and its value: JSON, as it was, may be twice
 * as long, and a map cannot have every key.
 */
type Kept = Omit<SecretMetadata, 'versions' | 'custom'> &
  Record<'revision' | 'versions', string> & { custom: string[] | string };

const RECORD = record<Kept>();

const STATES = ['live', 'deleted', 'destroyed'] as const;

/** @param revision random: a write must fail if the secret it read was removed and created again meanwhile */
export function metadataItem(place: SecretPlace, metadata: SecretMetadata, revision: string): PlacedItem {
  const rows = metadata.versions.map(
    ({ createdAt, deletionAt = 0, state }): Row => [createdAt, deletionAt, STATES.indexOf(state)],
  );
  const custom = Object.entries(metadata.custom).flat();
  return RECORD.at(metadataRef(place), { ...metadata, revision, versions: JSON.stringify(rows), custom });
}

export function metadataOf(item: Item): SecretMetadata {
  const { revision, versions, custom, ...rest } = RECORD.of(item) as Kept;
  return {
    ...rest,
    versions: (JSON.parse(versions) as Row[]).map(versionOf),
    custom: typeof custom === 'string' ? (JSON.parse(custom) as SecretMetadata['custom']) : pairsOf(custom),
  };
}

function pairsOf(list: string[]): SecretMetadata['custom'] {
  const keys = list.filter((_, i) => i % 2 === 0);
  return Object.fromEntries(keys.map((key, i) => [key, list[2 * i + 1] ?? '']));
}

function versionOf([createdAt, deletionAt, state]: Row): Version {
  return {
    createdAt,
    ...(deletionAt > 0 ? { deletionAt } : {}),
    state: STATES[state] ?? 'destroyed',
  };
}
