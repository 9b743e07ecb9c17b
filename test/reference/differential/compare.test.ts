import { describe, expect, it } from 'vitest';
import type { Answer } from '../../support/exchange.ts';
import { differencesOf } from './compare.ts';

function answer(status: number, json: unknown): Answer {
  return { status, json, text: json === undefined ? '' : JSON.stringify(json) };
}

/** Differences of two answers with the status 200. */
const between = (one: unknown, other: unknown) => differencesOf(answer(200, one), answer(200, other));

const ID = '0b7ed0f5-9d5e-4a3c-9d07-0f5f0e4f8a5e';
const OTHER_ID = '4c1e6f0a-57d1-49f0-8a2b-2f1a0c3d4e5f';

describe('two answers', () => {
  it('are alike but for what no two runs have alike', () => {
    const one = { request_id: ID, data: { created_time: '2026-01-01T00:00:00.123456789Z', ttl: 3_600 } };
    const other = { request_id: OTHER_ID, data: { created_time: '2027-02-02T02:02:02Z', ttl: 3_599 } };
    expect(between(one, other)).toEqual([]);
    expect(between({ errors: [`no ${ID}`] }, { errors: [`no ${OTHER_ID}`] })).toEqual([]);
    expect(between({ lease_id: `a/creds/r/${'x'.repeat(24)}` }, { lease_id: 'a/creds/r/y' })).toEqual([]);
  });

  it.each([
    ['another status', 204, 202, undefined, undefined, 'status 204 ≠ 202:  ≠ '],
    ['another text', 400, 400, { errors: ['a'] }, { errors: ['b'] }, 'errors[]: a ≠ b'],
    ['no text', 400, 400, { errors: ['a'] }, { errors: [] }, 'errors: ["a"] ≠ []'],
    ['a body on one side', 200, 200, undefined, {}, 'text  ≠ {}'],
    ['a field less', 200, 200, { data: { ab_c: 1 } }, { data: {} }, 'data.ab_c: 1 ≠ absent'],
    ['a field more', 200, 200, { data: {} }, { data: { ab_c: null } }, 'data.ab_c: absent ≠ null'],
    ['another type', 200, 200, { data: '1' }, { data: 1 }, 'data: 1 ≠ 1'],
    ['another time', 200, 200, { ttl: 3_600 }, { ttl: 3_000 }, 'ttl: 3600 ≠ 3000'],
    [
      'no time',
      200,
      200,
      { deletion_time: '' },
      { deletion_time: '2027-01-01T00:00:00Z' },
      'deletion_time: empty ≠ time',
    ],
    ['another order', 200, 200, { keys: ['a', 'b'] }, { keys: ['b', 'a'] }, 'keys[]: a ≠ b'],
    ['another way to a name', 200, 200, { data: { 'a/': 1 } }, { data: { 'a/': 2 } }, 'data.<name>: 1 ≠ 2'],
  ])('differ by %s', (_, one, other, oneJson, otherJson, signature) => {
    expect(differencesOf(answer(one, oneJson), answer(other, otherJson))[0]).toBe(signature);
  });

  it('tell a difference of a mount table once', () => {
    const table = (type: string) => ({ 'a/': { type }, data: { 'a/': { type } } });
    expect(between(table('kv'), table('generic'))).toEqual(['data.<name>.type: kv ≠ generic']);
  });
});
