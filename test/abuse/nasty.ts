/** Requests with values that break careless code: in each field by its type, in each part of a path, in each header. */

import { answerBytes } from '../../functions/http/envelope.ts';
import type { Route } from '../../functions/http/route.ts';
import { type FieldType, typeOf } from '../../functions/http/shape.ts';
import { MAX_ANSWER_BYTES } from '../../functions/limits.ts';
import type { CallOptions } from '../support/call.ts';
import { METHODS, operationsOf } from '../support/methods.ts';
import { GOOD, type Playground, pathOf, ROWS } from './everyRoute.ts';

export interface NastyRequest {
  method: string;
  path: string;
  options: CallOptions;
}

const json = (value: unknown): string => JSON.stringify(value);

/** More segments than any path has. */
const SEGMENTS = 60_000;

/** As JSON, because JavaScript could not write some of them. */
const OF_ANY_TYPE = [
  ...['null', 'true', '0', '-0', '-1', '1.5', '1.0', '1e400', '999999999999999', '9007199254740993'],
  '9223372036854775808',
  '1'.repeat(5_000),
  ...['""', '" "', '","', '"NaN"', '"-1"', '"Infinity"', '"999999999999999"', '"__proto__"', '"constructor"'],
  ...['"\\u0000"', '"\\ud800"', '"\\ufffe\\u202e"', '"%zz%00"', '"a.b#c:d"', '"../../sys"', '"a//b/"'],
  json('x'.repeat(2_000)),
  json('é'.repeat(150_000)),
  json('a/'.repeat(SEGMENTS)),
  json('1s'.repeat(200_000)),
  // An error that quotes it is eight times as long as it leaves.
  json('"'.repeat(2_000_000)),
  ...['[]', '[null]', '[[]]', '[{}]', '[1.0,"",true]', '{}', '{"":""}', '{"a":null}', '{"a":{"b":[]}}'],
  json(Array(900).fill('x'.repeat(30))),
  `[${Array(9_000).fill('1').join(',')}]`,
  '{"__proto__":"a"}',
  '{"__proto__":{"a":1}}',
  '[{"__proto__":"a"},{"constructor":"b"}]',
  '{"constructor":"a","hasOwnProperty":"b","toString":"c","length":"3"}',
  '{"a.b":"c","#":"d",":e":"f","\\u0000":"g"}',
  `{"${'k'.repeat(2_000)}":"v"}`,
  '{"a":1e400}',
  `${'['.repeat(250)}${']'.repeat(250)}`,
  `${'{"a":'.repeat(250)}1${'}'.repeat(250)}`,
];

const DURATIONS = [
  ...['999999999999999', '999999999999999s', '9223372036', '9223372036s', '2562047h47m16s', '106751d', '1e9'],
  ...['-1h', '0.5ns', '9223372037s'],
].map(json);

/** What the string fields are read as: policies, plans, times, addresses, JSON, hashes, tokens. */
const TEXTS = [
  'path "a" { capabilities = ["read"] ',
  `path "${'+/'.repeat(45_000)}" { capabilities = ["read"] }`,
  'path "__proto__" { allowed_parameters = { "__proto__" = [] "constructor" = ["a"] } }',
  'path "x" { min_wrapping_ttl = "999999999999999s" max_wrapping_ttl = "9223372036s" }',
  'path "x" { capabilities = ["read"] expiration = "9999999-12-31T23:59:59Z" pagination_limit = 1e99 }',
  '{"path":{"__proto__":{"capabilities":["read"]},"constructor":1}}',
  ...[
    '{"__proto__":{"a":"b"}}',
    '{"__proto__":"a","constructor":"b"}',
    '{"a":{"b":"c"}}',
    '[]',
    '{"a":1e400}',
  ],
  '{"a":"\\ud800"}',
  json({ a: 'x'.repeat(200_000) }),
  '__proto__=a,constructor=b',
  ...[
    'cron(* * * * ? *)',
    'rate(999999999999999 days)',
    'at(9999-99-99T99:99:99)',
    `rate(${'9'.repeat(300)} days)`,
  ],
  ...[
    '0001-01-01T00:00:00Z',
    '9999-12-31T23:59:59Z',
    '2026-13-45T99:99:99Z',
    '999999999999',
    'Europe/__proto__',
  ],
  ...['from,to\r\n"a', 'from,to\r\n__proto__,constructor', `from,to\r\n"${'a'.repeat(300_000)}",b`],
  `from,to\n${'a,b\n'.repeat(30_000)}`,
  ...[
    '999999999999999%',
    '101%',
    '-1%',
    'unlimited',
    '0.0.0.0/0',
    '::/0',
    '1.2.3.4/33',
    'fe80::1%eth0',
    '0/0',
  ],
  ...[
    '$2a$10$',
    `$2a$10$${'x'.repeat(53)}`,
    'h.abcdef',
    's.x.abcdef',
    'x.ABCDEF',
    '2',
    `1${'.1'.repeat(100_000)}`,
  ],
].map(json);

