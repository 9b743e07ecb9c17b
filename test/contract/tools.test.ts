/** Random bytes, hashes, and what is asked of leases and namespaces as a whole (contract §4, §7, §10). */

import { describe, expect, it } from 'vitest';
import { must, newNamespace, policyOf, tokenWith, unique } from './fresh.ts';
import { call } from './http.ts';
import { improved, NOT_AUTHENTICATED, NOT_AUTHORIZED, NOT_FOUND, refused, wrapped } from './texts.ts';

const HELLO = 'aGVsbG8=';

describe('random bytes', () => {
  const random = async (path: string, body: object = {}): Promise<string> =>
    (await must('POST', `sys/tools/random${path}`, { body })).body.data.random_bytes;

  it('are as many as the path or the body says, in base64 or in hexadecimal', async () => {
    expect(Buffer.from(await random(''), 'base64')).toHaveLength(32);
    expect(await random('/8', { format: 'hex' })).toMatch(/^[0-9a-f]{16}$/);
    expect(Buffer.from(await random('/platform/5', { bytes: 7 }), 'base64')).toHaveLength(5);
    expect(Buffer.from(await random('/all', { bytes: '7' }), 'base64')).toHaveLength(7);
    expect(await random('')).not.toBe(await random(''));
  });

  it('come from the one generator there is, with a warning for another', async () => {
    const { data, warnings } = (await must('POST', 'sys/tools/random/seal/3')).body;
    expect(Buffer.from(data.random_bytes, 'base64')).toHaveLength(3);
    expect(warnings).toEqual(['no seal/entropy augmentation available, using platform entropy source']);
  });

  it.each([
    ['', { bytes: 0 }, "'bytes' cannot be less than 1"],
    ['', { bytes: 131_073 }, "'bytes' should be less than 131072"],
    ['/0', {}, "'bytes' cannot be less than 1"],
    ['/abc', {}, 'error parsing url-set byte count: strconv.Atoi: parsing "abc": invalid syntax'],
    ['/a/b/c', {}, 'error parsing url-set byte count: strconv.Atoi: parsing "b/c": invalid syntax'],
    ['', { format: 'x' }, 'unsupported encoding format "x"; must be "hex" or "base64"'],
    ['/sea/4', {}, 'unsupported entropy source "sea"; must be "platform" or "seal", or "all"'],
  ])('are refused at %s with %j', async (path, body, text) => {
    expect(await call('POST', `sys/tools/random${path}`, { body })).toMatchObject(refused(text));
  });
});

describe('a hash', () => {
  it.each([
    ['', {}, '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824'],
    ['', { format: 'base64' }, 'LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ='],
    ['/sha2-224', {}, 'ea09ae9cc6768c50fcee903ed054556e5bfc8347907f12598aa24193'],
    ['', { algorithm: 'sha3-224' }, 'b87f88c72702fff1748e58b87e9141a42c0dbedc29a78cb0d4a5cd81'],
    [
      '/sha3-256',
      { algorithm: 'sha2-256' },
      '3338be694f50c5f338814986cdf0686453a888b84f424d792af4b9202398f392',
    ],
  ])('is made at %s with %j', async (path, body, sum) => {
    const { data } = (await must('POST', `sys/tools/hash${path}`, { body: { input: HELLO, ...body } })).body;
    expect(data).toEqual({ sum });
  });

  it.each([
    ['/md5', { input: HELLO }, 'unsupported algorithm md5'],
    ['', { input: HELLO, format: 'x' }, 'unsupported encoding format x; must be "hex" or "base64"'],
    ['', { input: '%%%' }, 'unable to decode input as base64: illegal base64 data at input byte 0'],
    ['', { input: 'aGVsbG8' }, 'unable to decode input as base64: illegal base64 data at input byte 4'],
    ['/md5', { input: 'aGVsbG8_' }, 'unable to decode input as base64: illegal base64 data at input byte 7'],
  ])('is refused at %s with %j', async (path, body, text) => {
    expect(await call('POST', `sys/tools/hash${path}`, { body })).toMatchObject(refused(text));
  });
});

describe('of all leases', () => {
  it('the irrevocable ones are counted and listed, and no others', async () => {
    const namespace = await newNamespace();
    const query = 'type=irrevocable&include_child_namespaces=true';
    expect((await must('GET', `sys/leases/count?${query}`, { namespace })).body.data).toEqual({
      lease_count: 0,
      counts: {},
    });
    expect((await must('GET', `sys/leases?${query}`, { namespace })).body.data).toEqual({
      lease_count: 0,
      leases: [],
    });
    for (const path of ['sys/leases', 'sys/leases/count', 'sys/leases?type=other'])
      expect(await call('GET', path)).toMatchObject(NOT_FOUND);
  });

  it.each([
    ['x', 'invalid \'limit\' provided: strconv.Atoi: parsing "x": invalid syntax'],
    ['1.5', 'invalid \'limit\' provided: strconv.Atoi: parsing "1.5": invalid syntax'],
    [
      '9'.repeat(20),
      `invalid 'limit' provided: strconv.Atoi: parsing "${'9'.repeat(20)}": value out of range`,
    ],
    ['0', "limit must be 'none' or a positive integer"],
    ['-1', "limit must be 'none' or a positive integer"],
  ])('the list is refused with the limit %s', async (limit, text) => {
    // The status is 500 at the reference.
    const { status, body } = await call('GET', `sys/leases?type=irrevocable&limit=${limit}`);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(body.errors).toEqual([wrapped(text)]);
  });

  it('the list needs sudo, the count does not', async () => {
    const token = await tokenWith(policyOf(['sys/leases*', 'read']));
    expect(await call('GET', 'sys/leases?type=irrevocable', { token })).toMatchObject(NOT_AUTHORIZED);
    expect((await call('GET', 'sys/leases/count?type=irrevocable', { token })).status).toBe(200);
  });

  it('and of tokens, what is expired can be tidied', async () => {
    for (const path of ['sys/leases/tidy', 'auth/token/tidy']) {
      const { status, body } = await call('POST', path);
      expect(status).toBe(202);
      expect(body.warnings[0]).toMatch(/^Tidy operation successfully started/);
    }
  });
});

describe('the namespaces that a client shows', () => {
  const shown = async (namespace: string, token?: string) =>
    (await must('GET', 'sys/internal/ui/namespaces', { namespace, ...(token ? { token } : {}) })).body.data;

  it('are the children below which the token may do something', async () => {
    const top = await newNamespace();
    const [a, b] = [unique('a'), unique('b')];
    for (const name of [a, b]) await must('POST', `sys/namespaces/${name}`, { namespace: top });
    await must('POST', 'sys/namespaces/deep', { namespace: `${top}/${a}` });
    expect((await shown(top)).keys.sort()).toEqual([`${a}/`, `${b}/`]);
    const visitor = await tokenWith(policyOf([`${top}/${a}/deep/secret/x`, 'read']));
    expect(await shown(top, visitor)).toEqual({ keys: [`${a}/`] });
    expect(await shown(`${top}/${b}`, visitor)).toEqual({});
  });

  it('are not shown with a token that is not known', async () => {
    const token = 'nobody';
    expect(await call('GET', 'sys/internal/ui/namespaces', { token })).toMatchObject(NOT_AUTHENTICATED);
  });

  improved('are not shown without a token', async () => {
    const answer = await call('GET', 'sys/internal/ui/namespaces', { token: '' });
    expect(answer).toMatchObject(NOT_AUTHENTICATED);
  });
});
