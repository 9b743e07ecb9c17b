import type { APIGatewayProxyEvent } from 'aws-lambda';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromApiGateway, prefixOf } from '../../functions/gateway/apiGateway.ts';
import { PlainAnswer, readPath } from '../../functions/gateway/readRequest.ts';
import { formatDuration, parseDuration, shortDuration } from '../../functions/http/duration.ts';
import { VaultError } from '../../functions/http/errors.ts';
import { readFields } from '../../functions/http/fields.ts';
import type { HttpRequest } from '../../functions/http/message.ts';
import { parseBody } from '../../functions/http/parseBody.ts';
import { MAX_BODY_BYTES } from '../../functions/limits.ts';

function request(body: string | Buffer, contentType?: string): HttpRequest {
  return {
    id: 'x',
    method: 'POST',
    rawPath: '/v1/x',
    prefix: '',
    query: {},
    headers: contentType ? { 'content-type': contentType } : {},
    body: Buffer.from(body as string),
    sourceIp: '127.0.0.1',
  };
}

function refusalOf(act: () => unknown): { status: number; errors: string[] } {
  try {
    act();
  } catch (error) {
    if (error instanceof VaultError) return { status: error.status, errors: error.errors };
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('headers', () => {
  it('with the same name in any spelling are one header, and the first of them counts', () => {
    const event = (multiValueHeaders: Record<string, string[]>) => ({
      ...{ path: '/v1/x', httpMethod: 'GET', multiValueHeaders, body: null, isBase64Encoded: true },
      requestContext: { requestId: 'x', path: '/v1/x', identity: { sourceIp: '127.0.0.1' } },
    });
    const { headers } = fromApiGateway(
      event({
        'X-Vault-Token': ['first', 'second'],
        'x-vault-token': ['third'],
        AUTHORIZATION: ['Basic x'],
        authorization: ['Bearer a', 'Bearer b'],
      }) as unknown as APIGatewayProxyEvent,
    );
    expect(headers).toEqual({ 'x-vault-token': 'first', authorization: 'Bearer a' });
  });
});

describe('the prefix of a request', () => {
  it.each([
    ['is the stage of the API', '/v1/sys/remount', '/prod/v1/sys/remount', '/prod'],
    ['is the stage, whatever is encoded in the rest', '/v1/a b//c', '/prod/v1/a%20b//c', '/prod'],
    ['is the stage of a request for its root', '/', '/prod', '/prod'],
    ['is a stage with the name of a folder', '/v1/x', '/v1/v1/x', '/v1'],
    ['is empty with a custom domain', '/v1/sys/remount', '/v1/sys/remount', ''],
    ['is empty with a custom domain, also below a folder of that name', '/prod/x', '/prod/x', ''],
  ])('%s', (_, path, sent, prefix) => {
    const stage = prefix.slice(1) || 'prod';
    const event = { path, requestContext: { path: sent, stage } } as unknown as APIGatewayProxyEvent;

    expect(prefixOf(event)).toBe(prefix);
  });
});

describe('a body', () => {
  it.each([
    ['x', "invalid character 'x' looking for beginning of value"],
    ['{"a":x}', "invalid character 'x' looking for beginning of value"],
    ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
    ['{a:1}', "invalid character 'a' looking for beginning of object key string"],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a":1 "b"}', `invalid character '"' after object key:value pair`],
    ['{"a":[1 2]}', "invalid character '2' after array element"],
    ['{} x', "invalid character 'x' after top-level value"],
    ['{"a":"\n"}', "invalid character '\\n' in string literal"],
    ['{"a":"\\q"}', "invalid character 'q' in string escape code"],
    ['{"a":-x}', "invalid character 'x' in numeric literal"],
    ['{"a":"\\ud800"}', 'invalid surrogate pair in string'],
    ["{'a':1}", "invalid character '\\'' looking for beginning of object key string"],
    ['{"a":', 'unexpected EOF'],
    ['{"a":"b', 'unexpected EOF'],
    ['[1]', 'json: cannot unmarshal array into Go value of type map[string]interface {}'],
    ['"a"', 'json: cannot unmarshal string into Go value of type map[string]interface {}'],
    ['1.50', 'json: cannot unmarshal number into Go value of type map[string]interface {}'],
  ])('%j is refused in the words of Go', (body, why) => {
    expect(refusalOf(() => parseBody(request(body)))).toEqual({
      status: 400,
      errors: [`failed to decode JSON input: ${why}`],
    });
  });

  it('that is not UTF-8 is refused, not repaired', () => {
    const body = Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]);
    expect(refusalOf(() => parseBody(request(body))).errors).toEqual([
      'failed to decode JSON input: invalid UTF-8',
    ]);
  });

  it('of a form keeps every name, and joins the values of a repeated one', () => {
    const body = request('a=1&__proto__=2&a=3&=4', 'application/x-www-form-urlencoded');
    expect(Object.entries(parseBody(body))).toEqual([
      ['a', '1,3'],
      ['__proto__', '2'],
      ['', '4'],
    ]);
  });

  it('may have a thousand strings and no more', () => {
    const list = (count: number) => `{"a":[${Array.from({ length: count - 1 }, () => '""').join(',')}]}`;
    expect(parseBody(request(list(1000))).a).toHaveLength(999);
    expect(refusalOf(() => parseBody(request(list(1001)))).errors).toEqual([
      'refused JSON input due to high complexity: exceeded maximum number of strings',
    ]);
  });

  it('that nests too deep or is too large is refused before it is built', () => {
    const deep = `{"a":${'['.repeat(100_000)}`;
    expect(refusalOf(() => parseBody(request(deep)))).toEqual({
      status: 400,
      errors: ['refused JSON input due to high complexity: exceeded maximum depth'],
    });
    expect(refusalOf(() => parseBody(request(Buffer.alloc(MAX_BODY_BYTES + 1, 32))))).toEqual({
      status: 413,
      errors: ['http: request body too large'],
    });
  });

  it.each(['12345678901234567890', '1.0', '1e400', '-0', '0.1000'])(
    'keeps the number %s as it was written',
    (number) => {
      expect(JSON.stringify(parseBody(request(`{"a":${number}}`)))).toBe(`{"a":${number}}`);
    },
  );

  it('is a form only if its type says so and it does not begin like JSON', () => {
    const form = 'application/x-www-form-urlencoded';
    expect(parseBody(request('a=1&b=x%20y&a=2', form))).toEqual({ a: '1,2', b: 'x y' });
    expect(parseBody(request(' {"a":1}', form))).toEqual({ a: 1 });
    expect(parseBody(request(''))).toEqual({});
  });

  it('is read or refused, whatever it contains', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.uint8Array()), (body) => {
        try {
          parseBody(request(body as string));
        } catch (error) {
          expect(error).toBeInstanceOf(VaultError);
        }
      }),
    );
  });

  it('is quoted in a refusal with one character at most', () => {
    const secret = 'hunter2hunter2';
    const { errors } = refusalOf(() => parseBody(request(`{"password":${secret}`)));
    expect(errors.join()).not.toContain(secret.slice(0, 3));
  });
});

