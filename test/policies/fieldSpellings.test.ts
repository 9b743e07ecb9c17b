/** Every field of every endpoint: a value is denied in each spelling in which its handler reads it (contract §5.3). */

import { describe, expect, it } from 'vitest';
import { type Field, type FieldType, Meant, typeOf } from '../../functions/http/shape.ts';
import { isNamed } from '../../functions/policies/values.ts';
import { ROWS } from '../abuse/everyRoute.ts';

type Case = readonly unknown[];

/** Of each type, spellings of one value; none of them is one of the next line. */
const OF_TYPE: Record<FieldType, readonly Case[]> = {
  any: [[7], ['x'], [{ a: ['b'] }]],
  string: [
    ['60', 60],
    ['1', true, 1],
  ],
  bool: [
    [true, 'true', 'T', '1', 1],
    [false, 'false', 0, ''],
  ],
  int: [
    [60, '60', '060'],
    [0, '', null],
  ],
  duration: [
    [3600, '3600', '1h', '60m', ' 3600s'],
    [86_400, '1d', '24h'],
  ],
  list: [
    ['a,b', 'b , a', ['a', 'b'], ['b', ' a ']],
    ['c', ['c'], ' c,,'],
  ],
  texts: [
    ['a,b', ['a,b']],
    ['c', ['c']],
  ],
  ints: [
    ['1,2', [1, 2], ['2', '1']],
    ['3', 3, [3]],
  ],
  map: [[{ a: '1' }, [{ a: '1' }]], [{ b: '2' }]],
  pairs: [
    [{ a: '1' }, { a: 1 }, ['a=1'], 'a=1'],
    [{ b: '2' }, ['b=2']],
  ],
};

/** Of each meaning, spellings of one text. Each field that means more than its type says has to know one of the lines. */
const OF_MEANING: Record<string, readonly Case[]> = {
  policies: [['admin', 'ADMIN', ' Admin ']],
  addresses: [
    ['1.2.3.4', '::ffff:1.2.3.4', '::FFFF:102:304', '1.2.3.4/32'],
    ['2001:db8::1', '2001:0DB8:0:0::1', '2001:db8::1/128'],
    ['10.0.0.0/8', '10.1.2.3/8', '10.0.0.0/08'],
    ['2001:db8::/32', '2001:db8:1::/32', '2001:db8:0:0:0:0:0:0/32'],
  ],
  durations: [['1h', '60m', '3600', 3600]],
  times: [['2030-01-01T00:00:00Z', '2030-01-01T01:00:00+01:00']],
  versions: [['1.17.0', 'v1.17', 'v1.17.0']],
  'mount paths': [['kv', 'kv/', '/kv', '/kv/']],
  'paths without a slash before them': [['kv', '/kv']],
  'texts without spaces around them': [['x', ' x ']],
  'texts in any case': [['otp', 'OTP']],
  'lists of texts': [['a,b', 'b , a']],
  'names shown with hyphens': [['a b', 'a-b']],
  'types with a default': [['', 'default']],
  'types of tokens of a mount': [['', 'default-service']],
  'policy texts': [['path "a" {}', Buffer.from('path "a" {}').toString('base64')]],
  metadata: [['{"a":"b"}', '{ "a": "b" }', 'a=b', Buffer.from('{"a":"b"}').toString('base64')]],
  numbers: [['5', '+5', '05']],
};

/** Texts that handlers take as they are. A field that is new here must not be read in any other way. */
const PLAIN = [
  ...[
    'accessor',
    'after',
    'algorithm',
    'bulk_id',
    'csv',
    'default_user',
    'description',
    'entity_alias',
    'format',
  ],
  ...['id', 'idempotency_key', 'input', 'lease_id', 'listing_visibility', 'mount_accessor', 'move_policies'],
  ...[
    'on_revoke_error',
    'otp',
    'password',
    'password_hash',
    'path_suffix',
    'plugin_name',
    'policies',
    'reason',
  ],
  ...[
    'refresh_nodes',
    'secret_id',
    'secret_id_accessor',
    'since',
    'source',
    'stale_nodes',
    'status',
    'target',
  ],
  ...['token', 'type', 'unlock_key', 'username', 'role_id'],
];

const FIELDS: [place: string, name: string, field: Field][] = ROWS.flatMap(({ route, prefix }) =>
  Object.entries(route.fields ?? {}).map(([name, field]): [string, string, Field] => [
    `${name} of ${prefix}${route.path}`,
    name,
    field,
  ]),
);

const means = (field: Field, one: unknown, other: unknown) => isNamed({ x: field }, 'x', one, [other]);

function isUnited(field: Field, spellings: Case): boolean {
  return spellings.every((one) => spellings.every((other) => means(field, one, other)));
}

describe('a denied value is denied in every spelling', () => {
  it.each(FIELDS)('of %s', (_, __, field) => {
    const cases = OF_TYPE[typeOf(field)];
    for (const one of cases) expect([one, isUnited(field, one)]).toEqual([one, true]);
    const [one = [], other = []] = cases;
    for (const value of one) for (const wanted of other) expect(means(field, value, wanted)).toBe(false);
  });

  const MEANT = FIELDS.filter(([, , field]) => field instanceof Meant && !field.meaning.members);
  it.each(MEANT)('of %s, as its handler reads it', (_, __, field) => {
    const known = Object.values(OF_MEANING).filter((cases) => cases.every((one) => isUnited(field, one)));
    expect(known.length).toBeGreaterThan(0);
  });

  it('a text without a meaning is taken as it is', () => {
    const texts = FIELDS.filter(([, name, field]) => field === 'string' && !PLAIN.includes(name));
    expect(texts.map(([place]) => place)).toEqual([]);
  });
});
