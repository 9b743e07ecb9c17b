/** Allowed, denied and required parameters (contract §5.2, §5.3). */

import { describe, expect, it } from 'vitest';
import type { Schema } from '../../functions/http/fields.ts';
import type { Operation } from '../../functions/http/message.ts';
import { parseJson } from '../../functions/http/parseBody.ts';
import { Meant } from '../../functions/http/shape.ts';
import { authorize, buildAcl } from '../../functions/policies/acl.ts';
import { parsePolicy } from '../../functions/policies/policy.ts';

const ALL = 'capabilities = ["create", "read", "update", "delete", "list", "patch", "scan"]';

/** Each body is the block of `path "a"` in a policy of its own. */
function allows(
  bodies: string[],
  parameters?: Record<string, unknown>,
  operation: Operation = 'update',
): boolean {
  const sources = bodies.map((body) => ({
    namespacePath: '',
    policy: parsePolicy(`path "a" { ${ALL}\n${body} }`),
  }));
  return authorize(buildAcl(sources), {
    operation,
    path: 'a',
    fields: FIELDS,
    ...(parameters && { parameters }),
  }).allowed;
}

const ALLOWED: [limits: string, good: object[], bad: object[]][] = [
  ['allowed_parameters = { x = [] }', [{}, { x: 1 }, { X: 'any' }], [{ y: 1 }, { x: 1, y: 1 }]],
  ['allowed_parameters = { X = ["1"] }', [{ x: '1' }, { X: '1' }], [{ x: '2' }, { x: 1 }]],
  ['allowed_parameters = {}', [{}, { y: 1 }], []],
  ['allowed_parameters = { "*" = [] }', [{}, { y: 1 }], []],
  ['allowed_parameters = { "*" = [], x = ["1"] }', [{ y: 1 }, { x: '1', y: 2 }], [{ x: '2' }]],
  [
    'allowed_parameters = { x = ["pre*"] }',
    [{ x: 'pre' }, { x: 'prefix' }],
    [{ x: 'xpre' }, { x: ['prefix'] }],
  ],
  ['allowed_parameters = { x = ["*post"] }', [{ x: 'post' }, { x: 'a post' }], [{ x: 'posts' }]],
  ['allowed_parameters = { x = ["*in*"] }', [{ x: 'in' }, { x: 'pint' }], [{ x: 'i n' }]],
  ['allowed_parameters = { x = ["a*b"] }', [{ x: 'a*b' }], [{ x: 'ab' }, { x: 'acb' }]],
  ['allowed_parameters = { x = ["*"] }', [{ x: '' }, { x: 'any' }], [{ x: 1 }, { y: '' }]],
  [
    'allowed_parameters = { x = [1, true, "s"] }',
    [{ x: 1 }, { x: true }, { x: 's' }],
    [{ x: 2 }, { x: false }, { x: '1' }],
  ],
  [
    'allowed_parameters = { x = [{ a = ["b", 2] }] }',
    [{ x: { a: ['b', 2] } }],
    [{ x: { a: ['b'] } }, { x: { a: ['b', 2], c: 1 } }, { x: {} }, { x: null }],
  ],
  ['allowed_parameters = { x = [{}] }', [{ x: {} }], [{ x: [] }, { x: { a: 1 } }]],
  ['denied_parameters = { x = [] }', [{}, { y: 1 }], [{ x: 1 }, { X: null }, { x: 1, y: 1 }]],
  ['denied_parameters = { X = ["bad*", 0] }', [{ x: 'good' }, { x: 1 }], [{ x: 'bad one' }, { X: 0 }]],
  ['denied_parameters = { "*" = [] }', [{}], [{ y: 1 }]],
  ['denied_parameters = {}', [{ y: 1 }], []],
  ['denied_parameters = { x = ["1"] } allowed_parameters = { x = [] }', [{ x: '2' }], [{ x: '1' }, { y: 1 }]],
  [
    'required_parameters = ["x", "Y"]',
    [
      { x: 1, y: 1 },
      { x: null, y: '', z: 1 },
    ],
    [{}, { x: 1 }, { x: 1, Y: 1 }],
  ],
  ['denied_parameters = { toString = [] }', [{ y: 1 }], [{ toString: 1 }, { tostring: 1 }]],
  ['required_parameters = ["constructor"]', [{ constructor: 1 }], [{}]],
];

const FIELDS = {
  any: 'any',
  list: 'list',
  texts: 'texts',
  ints: 'ints',
  pairs: 'pairs',
  config: new Meant('map', { members: { ttl: 'duration', '*': 'string' } }),
} as const satisfies Schema;