describe('a path', () => {
  const read = (rawPath: string, more: Partial<HttpRequest> = {}) =>
    readPath({ rawPath, prefix: '', query: {}, method: 'GET', ...more });

  it.each([
    ['/v1/secret/a%3Fb', 'secret/a?b'],
    ['/v1/secret/a%25b', 'secret/a%b'],
    ['/v1/secret/a%252Fb', 'secret/a%2Fb'],
    ['/v1/secret/a%23b', 'secret/a#b'],
    ['/v1/secret/a%2Fb', 'secret/a/b'],
    ['/v1/secret/a%20b', 'secret/a b'],
    ['/v1/secret/a+b', 'secret/a+b'],
    ['/v1/secret/', 'secret/'],
  ])('%s is decoded once, to %s', (rawPath, path) => {
    expect(read(rawPath)).toBe(path);
  });

  it.each([
    ['/v1//secret', '/v1/secret'],
    ['/v1/./secret/', '/v1/secret/'],
    ['/v1/a/../secret', '/v1/secret'],
  ])('%s is redirected to %s', (rawPath, location) => {
    expect(() => read(rawPath)).toThrow(
      expect.objectContaining({ status: 307, headers: expect.objectContaining({ Location: location }) }),
    );
  });

  it('is redirected below the stage that the client has sent', () => {
    expect(() => read('/v1//secret', { prefix: '/prod', query: { list: ['true'] } })).toThrow(
      expect.objectContaining({
        headers: expect.objectContaining({ Location: '/prod/v1/secret?list=true' }),
        body: '<a href="/prod/v1/secret?list=true">Temporary Redirect</a>.\n\n',
      }),
    );
  });

  it('is never redirected to another host', () => {
    for (const rawPath of [
      '/v1/..//evil.example',
      '/v1/../\\\\/evil.example/..//',
      '/v1/..//\\evil.example',
      '/v1/.././\\evil.example',
    ])
      expect(() => read(rawPath)).toThrow(
        expect.objectContaining({
          headers: expect.objectContaining({ Location: expect.stringMatching(/^\/(?![/\\])/) }),
        }),
      );
  });

  it('is escaped in the link of a redirect, which only a GET gets', () => {
    const query = { a: ['"><script>'] };
    const body = `<a href="/v1/&#39;?a=%22%3E%3Cscript%3E">Temporary Redirect</a>.\n\n`;
    expect(() => read("/v1//'", { query })).toThrow(expect.objectContaining({ body }));
    expect(() => read("/v1//'", { query, method: 'POST' })).toThrow(expect.objectContaining({ body: '' }));
  });

  it('that is no UTF-8 is read with replaced bytes', () => {
    expect(read('/v1/a%FFb')).toBe('a\ufffdb');
  });

  it.each(['/v1/secret/%2e%2e/x', '/v1/secret/%2E'])('%s is refused', (rawPath) => {
    expect(refusalOf(() => read(rawPath)).errors).toEqual(['relative paths not supported']);
  });

  it.each(['/v1/a%00b', '/v1/a%0Ab', '/v1/%'])('%s is refused without JSON', (rawPath) => {
    expect(() => read(rawPath)).toThrow(PlainAnswer);
  });

  it('outside /v1/ is not found', () => {
    expect(refusalOf(() => read('/v2/secret'))).toEqual({ status: 404, errors: [] });
  });
});

