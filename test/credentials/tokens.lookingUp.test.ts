import { describe, expect, it } from 'vitest';
import { tokenRoutes } from '../../functions/credentials/tokenRoutes.ts';
import type { Store } from '../../functions/ports/store.ts';
import { sha256, tokenKey } from '../../functions/store/keys.ts';
import { caller } from '../support/call.ts';
import { throughFile } from '../support/throughFile.ts';
import { refusal, wrapper } from '../support/world.ts';
import { tokenWorld } from './tokenWorld.ts';

const w = throughFile(tokenWorld);

const HOUR = 3_600_000;

describe('looking up a token', () => {
  it('shows everything except its parent', async () => {
    const auth = await w.token({ policies: ['maker'], ttl: '1h', meta: { a: 'b' } });
    const { status, body } = await w.post('lookup', { token: auth.client_token });
    expect(status).toBe(200);
    expect(body.data).toEqual({
      id: auth.client_token,
      accessor: auth.accessor,
      policies: ['default', 'maker'],
      path: 'auth/token/create',
      meta: { a: 'b' },
      display_name: 'token',
      num_uses: 0,
      orphan: false,
      creation_time: expect.closeTo(w.deps.clock.now() / 1_000, -1),
      creation_ttl: 3_600,
      expire_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      ttl: expect.closeTo(3_600, -1),
      explicit_max_ttl: 0,
      entity_id: '',
      type: 'service',
      issue_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      renewable: true,
    });
  });

  it('rounds the seconds that are left down, from the second that is nearest', async () => {
    const { clock } = w.deps;
    clock.pass(1_600 - (clock.now() % 1_000));
    const { client_token: token } = await w.token({ policies: ['default'], ttl: '1h' });
    const found = async () => (await w.post('lookup', { token })).body.data;
    const end = Math.floor(Date.parse((await found()).expire_time) / 1_000) * 1_000;
    clock.pass(end - 10_400 - clock.now());
    expect((await found()).ttl).toBe(10);
    clock.pass(end - 9_300 - clock.now());
    expect((await found()).ttl).toBe(9);
  });

  it('shows the token of the request when none is named, by GET and by POST', async () => {
    const { client_token: token } = await w.token({ policies: ['default'] });
    expect((await w.call('GET', 'auth/token/lookup-self', { token })).body.data.id).toBe(token);
    expect((await w.post('lookup-self')).body.data.id).toBe(w.root);
    for (const method of ['GET', 'POST'])
      expect((await w.call(method, 'auth/token/lookup')).body.data.id).toBe(w.root);
    const bearer = { token: '', headers: { authorization: `Bearer ${token}` } };
    expect((await w.call('GET', 'auth/token/lookup-self', bearer)).body.data.id).toBe(token);
  });

  it.each([
    ['reads it once', {}, 1],
    ['reads it again after it was used, if its uses are limited', { num_uses: 2 }, 2],
  ])('that makes the request %s', async (_, limits, count) => {
    const { client_token: token } = await w.token({ policies: ['default'], ...limits });
    const own = tokenKey(sha256(token)).pk;
    const reads: string[] = [];
    const store: Store = {
      ...w.deps.store,
      get(ref) {
        reads.push(ref.pk);
        return w.deps.store.get(ref);
      },
    };
    const call = caller({ ...w.deps, store }, { builtin: tokenRoutes, engines: {} }, token);
    expect((await call('GET', 'auth/token/lookup-self')).body.data.id).toBe(token);
    expect(reads).toEqual(Array.from({ length: count }, () => own));
  });

  it('by its accessor does not show the token', async () => {
    const { accessor } = await w.token({ policies: ['default'] });
    const { body } = await w.post('lookup-accessor', { accessor });
    expect(body.data).toMatchObject({ id: '', accessor, policies: ['default'] });
  });

  it.each([
    ['lookup', { token: 's.unknown' }, 403, 'bad token'],
    ['lookup-accessor', {}, 400, wrapper('missing accessor')],
    ['lookup-accessor', { accessor: 'unknown' }, 400, wrapper('invalid accessor')],
    ['lookup-accessor', { accessor: 'x'.repeat(5_000) }, 400, wrapper('invalid accessor')],
    ['renew', {}, 400, 'missing token ID'],
    ['renew', { token: 's.unknown' }, 400, 'token not found'],
    ['renew-accessor', {}, 400, wrapper('missing accessor')],
    ['renew-accessor', { accessor: 'unknown' }, 400, wrapper('invalid accessor')],
    ['revoke', {}, 400, 'missing token ID'],
    ['revoke-accessor', {}, 400, wrapper('missing accessor')],
    ['revoke-orphan', {}, 400, 'missing token ID'],
    ['revoke-orphan', { token: 's.unknown' }, 400, 'token to revoke not found'],
  ])('%s of %j is refused', async (path, body, status, text) => {
    expect(refusal(await w.post(path, body))).toEqual({ status, errors: [text] });
  });

  it('finds none that is expired, or whose parent is expired', async () => {
    const parent = await w.token({ policies: ['maker'], ttl: '1h' });
    const child = await w.token({ ttl: '10h' }, { token: parent.client_token });
    w.deps.clock.pass(HOUR);
    for (const { client_token, accessor } of [parent, child]) {
      expect(refusal(await w.post('lookup', { token: client_token })).errors).toEqual(['bad token']);
      expect((await w.post('lookup-accessor', { accessor })).status).toBe(400);
      expect(refusal(await w.post('renew', { token: client_token })).errors).toEqual(['token not found']);
    }
  });
});

describe('listing accessors', () => {
  it('shows those of valid service tokens, whether they expire or not', async () => {
    const [lasting, endless, batch, dead] = await Promise.all([
      w.token({ policies: ['default'] }),
      w.token({}),
      w.token({ policies: ['default'], type: 'batch' }),
      w.token({ policies: ['default'] }),
    ]);
    await w.post('revoke', { token: dead.client_token });
    const { status, body } = await w.call('LIST', 'auth/token/accessors');
    expect(status).toBe(200);
    expect(body.data.keys).toEqual([...body.data.keys].sort());
    expect(body.data.keys).toEqual(expect.arrayContaining([lasting.accessor, endless.accessor]));
    expect(body.data.keys).not.toContain(dead.accessor);
    expect(body.data.keys).not.toContain('');
    expect(batch.accessor).toBe('');
    await w.post('revoke', { token: endless.client_token });
    const after = await w.call('LIST', 'auth/token/accessors');
    expect(after.body.data.keys).not.toContain(endless.accessor);
  });

  it('needs sudo', async () => {
    await w.policy('lister', 'path "auth/token/accessors/" { capabilities = ["list"] }');
    const { client_token: token } = await w.token({ policies: ['lister'] });
    expect(refusal(await w.call('LIST', 'auth/token/accessors', { token }))).toEqual({
      status: 403,
      errors: [wrapper('permission denied')],
    });
  });
});
