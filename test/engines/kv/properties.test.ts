import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Mount } from '../../../functions/tree/mount.ts';
import { isPrintable } from '../../../functions/tree/path.ts';
import { type KvService, startKv } from './kvService.ts';

let kv: KvService;
let v1: Mount;
let v2: Mount;

beforeAll(async () => {
  kv = await startKv();
  v1 = await kv.mount();
  v2 = await kv.mount({ version: '2' });
});
afterAll(() => kv.deps.stop());

const segment = fc.oneof(
  fc.constantFrom(
    'a',
    '#',
    '#1',
    'data',
    'meta',
    'version',
    'config',
    '%2F',
    '%',
    '?',
    ' ',
    '..',
    '.',
    '"',
    '\\',
    '🔑',
  ),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }),
  fc.string({ minLength: 250, maxLength: 400 }),
);
const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/'));
const encoded = (text: string): string => text.split('/').map(encodeURIComponent).join('/');
const value = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), { minKeys: 1, maxKeys: 4 });

const PLACES = [
  'data/',
  'metadata/',
  'subkeys/',
  'delete/',
  'undelete/',
  'destroy/',
  'detailed-metadata/',
  'config',
  '',
];
const HEADERS = { 'content-type': 'application/merge-patch+json' };

describe('kv', () => {
  test('answers any path and body, and never with an internal error', async () => {
    const method = fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'LIST', 'DELETE');
    const anything = fc.dictionary(
      fc.constantFrom(
        'data',
        'options',
        'versions',
        'max_versions',
        'custom_metadata',
        'cas_required',
        'limit',
        'delete_version_after',
        'metadata_cas',
        '__proto__',
      ),
      fc.oneof(
        fc.jsonValue({ maxDepth: 2 }),
        fc.record({ cas: fc.jsonValue({ maxDepth: 1 }) }),
        fc.array(fc.integer()),
      ),
    );
    const query = fc.record(
      {
        version: fc.array(fc.oneof(fc.string(), fc.integer().map(String)), { minLength: 1, maxLength: 2 }),
        depth: fc.array(fc.integer().map(String), { minLength: 1, maxLength: 1 }),
        after: fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 1 }),
        limit: fc.array(fc.integer().map(String), { minLength: 1, maxLength: 1 }),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(
        method,
        fc.constantFrom(...PLACES),
        path,
        anything,
        query,
        async (verb, place, below, body, asked) => {
          for (const mount of [v1, v2]) {
            const url = mount.path + place + encoded(below);
            const { status, text } = await kv.call(verb, url, { headers: HEADERS, body, query: asked });
            expect({ status, text, url }).toMatchObject({ status: expect.toSatisfy((code) => code < 500) });
          }
        },
      ),
      { numRuns: 150 },
    );
    expect(kv.deps.logged.filter((line) => line.includes('unexpected error'))).toEqual([]);
  });

  test('returns what was written to any path it accepts, in either version', async () => {
    await fc.assert(
      fc.asyncProperty(path, value, async (below, data) => {
        const url = encoded(below);
        const first = await kv.call('POST', v1.path + url, { body: data });
        const second = await kv.call('POST', `${v2.path}data/${url}`, { body: { data } });

        const segments = below.split('/');
        const isTaken =
          isPrintable(below) &&
          !below.includes('//') &&
          !below.startsWith('/') &&
          !below.endsWith('/') &&
          !segments.some((name) => name === '.' || name === '..') &&
          Buffer.byteLength(below) <= 900;
        if (isTaken) expect([first.status, second.status]).toEqual([204, 200]);
        if (first.status !== 204 || second.status !== 200) return;
        const text = JSON.stringify(JSON.parse(JSON.stringify(data)));
        expect((await kv.call('GET', v1.path + url)).text).toContain(`"data":${text}`);
        expect((await kv.call('GET', `${v2.path}data/${url}`)).text).toContain(`"data":{"data":${text}`);
      }),
      { numRuns: 50 },
    );
  });
});
