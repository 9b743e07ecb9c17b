/** Very long values in every field of every route: refused or accepted, never an unexpected error. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseDuration } from '../../functions/http/duration.ts';
import type { Route } from '../../functions/http/route.ts';
import { type FieldType, typeOf } from '../../functions/http/shape.ts';
import { MAX_BODY_BYTES } from '../../functions/limits.ts';
import { vaultApi } from '../../functions/vaultApi.ts';
import { type Caller, caller } from '../support/call.ts';
import { placeMount } from '../support/place.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { rootToken } from '../support/tokens.ts';
import { MOUNTS, pathOf, ROWS } from './everyRoute.ts';

const ROOT_TOKEN = 'the-root-token-of-monsters';

/** More than a DynamoDB item can hold. */
const BYTES = 450_000;
const filled = (part: string) => part.repeat(BYTES / part.length);

/** Each breaks a certain kind of parser: one that recurses, backtracks, or passes a list as arguments. */
const MONSTERS: [what: string, value: string][] = [
  ['durations in a row', filled('1s')],
  ['commas', filled(',')],
  ['slashes', filled('a/')],
  ['open brackets', filled('[')],
  ['policies', filled('path "a" {}\n')],
];

let deps: TestDeps;
let call: Caller;
beforeAll(async () => {
  deps = await testDeps();
  call = caller(deps, vaultApi, ROOT_TOKEN);
  for (const { prefix, type, options } of MOUNTS) await placeMount(deps, prefix, { type, options });
});
afterAll(() => deps.stop());

interface Row {
  path: string;
  /** The fields, each with a function that wraps the value as its type needs. */
  fields: [name: string, shape: (json: string) => string][];
}

const WRITTEN: Row[] = ROWS.flatMap(({ route, prefix }) => rowOf(route, prefix));

/** The row, if it has a write operation with fields, or one that takes any field. */
function rowOf(route: Route, prefix: string): Row[] {
  const { fields = {}, freeForm, write } = route;
  const taken = Object.entries(freeForm ? { anything: 'any' as const } : fields);
  if (!write || taken.length === 0) return [];
  const shaped = taken.map(([name, field]): Row['fields'][number] => [name, shapeOf(typeOf(field))]);
  return [{ path: pathOf(prefix, route), fields: shaped }];
}

function shapeOf(type: FieldType): (json: string) => string {
  if (type === 'pairs' || type === 'map') return (json) => `{"a":${json}}`;
  return (json) => json;
}

describe('a value longer than an item', () => {
  it('is tried in more than a hundred fields', () => {
    expect(WRITTEN.flatMap(({ fields }) => fields).length).toBeGreaterThan(100);
  });

  it.each(MONSTERS)(
    'of %s breaks nothing',
    async (_, value) => {
      const json = JSON.stringify(value);
      const broken: string[] = [];
      for (const { path, fields } of WRITTEN) {
        for (const [field, shape] of fields) {
          // Some requests revoke the token.
          await rootToken(deps, ROOT_TOKEN);
          deps.logged.length = 0;
          await call('POST', path, { body: `{"${field}":${shape(json)}}` });
          const unexpected = deps.logged.filter((line) => line.includes('unexpected error'));
          broken.push(...unexpected.map((line) => `${path} ${field}: ${line}`));
        }
      }
      expect(broken).toEqual([]);
    },
    120_000,
  );

  it('is not a duration, and is cheap to refuse', () => {
    // A regular expression with a repeated group runs out of stack here.
    const whole = '1s'.repeat((MAX_BODY_BYTES - 1_000) / 2);
    expect(parseDuration(whole)).toBeUndefined();
  });
});
