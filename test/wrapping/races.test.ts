import { describe, expect, it } from 'vitest';
import { sha256, tokenKey } from '../../functions/ports/keys.ts';
import { markRevoked, revokeToken } from '../../functions/tokens/revokeToken.ts';
import { interleaved } from '../support/interleave.ts';
import { throughFile } from '../support/throughFile.ts';
import { refusal } from '../support/world.ts';
import { INVALID, successes, wrapService } from './wrapService.ts';

const USED = { status: 403, errors: ['permission denied'] };
const AT_ONCE = 20;

const s = throughFile(wrapService);

function atOnce<T>(work: (i: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: AT_ONCE }, (_, i) => work(i)));
}

describe('of twenty at once', () => {
  it('one unwraps, if each is the wrapping token', async () => {
    const { token } = await s.wrapped('GET', 'kv/app');
    expect(successes(await atOnce(() => s.unwrap(token)), [INVALID, USED])).toBe(1);
  });

  it('one unwraps, if each names the wrapping token', async () => {
    const { token } = await s.wrapped('GET', 'kv/app');
    expect(successes(await atOnce(() => s.unwrapNamed(token)), [INVALID])).toBe(1);
  });

  it('one unwraps, whichever way', async () => {
    const { token } = await s.wrapped('GET', 'kv/app');
    const answers = await atOnce((i) => (i % 2 ? s.unwrap(token) : s.unwrapNamed(token)));
    expect(successes(answers, [INVALID, USED])).toBe(1);
  });

  it('one unwraps or rewraps, and the answer comes out once in the end', async () => {
    const { token } = await s.wrapped('GET', 'kv/app');
    const rewrap = () => s.call('POST', 'sys/wrapping/rewrap', { body: { token } });

    const answers = await atOnce((i) => (i % 2 ? rewrap() : s.unwrapNamed(token)));

    expect(successes(answers, [INVALID])).toBe(1);
    const [winner] = answers.filter(({ status }) => status === 200);
    const { data, wrap_info } = winner?.body ?? {};
    const open = wrap_info ? (await s.unwrap(wrap_info.token)).body.data : data;
    expect(open).toEqual({ password: 's3cret' });
    expect(refusal(await s.unwrapNamed(token))).toEqual(INVALID);
  });

  it('all get a token of their own for one secret', async () => {
    const infos = await atOnce(() => s.wrapped('GET', 'kv/app'));
    expect(new Set(infos.map(({ token }) => token)).size).toBe(AT_ONCE);
    for (const { token } of infos) expect((await s.unwrap(token)).status).toBe(200);
  });
});

describe('a revocation', () => {
  it.each([
    ['begun', (hash: string) => markRevoked(s.deps.store, hash)],
    ['over', (hash: string) => revokeToken(s.deps, { hash })],
  ])('lets nobody unwrap or rewrap when it has %s', async (_, revoke) => {
    for (const path of ['unwrap', 'rewrap']) {
      const { token } = await s.wrapped('GET', 'kv/app');
      const hash = sha256(token);
      const racing = s.callOn(interleaved(s.deps.store, tokenKey(hash).pk, () => revoke(hash)));
      const answer = await racing('POST', `sys/wrapping/${path}`, { body: { token } });
      expect([path, refusal(answer)]).toEqual([path, INVALID]);
    }
  });
});
