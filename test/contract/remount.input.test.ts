/** Bodies of all kinds for the start of a remount: an invalid one is refused, and none causes a server error. */

import { describe, expect, it } from 'vitest';
import { MAX_MOUNT_DEPTH, MAX_MOUNT_PATH_BYTES } from '../../functions/limits.ts';
import { kv1, must, unique } from './fresh.ts';
import { type Answer, call } from './http.ts';
import { move, start } from './moving.ts';
import { improved, refused, UUID } from './texts.ts';

const MISSING = refused("both 'from' and 'to' path must be specified as a string");

function send(body: string | Uint8Array | object, headers = {}): Promise<Answer> {
  return call('POST', 'sys/remount', { body, headers });
}

function mountOf(path: string): Promise<Answer> {
  return call('GET', `sys/mounts/${path}`);
}

describe('the fields of a remount', () => {
  it.each([
    ['no body', ''],
    ['whitespace', ' \n'],
    ['an empty object', '{}'],
    ['null for everything', 'null'],
    ['from only', '{"from":"a"}'],
    ['to only', '{"to":"a"}'],
    ['a null from', '{"from":null,"to":"a"}'],
    ['a null to', '{"from":"a","to":null}'],
    ['misspelled names', '{"form":"a","too":"b"}'],
  ])('count as missing in %s', async (_, body) => {
    expect(await send(body)).toMatchObject(MISSING);
  });

  it.each([
    ['a number', 123, '123/'],
    ['true', true, '1/'],
  ])('are converted to text from %s', async (_, from, path) => {
    const answer = await send({ from, to: unique('free') });
    expect(answer).toMatchObject(refused(`no matching mount at "${path}"`));
  });

  it.each([
    ['an object', { a: 1 }],
    ['a list', ['a', 'b']],
  ])('cannot be %s', async (_, value) => {
    const fields: object[] = [
      { from: value, to: 'x' },
      { from: 'x', to: value },
    ];
    for (const [i, body] of fields.entries()) {
      const { status, body: answer } = await send(body);
      const field = i === 0 ? 'from' : 'to';
      expect(status).toBe(400);
      expect(answer.errors).toHaveLength(1);
      expect(answer.errors[0]).toContain(
        `Field validation failed: error converting input for field "${field}": `,
      );
    }
  });

  it('that are unknown are ignored with a warning that names them, sorted', async () => {
    const kv = await kv1();
    const target = unique('moved');
    const { status, body } = await send({ from: kv, to: target, zeta: 1, config: {} });
    expect(status).toBe(200);
    expect(body.warnings).toEqual([
      expect.stringContaining('Mount move has been queued. Progress will be reported in '),
      'Endpoint ignored these unrecognized parameters: [config zeta]',
    ]);
  });

  it('may be sent with PUT or POST, and with any content type or none', async () => {
    const kv = await kv1();
    const target = unique('moved');
    const body = JSON.stringify({ from: kv, to: kv });
    const answers = [
      await call('PUT', 'sys/remount', { body }),
      await send(body, { 'Content-Type': 'text/plain' }),
      await send(body, { 'Content-Type': 'application/json; charset=utf-8' }),
      await send(body, { 'Content-Type': 'application/x-www-form-urlencoded' }),
    ];
    for (const answer of answers) expect(answer).toMatchObject(refused(`path already in use at "${kv}/"`));
    const form = new URLSearchParams({ from: kv, to: target }).toString();
    const moved = await send(form, { 'Content-Type': 'application/x-www-form-urlencoded' });
    expect(moved.status).toBe(200);
  });
});

const LATIN_1 = Buffer.from('{"from":"caf\xe9","to":"x"}', 'latin1');

