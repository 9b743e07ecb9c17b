/** What the random requests are made of: good values often, odd ones now and then. */

import type { Chance } from '../../support/chance.ts';

const MOUNTS = [
  ...[
    'a',
    'b',
    'a',
    'b',
    'c/d',
    'c',
    'Cap',
    'with space',
    'ü',
    'dot.ted',
    'a/below',
    `l${'o'.repeat(120)}ng`,
  ],
  ...[
    'tr/',
    'per%cent',
    'pl+us',
    'st*r',
    'qu?ry',
    'co:lon',
    'e"q',
    "ap'os",
    'back\\slash',
    'a-b_c',
    '1',
    'data',
  ],
  ...['metadata', 'tab\tbed', 'sys', 'cubbyhole', 'identity', 'auth', 'auth/x', '~', '日本'],
];

const KEYS = [
  ...['k', 'k', 'k', 'deep/er', 'deep', 'deep/', 'K', 'sp ace', 'ü', 'a.b', '.hidden', 'x+y', 'x%y', 'a:b'],
  ...[
    `l${'o'.repeat(200)}ng`,
    '1',
    'null',
    'st*r',
    'q?r',
    '#',
    'back\\s',
    '"',
    ' lead',
    'trail ',
    '日本/語',
    'a/b/c/d/e',
  ],
];

/** The ends of paths as they go out: some are no good encoding of anything. */
export const RAW_TAILS = [
  ...[
    'a%2Fb',
    'a//b',
    'a/./b',
    'a/../b',
    '..',
    '.',
    '%2e%2e',
    '%20',
    '%00',
    '%0a',
    'a%3Fb',
    '%C3%BC',
    '%c3%bc',
  ],
  ...['a%25', '%', '%zz', '+', 'a;b', 'a%5Cb', '//', '/', '%E2%80%8B', '%7f', '%EF%BB%BF', 'a%2f%2e%2e%2fb'],
];

export const SECRETS = [
  ...[{ a: 1 }, { a: 'ä', b: null }, {}, { n: { m: [1, 'x', { y: true }] } }, { ttl: '1h', v: 1 }],
  ...[
    { ttl: 'nonsense' },
    { lease: '30s' },
    { f: 1.5, e: 1e3 },
    { '': 'empty key' },
    { a: '', b: false, c: 0 },
  ],
  ...[{ data: { x: 1 } }, { keys: ['a'] }, { '<html>&': '<b>&\u2028' }],
];

export const ODD_BODIES = [
  ...[
    '',
    ' ',
    '{',
    '[]',
    '[1]',
    '"text"',
    '1',
    'null',
    'true',
    '{"a":1}{"b":2}',
    '{"a":1} trailing',
    "{'a':1}",
  ],
  ...['{"a":1,"a":2}', '{"a":01}', '{"a":NaN}', '\ufeff{"a":1}', '{"a":"\\ud800"}', 'a=1&b=2', '{"a":1,}'],
  ...['{"data":{"a":1}}', '{"data":null}', '{"data":[1]}', '{"data":"t"}', '{"data":5}'],
];

export const DURATIONS = [
  ...[
    '1h',
    '30m',
    3600,
    '3600',
    '1d',
    '2h30m',
    0,
    '0',
    '',
    -1,
    '-1s',
    '1w',
    '1.5h',
    'x',
    null,
    true,
    '999999h',
  ],
  ...[1.5, '768h', [], {}],
];

export const MERGE_PATCH = { 'Content-Type': 'application/merge-patch+json' };

/** Percent-encodes each segment. */
export function encoded(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

export const someMount = (chance: Chance): string => encoded(chance.pick(MOUNTS));

/** One of the mounts that most namespaces begin with. */
export const someEngine = (chance: Chance): string => chance.pick(['a', 'a', 'a', 'b', 'b', 'c/d']);

/** One of the auth methods that most namespaces begin with; `b` has roles, `a` has users. */
export const someMethod = (chance: Chance): string => chance.pick(['a', 'a', 'b']);

export const someKey = (chance: Chance): string => encoded(chance.pick(KEYS));

/** Some of the fields, each with one of its values. */
export function someOf(
  chance: Chance,
  share: number,
  fields: Record<string, readonly unknown[]>,
): Record<string, unknown> {
  const chosen = Object.entries(fields).filter(() => chance.fraction() < share);
  return Object.fromEntries(chosen.map(([name, values]) => [name, chance.pick(values)]));
}
