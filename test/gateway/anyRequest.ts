/** Makes requests of every kind for property tests: valid, nearly valid, and random ones. */

import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { HttpRequest } from '../../functions/http/message.ts';
import type { Route } from '../../functions/http/route.ts';
import { type FieldType, typeOf } from '../../functions/http/shape.ts';

export interface Known {
  /** Where routes are served: below the path of a mount, or an empty prefix for the built-in mounts. */
  places: { prefix: string; routes: readonly Route[] }[];
  /** Names that exist in the service, so that requests affect the same things. */
  words: string[];
  token: string;
  namespace: string;
}

type Sent = Pick<HttpRequest, 'method' | 'rawPath' | 'query' | 'headers'> & { body: string | Uint8Array };

export function anyRequest(known: Known): fc.Arbitrary<HttpRequest> {
  return fc
    .oneof({ weight: 9, arbitrary: aimed(known) }, { weight: 1, arbitrary: noise(known) })
    .map(({ body, ...sent }) => ({
      ...sent,
      id: randomUUID(),
      prefix: '',
      body: Buffer.from(body as Uint8Array),
      sourceIp: '127.0.0.1',
    }));
}

const TEXT = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.string({ minLength: 900 }));

/** A segment of a raw path: encoded, or one that no encoder produces. */
const SEGMENT = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: 'grapheme' }).map(encodeURIComponent) },
  fc.constantFrom('', '.', '..', '%2e%2e', '%', '%zz', '%ff', '%00', '%2F', '%252F'),
);

const METHOD = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom('GET', 'POST', 'PUT', 'LIST', 'SCAN', 'DELETE', 'PATCH', 'HEAD', 'HELP'),
  },
  fc.constantFrom('OPTIONS', 'get', ''),
);

const BODY = fc.oneof(fc.json(), fc.string(), fc.uint8Array(), fc.constantFrom('', '{', 'null', '[]'));

const QUERY = fc.dictionary(
  fc.oneof(fc.constantFrom('list', 'scan', 'help', 'version', 'after', 'limit', 'path'), fc.string()),
  fc.array(fc.oneof(fc.constantFrom('true', '1', '0', '-1', ''), fc.string()), {
    minLength: 1,
    maxLength: 3,
  }),
  { maxKeys: 3 },
);

function noise(known: Known): fc.Arbitrary<Sent> {
  const segments = fc.array(SEGMENT);
  const rawPath = fc.oneof(
    segments.map((parts) => `/v1/${parts.join('/')}`),
    segments.map((parts) => `/${parts.join('/')}`),
    TEXT,
  );
  return fc.record({ method: METHOD, rawPath, query: QUERY, headers: anyHeaders(known), body: BODY });
}

function anyHeaders({ token, namespace }: Known): fc.Arbitrary<Record<string, string>> {
  const known = fc.record(
    {
      'x-vault-token': fc.oneof({ weight: 4, arbitrary: fc.constant(token) }, TEXT),
      'x-vault-namespace': fc.oneof(fc.constantFrom(namespace, '', '/', 'root'), TEXT),
      'x-vault-wrap-ttl': fc.oneof(fc.constantFrom('60', '1h', '0', '-1'), TEXT),
      authorization: fc.oneof(fc.constant(`Bearer ${token}`), TEXT),
      'content-type': fc.oneof(fc.constantFrom(MERGE_PATCH, 'application/x-www-form-urlencoded', ';'), TEXT),
    },
    { requiredKeys: [] },
  );
  const others = fc.dictionary(fc.string({ minLength: 1 }), TEXT, { maxKeys: 2 });
  return fc.tuple(others, known).map(([some, more]) => ({ ...some, ...more }));
}

const MERGE_PATCH = 'application/merge-patch+json';

/** A request to a row of the route table: one of its operations, words for its parameters, and its fields. */
function aimed(known: Known): fc.Arbitrary<Sent> {
  const rows = known.places.flatMap(({ prefix, routes }) => routes.map((row) => ({ prefix, row })));
  const word = fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...known.words) }, SEGMENT);
  const plain = fc.constant({ 'x-vault-token': known.token, 'content-type': MERGE_PATCH });
  return fc.constantFrom(...rows).chain(({ prefix, row }) => {
    const segments = row.path.split('/').map((part) => (part.startsWith(':') ? word : fc.constant(part)));
    return fc.record({
      method: fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...methodsOf(row)) }, METHOD),
      rawPath: fc.tuple(...segments).map((parts) => `/v1/${prefix}${parts.join('/')}`),
      query: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, QUERY),
      headers: fc.oneof({ weight: 3, arbitrary: plain }, anyHeaders(known)),
      body: fc.oneof({ weight: 6, arbitrary: bodyOf(row, known).map((body) => JSON.stringify(body)) }, BODY),
    });
  });
}

function methodsOf(row: Route): string[] {
  const methods = {
    GET: row.read,
    LIST: row.list,
    SCAN: row.scan,
    POST: row.write,
    PATCH: row.patch,
    DELETE: row.delete,
  };
  return Object.entries(methods).flatMap(([method, handler]) => (handler ? [method] : []));
}

/** Each field is present or not. In half of the bodies all values have the right type. */
function bodyOf({ fields = {} }: Route, { words, token }: Known): fc.Arbitrary<Record<string, unknown>> {
  const word = fc.constantFrom(...words, token, '1h', '10.0.0.0/8', 'otp', '{"a":"b"}', 'path "a" {}');
  const pairs = fc.dictionary(word, word, { maxKeys: 3 });
  const fitting: Record<FieldType, fc.Arbitrary<unknown>> = {
    string: word,
    bool: fc.boolean(),
    int: fc.integer({ min: -1, max: 5 }),
    ints: fc.array(fc.integer({ min: -1, max: 5 }), { maxLength: 3 }),
    duration: fc.constantFrom(0, 60, '1h', '2d', '-1', 1e15),
    list: fc.oneof(fc.array(word, { maxLength: 3 }), word),
    texts: fc.oneof(fc.array(word, { maxLength: 3 }), word),
    map: fc.dictionary(word, fc.jsonValue(), { maxKeys: 3 }),
    pairs,
    any: fc.jsonValue(),
  };
  const bodyWith = (value: (type: FieldType) => fc.Arbitrary<unknown>) => {
    const known = Object.entries(fields).map(([name, field]) => [name, value(typeOf(field))]);
    return fc.record(Object.fromEntries(known) as Record<string, fc.Arbitrary<unknown>>, {
      requiredKeys: [],
    });
  };
  const right = bodyWith((type) => fitting[type]);
  const mixed = bodyWith((type) => fc.oneof(fitting[type], fc.jsonValue(), TEXT));
  const strange = fc.tuple(fc.dictionary(TEXT, fc.jsonValue()), mixed);
  return fc.oneof(
    { weight: 2, arbitrary: right },
    mixed,
    strange.map(([some, more]) => ({ ...some, ...more })),
  );
}