const LISTS = [
  '"__proto__,constructor"',
  '["0.0.0.0/0","::/0"]',
  '["1.2.3.4/33","::ffff:1.2.3.4/-1"]',
  '["root"]',
];

const MAPS = [
  '{"default_lease_ttl":"999999999999999s","max_lease_ttl":9223372036}',
  '{"default_lease_ttl":9223372036,"max_lease_ttl":9223372036}',
  '{"listing_visibility":"__proto__","token_type":"constructor"}',
  '{"audit_non_hmac_request_keys":{},"passthrough_request_headers":[[]]}',
  ...['{"cas":999999999999999}', '{"cas":"NaN"}', '{"cas":{}}', '{"cas":-1}'],
  '{"lockout_threshold":1e30,"lockout_duration":"999999999999999s"}',
  '{"lockout_threshold":"999999999999999","lockout_duration":"9223372036s"}',
];

/** Plans, rules and whatever else has no type. */
const STRUCTURES = [
  '[{"from":null,"to":{}}]',
  '[{"from":"__proto__","to":"constructor"}]',
  '[{"from":1,"to":2,"__proto__":3}]',
  json([{ from: 'a/'.repeat(SEGMENTS), to: 'b' }]),
  json([{ from: '+/'.repeat(SEGMENTS), to: '+/'.repeat(SEGMENTS) }]),
  json([{ from: `${'+/'.repeat(200)}*`, to: `${'+/'.repeat(200)}*` }]),
  '[{"from":"*","to":"*"}]',
  ...DURATIONS,
];

const OF_TYPE: Partial<Record<FieldType, readonly string[]>> = {
  string: [...TEXTS, ...DURATIONS],
  int: ['"-999999999999999"', '4294967296', '2147483648'],
  duration: [...DURATIONS, '9223372036', '9.2e9'],
  list: LISTS,
  texts: LISTS,
  ints: ['"1,2,999999999999999"', '[-1,0,1]', json(Array(900).fill(7))],
  map: MAPS,
  pairs: ['"__proto__=a"', '["a=1","__proto__=2","=3"]', '{"version":"__proto__"}'],
  any: STRUCTURES,
};

/** Whole bodies. */
const BODIES = [
  '{"__proto__":{"a":1},"constructor":2,"hasOwnProperty":3,"":4}',
  '{"a.b":1,"#c":2,":d":3}',
  `{"${'k'.repeat(3_000)}":1}`,
  '{"a":"\\u0000"}',
];

const FORM = {
  body: 'a=1&a=2&__proto__=3&=4',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
};

const SEGMENT = [
  ...[
    '__proto__',
    'constructor',
    'a.b',
    '%23',
    '%00',
    '%ff',
    '%25zz',
    '%F0%9F%98%80',
    '%E2%80%AE',
    'a%2Fb',
    'a/b/c',
  ],
  ...['-1', '0', '1e9', 'NaN', '..%2F..', '%20', '%2B', '*', '+', 'x:y', 'x%7Cy', 'h.abcdef', 'x.ABCDEF'],
  ...['x'.repeat(500), 'x'.repeat(2_000), '%C3%A9'.repeat(500), `${'a/'.repeat(2_000)}a`],
];

/** In a query and in headers. They are at most as long as a server lets them be. */
const WORDS = [
  ...[
    '',
    ' ',
    '0',
    '-1',
    '1.5',
    '1e400',
    'NaN',
    '999999999999999',
    '999999999999999s',
    '9223372036s',
    'true',
    'null',
  ],
  ...[
    '__proto__',
    'constructor',
    '\u0000',
    'é',
    '\u{1f600}',
    'a/../b',
    '../..',
    '/',
    '//',
    '9999-12-31T23:59:59Z',
  ],
  ...['2026-13-45', '999999999999', 'W/"', '*', 'Bearer ', ';', 'h.abcdef', 'x.ABCDEF', 'x'.repeat(8_000)],
  'a/'.repeat(3_000),
];

