import { describe, expect, it } from 'vitest';
import { markRevoked, revokeToken } from '../../functions/credentials/revokeToken.ts';
import { type Store, StoreBusy } from '../../functions/ports/store.ts';
import { sha256, tokenKey } from '../../functions/store/keys.ts';
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

describe('of twenty concurrent requests', () => {
  it('one unwraps, if each sends the wrapping token as its token', async () => {
    const { token } = await s.wrapped('GET', 'kv/app');
    expect(successes(await atOnce(() => s.unwrap(token)), [INVALID, USED])).toBe(1);
  });

  it('one unwraps, if each sends the wrapping token in its body', async () => {
    const { token } = await s.wrapped('GET', 'kv/app');
    expect(successes(await atOnce(() => s.unwrapNamed(token)), [INVALID])).toBe(1);
  });

  it('one unwraps, if they mix both ways', async () => {
    const { token } = await s.wrapped('GET', 'kv/app');
    const answers = await atOnce((i) => (i % 2 ? s.unwrap(token) : s.unwrapNamed(token)));
    expect(successes(answers, [INVALID, USED])).toBe(1);
  });

  it('one unwraps or rewraps, and the answer can be read once in the end', async () => {
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

  it('each gets a wrapping token of its own for one secret', async () => {
    const infos = await atOnce(() => s.wrapped('GET', 'kv/app'));
    expect(new Set(infos.map(({ token }) => token)).size).toBe(AT_ONCE);
    for (const { token } of infos) expect((await s.unwrap(token)).status).toBe(200);
  });
});

/** A store that does not answer from a certain write on. */
function outOfReachFrom(store: Store, write: number): Store {
  let writes = 0;
  return {
    ...store,
    async commit(all) {
      if (writes++ >= write) throw new StoreBusy('the store does not answer');
      await store.commit(all);
    },
  };
}

describe('a wrapping token that is also the token of the request', () => {
  it.each([
    ['to unwrap', {}],
    ['to wrap again', { 'x-vault-wrap-ttl': '60' }],
  ])('%s keeps its answer when any of the writes fails', async (_, headers) => {
    for (let write = 0, status = 503; status === 503; write++) {
      const { token } = await s.wrapped('GET', 'kv/app');
      const failing = s.callOn({ store: outOfReachFrom(s.deps.store, write) });

      status = (await failing('POST', 'sys/wrapping/unwrap', { token, headers })).status;

      const again = await s.unwrap(token);
      expect([write, again.body.data]).toEqual([write, status === 503 ? { password: 's3cret' } : undefined]);
    }
  });
});

describe('a revocation', () => {
  it.each([
    ['begun', (hash: string) => markRevoked(s.deps.store, hash)],
    ['ended', (hash: string) => revokeToken(s.deps, { hash })],
  ])('refuses to unwrap or rewrap when it has %s meanwhile', async (_, revoke) => {
    for (const path of ['unwrap', 'rewrap']) {
      const { token } = await s.wrapped('GET', 'kv/app');
      const hash = sha256(token);
      const racing = s.callOn({ store: interleaved(s.deps.store, tokenKey(hash).pk, () => revoke(hash)) });
      const answer = await racing('POST', `sys/wrapping/${path}`, { body: { token } });
      expect([path, refusal(answer)]).toEqual([path, INVALID]);
    }
  });
});
