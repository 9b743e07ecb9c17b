import { describe, expect, it } from 'vitest';
import { addUnits, itemBytes, readUnits, unitsOf, writeUnits } from './units.ts';

describe('request units', () => {
  it.each([
    [1, 1, 2],
    [1_024, 1, 2],
    [1_025, 2, 4],
    [400_000, 391, 782],
  ])('of a write of %i bytes are %i, in a transaction %i', (bytes, alone, transactional) => {
    expect(writeUnits(bytes)).toBe(alone);
    expect(writeUnits(bytes, { transactional: true })).toBe(transactional);
  });

  it.each([
    [1, 1],
    [4_096, 1],
    [4_097, 2],
  ])('of a strong read of %i bytes are %i', (bytes, units) => {
    expect(readUnits(bytes)).toBe(units);
  });

  it('are summed over tables, as read or write units by the operation', () => {
    const write = unitsOf('TransactWriteItems', [{ CapacityUnits: 3 }, { CapacityUnits: 4 }]);
    const read = unitsOf('GetItem', { CapacityUnits: 1 });
    expect(addUnits(write, read)).toEqual({ read: 1, write: 7 });
    expect(unitsOf('Query', undefined)).toEqual({ read: 0, write: 0 });
  });
});

describe('the size of an item', () => {
  it.each([
    ['text, by its bytes', { name: 'grüß' }, 4 + 6],
    ['numbers, two digits a byte', { n: -12_345.5 }, 1 + 4],
    ['booleans and null', { a: true, b: null }, 2 + 2],
    ['lists', { list: ['ab', 'c'] }, 4 + 3 + 2 + 3],
    ['maps', { map: { key: 'value' } }, 3 + 3 + 1 + 8],
  ])('counts %s', (_, item, bytes) => {
    expect(itemBytes(item)).toBe(bytes);
  });
});