const HEADERS = [
  ...[
    'x-vault-namespace',
    'x-vault-token',
    'x-vault-wrap-ttl',
    'authorization',
    'content-type',
    'if-none-match',
  ],
  'idempotency-key',
];

const PATCH = { 'content-type': 'application/merge-patch+json' };

/** All requests with one nasty value. */
export function nastyRequests(): NastyRequest[] {
  return ROWS.flatMap(({ route, prefix }) =>
    operationsOf(route).flatMap((operation) => {
      const isWrite = operation === 'write' || operation === 'patch';
      const method = METHODS[operation];
      const path = pathOf(prefix, route);
      const send = (options: CallOptions, at = path) => ({
        method,
        path: at,
        options: { ...options, headers: { ...PATCH, ...options.headers } },
      });
      const usual = isWrite ? { body: `{${goodFields(route)}}` } : {};
      const inFields = isWrite
        ? bodies(route).map((options) => send(options))
        : queries(route).map((options) => send(options));
      const inPath = places(prefix, route).map((at) => send(usual, at));
      const inHeaders = HEADERS.flatMap((name) =>
        WORDS.map((word) => send({ ...usual, headers: { [name]: word } })),
      );
      return [...inFields, ...inPath, ...inHeaders];
    }),
  );
}

function goodFields({ fields = {} }: Route, but?: string): string {
  const names = Object.keys(fields).filter((name) => name !== but && GOOD[name] !== undefined);
  return names.map((name) => `${json(name)}:${json(GOOD[name])}`).join();
}

/** Each value alone, and with good ones of the other fields. */
function bodies(route: Route): CallOptions[] {
  const fields = Object.entries(
    route.freeForm ? { anything: 'any' as const, ...route.fields } : (route.fields ?? {}),
  );
  const ofFields = fields.flatMap(([name, field]) => {
    const others = goodFields(route, name);
    return [...OF_ANY_TYPE, ...(OF_TYPE[typeOf(field)] ?? [])].flatMap((value) => {
      const alone = `"${name}":${value}`;
      return others === '' ? [`{${alone}}`] : [`{${alone}}`, `{${alone},${others}}`];
    });
  });
  return [...[...ofFields, ...BODIES].map((body) => ({ body })), FORM];
}

function queries({ fields = {} }: Route): CallOptions[] {
  return Object.keys(fields).flatMap((name) => [
    ...WORDS.map((word) => ({ query: { [name]: [word] } })),
    { query: { [name]: ['a', '__proto__'] } },
  ]);
}

/** The path with each of its parameters replaced. */
function places(prefix: string, route: Route): string[] {
  const names = [...route.path.matchAll(/:\w+[*+]?/g)].map(([name]) => name);
  return names.flatMap((name) =>
    SEGMENT.map((segment) => pathOf(prefix, { path: route.path.replace(name, () => segment) })),
  );
}

/** How many requests may remove what the others need before all of it is made again. */
const RESTORED_EVERY = 50;

/**
 * Sends requests, and after each write reads what it may have left.
 * @returns what ended unexpectedly
 */
export async function faultsOf(ground: Playground, requests: NastyRequest[]): Promise<string[]> {
  const faults: string[] = [];
  for (const [i, { method, path, options }] of requests.entries()) {
    await ground.restore(i % RESTORED_EVERY === 0);
    const words = `${method} ${path} ${json(options)}`.slice(0, 300);
    faults.push(...(await faultOf(ground, method, path, options)).map((fault) => `${words}: ${fault}`));
    const left = options.body === undefined ? [] : await faultOf(ground, 'GET', path, {});
    faults.push(...left.map((fault) => `GET after ${words}: ${fault}`));
  }
  return faults;
}

/** A handler may refuse with 500 and a text of its own (contract §2.2). Lambda passes on no longer answer. */
async function faultOf(
  { deps, call }: Playground,
  method: string,
  path: string,
  options: CallOptions,
): Promise<string[]> {
  deps.logged.length = 0;
  const { status, text } = await call(method, path, options);
  if (answerBytes(text) > MAX_ANSWER_BYTES) return [`an answer of ${text.length} characters`];
  const unexpected = deps.logged.filter((line) => line.includes('unexpected error'));
  return status >= 500 && text.includes('internal error') && unexpected.length === 0 ? [text] : unexpected;
}