/** Name, body, and a part of the only error text if the contract gives one. */
const BROKEN: [name: string, body: string | Uint8Array, text?: string][] = [
  ['a lone brace', '{', 'failed to decode JSON input: unexpected EOF'],
  ['half an object', '{"from":"a",', 'failed to decode JSON input: unexpected EOF'],
  ['a word', 'x', "failed to decode JSON input: invalid character 'x' looking for beginning of value"],
  ['a missing value', '{"from":}', "failed to decode JSON input: invalid character '}' looking for"],
  [
    'a list',
    '[]',
    'failed to decode JSON input: json: cannot unmarshal array into Go value of type map[string]interface {}',
  ],
  ['a string', '"from"', 'failed to decode JSON input: json: cannot unmarshal string into Go value'],
  ['a number', '1', 'failed to decode JSON input: json: cannot unmarshal number into Go value'],
  ['a boolean', 'true', 'failed to decode JSON input: json: cannot unmarshal bool into Go value'],
  ['a comment', '// from\n{}', 'failed to decode JSON input: '],
  ['a trailing comma', '{"from":"a","to":"b",}', 'failed to decode JSON input: '],
  ['an unescaped line break in a string', '{"from":"a\nb","to":"c"}', 'failed to decode JSON input: '],
  ['bytes that are not UTF-8', LATIN_1],
  ['zero bytes', new Uint8Array(64)],
  ['half a surrogate pair', '{"from":"\\ud800","to":"\\udfff"}'],
  ['escaped control characters', '{"from":"\\u0000\\u001b[2J","to":"\\u0000"}'],
  ['a prototype', '{"__proto__":{"from":"a","to":"b"},"constructor":1}'],
  ['the same keys twice', '{"from":"a","from":"sys","to":"b","to":"c"}', 'cannot remount "sys/"'],
  [
    'thousands of keys',
    keys(3_000),
    'refused JSON input due to high complexity: exceeded maximum number of strings',
  ],
  ['deeply nested lists', `{"from":${'['.repeat(100_000)}`],
  ['deeply nested objects', '{"a":'.repeat(5_000)],
  ['numbers that are too large', `{"from":1e999,"to":${'9'.repeat(5_000)}}`],
  ['a from of a megabyte', JSON.stringify({ from: 'a'.repeat(1_000_000), to: unique('free') })],
  ['a from of ten thousand segments', JSON.stringify({ from: 'a/'.repeat(10_000), to: unique('free') })],
];

function keys(count: number): string {
  return JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, i) => [`key${i}`, 'v'])));
}

describe('a body is refused, and the service still works after it:', () => {
  it.each(BROKEN)('%s', async (_, body, text = '') => {
    const { status, body: answer } = await send(body);
    expect(status).toBe(400);
    expect(answer).toEqual({ errors: [expect.stringContaining(text)] });
    expect(answer.errors[0].length).toBeGreaterThan(0);
    expect(await send('{}')).toMatchObject(MISSING);
  });

  it('one above the size limit', async () => {
    const { status, body } = await send(`{"from":"${'a'.repeat(33 * 1024 * 1024)}","to":"b"}`);
    expect({ status, errors: body.errors }).toEqual({
      status: 413,
      errors: [expect.stringContaining('http: request body too large')],
    });
  });

  it('an invalid one, before the token is checked', async () => {
    const { status, body } = await call('POST', 'sys/remount', { token: '', body: '{' });
    expect({ status, body }).toEqual({
      status: 400,
      body: { errors: ['failed to decode JSON input: unexpected EOF'] },
    });
  });
});

describe('a path', () => {
  it.each([
    ['with spaces inside [21] [22]', 'foo bar', 'bar baz'],
    ['with quotes, percent signs and question marks', 'a"b', '50%25?x=#y'],
    ['with letters of many scripts', 'ключ-鍵', 'مفتاح-🔑'],
    ['of several segments', 'a/b/c', 'd/e'],
    ['in capitals, which are kept', 'Upper', 'UPPER'],
  ])('may be one %s', async (_, from, to) => {
    const source = unique('path') + from;
    const target = unique('path') + to;
    await kv1(undefined, encodeURIComponent(source).replaceAll('%2F', '/'));
    await must('POST', `${encodeURIComponent(source)}/k`, { body: { a: 1 } });
    await move(source, target);
    const { body } = await call('GET', `${encodeURIComponent(target)}/k`);
    expect(body.data).toEqual({ a: 1 });
    expect((await call('GET', 'sys/mounts')).body.data).toHaveProperty([`${target}/`]);
  });

  it('may have slashes around it, and one at each end is ignored', async () => {
    const kv = await kv1();
    const target = unique('moved');
    await move(`/${kv}/`, `/${target}/`);
    expect(await mountOf(target)).toMatchObject({ status: 200 });
    await move(`${target}/`, kv);
    expect(await mountOf(kv)).toMatchObject({ status: 200 });
  });

  improved('may be as long and as deep as the limits say, and no longer', async () => {
    const head = `${unique('long')}/`;
    const longest = head.padEnd(MAX_MOUNT_PATH_BYTES - 1, 'x');
    const deepest = `${unique('deep')}/${'d/'.repeat(MAX_MOUNT_DEPTH - 1)}`;
    const kv = await kv1();
    for (const tooMuch of [`${longest}x`, 'x'.repeat(5_000), `${deepest}d`, 'd/'.repeat(3_000)]) {
      const { status, body } = await start(kv, tooMuch);
      expect(status).toBe(400);
      expect(body.errors).toEqual([expect.stringMatching(/^invalid destination mount: path /)]);
    }
    await move(kv, longest);
    await move(longest, deepest);
    expect((await mountOf(deepest.slice(0, -1))).status).toBe(200);
  });

  it('without a mount creates no migration', async () => {
    const { body } = await start(unique('unknown'), unique('free'));
    expect(body).not.toHaveProperty('data');
    expect(JSON.stringify(body)).not.toMatch(new RegExp(UUID.source.slice(1, -1)));
  });
});