/** Each entry is a spelling of what is denied, or has it in it. */
const DENIED_PARTS: [denied: string, bad: object[], good: object[]][] = [
  [
    'list = ["b"]',
    [{ list: 'b' }, { list: ['b'] }, { list: 'a, b' }, { list: ['a', ' b '] }],
    [{ list: 'a' }, { list: ['ab'] }, { list: [] }, { list: [{ b: 1 }] }],
  ],
  ['list = ["b*"]', [{ list: 'a,bc' }], [{ list: 'a,c' }, { list: '' }]],
  ['list = ["a,b"]', [{ list: ['b', 'c', 'a'] }, { list: 'b,a,a' }], [{ list: 'a' }, { list: 'b,c' }]],
  ['list = [["a", "b"]]', [{ list: 'b,a' }], [{ list: ['a'] }]],
  ['any = [{ a = 1 }]', [{ any: [{ b: 2 }, { a: 1, c: 3 }] }, { any: { a: 1 } }], [{ any: [{ a: 2 }] }]],
  ['list = [[]]', [{ list: [] }, { list: '' }], [{ list: 'a' }]],
  ['texts = ["b"]', [{ texts: 'b' }, { texts: ['a', 'b'] }], [{ texts: 'a,b' }]],
  ['ints = [1]', [{ ints: '2, 1' }, { ints: 1 }, { ints: ['+1'] }], [{ ints: [11] }]],
  ['pairs = [{ a = "1" }]', [{ pairs: ['b=2', 'a=1'] }, { pairs: { a: 1, b: 2 } }], [{ pairs: { a: 2 } }]],
  ['pairs = ["a=1"]', [{ pairs: { a: '1' } }], [{ pairs: {} }]],
  [
    'config = [{ ttl = "1h" }]',
    [{ config: { ttl: 3600 } }, { config: { ttl: '60m', x: 1 } }, { config: [{ ttl: '1h' }, { x: 1 }] }],
    [{ config: { ttl: '2h' } }, { config: {} }, { config: { x: '1h' } }],
  ],
  ['config = [{ x = "1" }]', [{ config: { x: 1 } }], [{ config: { x: '11' } }]],
];

/** What has to be sent as it is allowed, and may have no entry besides. */
const ALLOWED_PARTS: [allowed: string, good: object[], bad: object[]][] = [
  ['list = ["dev*"]', [{ list: 'dev' }, { list: 'dev1,dev2' }], [{ list: 'dev,admin' }, { list: ['dev'] }]],
  ['list = ["dev,ops"]', [{ list: 'dev,ops' }], [{ list: 'ops,dev' }, { list: 'dev' }]],
  ['list = [["dev", "ops"]]', [{ list: ['dev', 'ops'] }], [{ list: ['ops', 'dev'] }]],
  ['list = ["*"]', [{ list: 'a,b' }, { list: '' }], []],
  ['ints = ["1*"]', [{ ints: '1,12' }], [{ ints: '1,2' }]],
  ['texts = ["dev*"]', [{ texts: 'dev,admin' }], [{ texts: 'admin' }]],
];

describe('a list or map', () => {
  it.each(DENIED_PARTS)('is denied by %s if it has all of it', (denied, bad, good) => {
    const limits = [`denied_parameters = { ${denied} }`];
    for (const parameters of bad)
      expect([parameters, allows(limits, { ...parameters })]).toEqual([parameters, false]);
    for (const parameters of good)
      expect([parameters, allows(limits, { ...parameters })]).toEqual([parameters, true]);
  });

  it.each(ALLOWED_PARTS)('is allowed by %s only with all of its entries', (allowed, good, bad) => {
    const limits = [`allowed_parameters = { ${allowed} }`];
    for (const parameters of good)
      expect([parameters, allows(limits, { ...parameters })]).toEqual([parameters, true]);
    for (const parameters of bad)
      expect([parameters, allows(limits, { ...parameters })]).toEqual([parameters, false]);
  });
});

describe('parameters', () => {
  it.each(ALLOWED)('are judged by %s', (limits, good, bad) => {
    for (const parameters of good)
      expect([parameters, allows([limits], { ...parameters })]).toEqual([parameters, true]);
    for (const parameters of bad)
      expect([parameters, allows([limits], { ...parameters })]).toEqual([parameters, false]);
  });

  it.each(['read', 'create', 'update', 'patch'] as const)('count for %s', (operation) => {
    expect(allows(['denied_parameters = { x = [] }'], { x: 1 }, operation)).toBe(false);
    expect(allows(['required_parameters = ["x"]'], undefined, operation)).toBe(false);
  });

  it.each(['delete', 'list', 'scan'] as const)('do not count for %s', (operation) => {
    expect(allows(['denied_parameters = { x = [] } required_parameters = ["y"]'], { x: 1 }, operation)).toBe(
      true,
    );
  });

  it('of several policies are united: values are added, and an empty list wins', () => {
    const one = 'allowed_parameters = { x = ["1"], y = ["1"] }';
    const two = 'allowed_parameters = { x = ["2"], y = [], z = ["3"] }';

    for (const policies of [
      [one, two],
      [two, one],
    ]) {
      expect(
        allows(policies, { x: '1' }) && allows(policies, { x: '2' }) && allows(policies, { z: '3' }),
      ).toBe(true);
      expect(allows(policies, { y: 'any' })).toBe(true);
      expect(allows(policies, { x: '3' }) || allows(policies, { w: '1' })).toBe(false);
    }
  });

  it('denied or required by one policy are so in all', () => {
    const policies = [
      'denied_parameters = { x = ["1"] }',
      'denied_parameters = { x = [] }',
      'required_parameters = ["y"]',
      '',
    ];

    expect(allows(policies, { y: 1 })).toBe(true);
    expect(allows(policies, { y: 1, x: '2' })).toBe(false);
    expect(allows(policies, { z: 1 })).toBe(false);
  });

  it('limited by one policy are not freed by another that says nothing', () => {
    expect(allows(['allowed_parameters = { x = [] }', ''], { y: 1 })).toBe(false);
  });

  it('compare numbers by value, however the request wrote them', () => {
    const parameters = parseJson('{"x": [1.0, 10e1]}') as Record<string, unknown>;

    expect(allows(['allowed_parameters = { x = [[1, 100]] }'], parameters)).toBe(true);
    expect(allows(['allowed_parameters = { x = [[1, 101]] }'], parameters)).toBe(false);
  });
});
