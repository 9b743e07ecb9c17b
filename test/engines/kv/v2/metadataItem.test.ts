/** How the metadata of a secret is stored. */

import { expect, it } from 'vitest';
import type { SecretPlace } from '../../../../functions/engines/kv/place.ts';
import { metadataItem, metadataOf, newMetadata } from '../../../../functions/engines/kv/v2/metadata.ts';
import {
  MAX_CUSTOM_METADATA_KEY_BYTES,
  MAX_CUSTOM_METADATA_KEYS,
  MAX_CUSTOM_METADATA_VALUE_BYTES,
  MAX_SECRET_VERSIONS,
  MAX_STORAGE_KEY_BYTES,
} from '../../../../functions/limits.ts';
import type { PlacedItem } from '../../../../functions/ports/store.ts';

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html: names and values as UTF-8. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value !== 'object' || value === null) return 21;
  const entries = Object.entries(value);
  return entries.reduce((sum, [name, one]) => sum + 1 + Buffer.byteLength(name) + sizeOf(one), 3);
}

const MAX_ITEM_BYTES = 400 * 1_024;
const place = { mountUuid: 'u'.repeat(36), path: 'p'.repeat(MAX_STORAGE_KEY_BYTES) } as SecretPlace;
const now = Date.parse('2100-01-01');

const largest = {
  ...newMetadata(now),
  versions: Array.from({ length: MAX_SECRET_VERSIONS }, () => {
    return { createdAt: now, deletionAt: now + 9_223_372_036_000, state: 'deleted' as const };
  }),
  custom: Object.fromEntries(
    Array.from({ length: MAX_CUSTOM_METADATA_KEYS }, (_, i) => [
      `${i}`.padStart(MAX_CUSTOM_METADATA_KEY_BYTES, '"'),
      '"'.repeat(MAX_CUSTOM_METADATA_VALUE_BYTES),
    ]),
  ),
};

it('the most that a secret may have fits into one item, and is read as it was written', () => {
  const item: PlacedItem = metadataItem(place, largest, 'r'.repeat(32));
  expect(sizeOf(item)).toBeLessThan(MAX_ITEM_BYTES);
  expect(metadataOf(item)).toMatchObject(largest);
});

it.each(['__proto__', 'constructor', 'ü'])('custom metadata may have the key %s', (key) => {
  const custom = Object.fromEntries([
    ['a', 'b'],
    [key, 'c'],
  ]);
  const item = metadataItem(place, { ...newMetadata(now), custom }, '');
  expect(Object.entries(metadataOf(item).custom)).toEqual(Object.entries(custom));
});

it('custom metadata that was stored as JSON is read', () => {
  const item = metadataItem(place, largest, '');
  expect(metadataOf({ ...item, custom: JSON.stringify(largest.custom) })).toMatchObject(largest);
});