const LISTED = 'decoding failed due to the following error(s):\n\n';

describe('fields', () => {
  it.each([
    ['string', 123, '123'],
    ['string', true, '1'],
    ['string', null, ''],
    ['bool', 'true', true],
    ['bool', 0, false],
    ['bool', null, false],
    ['int', '42', 42],
    ['int', null, 0],
    ['int', true, 1],
    ['duration', '1h30m', 5_400],
    ['duration', '90', 90],
    ['duration', '2d', 172_800],
    ['duration', '+.5h', 1_800],
    ['duration', null, undefined],
    ['list', 'a, b,,c', ['a', 'b', 'c']],
    ['list', ['a', 1], ['a', '1']],
    ['list', {}, []],
    ['list', null, []],
    ['texts', 'a, b', ['a, b']],
    ['texts', ['a', 1], ['a', '1']],
    ['texts', '', []],
    ['texts', {}, []],
    ['map', null, undefined],
    ['map', [], {}],
    ['map', [{ a: 1 }, { b: 2 }], { a: 1, b: 2 }],
    ['pairs', { a: 1 }, { a: '1' }],
    ['pairs', ['a=1', 'b='], { a: '1', b: '' }],
    ['pairs', 'a=b=c', { a: 'b=c' }],
  ] as const)('of type %s take %j as %j', (type, value, expected) => {
    expect(readFields({ x: type }, { x: value }).x).toEqual(expected);
  });

  it.each([
    ['string', { a: 1 }, "'' expected type 'string', got unconvertible type 'map[string]interface {}'"],
    ['string', [], "'' expected type 'string', got unconvertible type '[]interface {}'"],
    ['int', 'many', "'' cannot parse value as 'int': strconv.ParseInt: invalid syntax"],
    ['int', 1.5, "'' cannot parse value as 'int': strconv.ParseInt: invalid syntax"],
    ['int', '9'.repeat(30), "'' cannot parse value as 'int': strconv.ParseInt: value out of range"],
    ['bool', 'maybe', "'' cannot parse value as 'bool': strconv.ParseBool: invalid syntax"],
    ['bool', 2, "'' cannot parse value as 'bool': strconv.ParseBool: invalid syntax"],
    ['duration', 'soon', 'time: invalid duration "soon"'],
    ['duration', '1h2', 'time: missing unit in duration "1h2"'],
    ['duration', '1w', 'time: unknown unit "w" in duration "1w"'],
    ['duration', '1.5d', 'strconv.ParseInt: parsing "1.5": invalid syntax'],
    ['duration', -1, "cannot provide negative value '-1'"],
    ['duration', true, 'could not parse duration from input'],
    [
      'texts',
      { a: 1 },
      `${LISTED}'[0]' expected type 'string', got unconvertible type 'map[string]interface {}'`,
    ],
    ['texts', ['a', ['a']], `${LISTED}'[1]' expected type 'string', got unconvertible type '[]interface {}'`],
    ['ints', '1,many', `${LISTED}'[1]' cannot parse value as 'int': strconv.ParseInt: invalid syntax`],
    [
      'ints',
      [JSON.rawJSON('1.0')],
      `${LISTED}'[0]' cannot parse value as 'int': strconv.ParseInt: invalid syntax`,
    ],
    ['pairs', JSON.rawJSON('1.0'), 'invalid key pair at index 0 in field "x"'],
    ['pairs', [JSON.rawJSON('-0')], 'invalid key pair at index 0 in field "x"'],
    ['map', 'text', "'' expected type 'map[string]interface {}', got unconvertible type 'string'"],
    ['map', [1], "'[0]' expected type 'map[string]interface {}', got unconvertible type 'json.Number'"],
    ['pairs', 'text', 'invalid key pair at index 0 in field "x"'],
    [
      'pairs',
      { a: {} },
      `${LISTED}'[0]' expected type 'string', got unconvertible type 'map[string]interface {}'`,
    ],
  ] as const)('of type %s refuse %j', (type, value, why) => {
    const errors = [`Field validation failed: error converting input for field "x": ${why}`];
    expect(refusalOf(() => readFields({ x: type }, { x: value }))).toEqual({ status: 400, errors });
  });

  it('keep every name of an object, or refuse it', () => {
    const objects = JSON.parse('[{"__proto__":"a"},{"constructor":"b"}]');
    const names = Object.keys(readFields({ x: 'map' }, { x: objects }).x ?? {});
    expect(names).toEqual(['__proto__', 'constructor']);
    expect(refusalOf(() => readFields({ x: 'pairs' }, { x: objects })).status).toBe(400);
  });

  it.each([
    [0, '0s'],
    [30, '30s'],
    [600, '10m'],
    [3_600, '1h'],
    [7_205, '2h5s'],
    [5_400, '1h30m'],
  ])('a duration of %d seconds in a warning is %s', (seconds, text) => {
    expect(shortDuration(seconds)).toBe(text);
  });

  it.each([
    ['500ms', 1],
    ['1ns', 1],
    ['0.9s', 1],
    ['1.9s', 1],
    ['0s', 0],
    ['0', 0],
    ['', 0],
  ])('the duration %j has %d seconds: only one of 0 is none', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  it('a duration is the same after formatting and parsing', () => {
    fc.assert(
      fc.property(fc.nat(10_000_000), (seconds) => parseDuration(formatDuration(seconds)) === seconds),
    );
  });
});
