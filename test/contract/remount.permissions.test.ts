/** Who may start a remount, and who may read its status (contract §1.6). */

import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { kv1, must, policyOf, tokenWith, unique } from './fresh.ts';
import { call } from './http.ts';
import { move } from './moving.ts';
import { improved, NOT_AUTHENTICATED, NOT_AUTHORIZED, refused } from './texts.ts';
import { MOVER, PASSED, tryToStart } from './tryToStart.ts';

describe('starting a remount', () => {
  it('needs a token', async () => {
    expect(await tryToStart({ token: '' })).toMatchObject(NOT_AUTHENTICATED);
  });

  it.each(['nobody', 's.AAAAAAAAAAAAAAAAAAAAAAAA', 'x'.repeat(4_000)])(
    'is refused to an unknown token (%#)',
    async (token) => {
      expect(await tryToStart({ token })).toMatchObject(NOT_AUTHENTICATED);
    },
  );

  it('is refused to a token that is revoked', async () => {
    const token = await tokenWith(MOVER);
    expect(await tryToStart({ token })).toMatchObject(PASSED);
    await must('POST', 'auth/token/revoke', { body: { token } });
    expect(await tryToStart({ token })).toMatchObject(NOT_AUTHENTICATED);
  });

  it('is refused to a token that has expired', async () => {
    const token = await tokenWith(MOVER, undefined, { ttl: '1s' });
    await delay(1_100);
    expect(await tryToStart({ token })).toMatchObject(NOT_AUTHENTICATED);
  });

  it.each<[name: string, rules: Parameters<typeof policyOf>]>([
    ['update without sudo [1]', [['sys/remount', 'update']]],
    ['sudo without update', [['sys/remount', 'sudo']]],
    ['create in place of update', [['sys/remount', 'create', 'sudo']]],
    ['read, list, patch and delete', [['sys/remount', 'read', 'list', 'patch', 'delete', 'sudo']]],
    ['everything below the endpoint', [['sys/remount/*', 'update', 'sudo']]],
    [
      'everything everywhere except sudo',
      [
        ['*', 'read', 'update', 'create', 'delete'],
        ['secret/*', 'update', 'sudo'],
      ],
    ],
    [
      'deny on the endpoint itself',
      [
        ['sys/*', 'update', 'sudo'],
        ['sys/remount', 'deny'],
      ],
    ],
    ['nothing', [['secret/*', 'read']]],
  ])('is refused to a token with %s', async (_, rules) => {
    const token = await tokenWith(policyOf(...rules));
    expect(await tryToStart({ token })).toMatchObject(NOT_AUTHORIZED);
  });

  it.each<[name: string, rules: Parameters<typeof policyOf>]>([
    ['update and sudo', [['sys/remount', 'update', 'sudo']]],
    ['a pattern that gives both', [['sys/*', 'update', 'sudo']]],
  ])('is allowed to a token with %s', async (_, rules) => {
    const token = await tokenWith(policyOf(...rules));
    expect(await tryToStart({ token })).toMatchObject(PASSED);
  });

  it('needs no rights on the mounts themselves', async () => {
    const token = await tokenWith(MOVER);
    const kv = await kv1();
    const target = unique('moved');
    await move(kv, target, { token });
    expect(await call('GET', `sys/mounts/${target}`)).toMatchObject({ status: 200 });
    expect(await call('GET', `${target}/k`, { token })).toMatchObject(NOT_AUTHORIZED);
  });

  // The function behind the endpoint has no right to create tokens, and a wrapping token is one.
  improved('is refused if the request asks for a wrapped answer, and changes nothing', async () => {
    const kv = await kv1();
    const headers = { 'X-Vault-Wrap-TTL': '60' };
    const wrapped = await call('POST', 'sys/remount', { headers, body: { from: kv, to: unique('free') } });
    expect(wrapped).toMatchObject(refused('responses of this endpoint cannot be wrapped'));
    expect(await call('GET', `sys/mounts/${kv}`)).toMatchObject({ status: 200 });
  });

  it('accepts the token as Bearer too', async () => {
    const token = await tokenWith(MOVER);
    const answer = await tryToStart({ token: '', headers: { Authorization: `Bearer ${token}` } });
    expect(answer).toMatchObject(PASSED);
  });
});

describe('the status of a remount', () => {
  let id: string;
  beforeAll(async () => {
    id = await move(await kv1(), unique('moved'));
  });

  it('needs a token', async () => {
    expect(await call('GET', `sys/remount/status/${id}`, { token: '' })).toMatchObject(NOT_AUTHENTICATED);
    expect(await call('GET', `sys/remount/status/${id}`, { token: 'nobody' })).toMatchObject(
      NOT_AUTHENTICATED,
    );
  });

  it('needs read, and no sudo', async () => {
    const token = await tokenWith(policyOf(['sys/remount/status/*', 'read']));
    expect(await call('GET', `sys/remount/status/${id}`, { token })).toMatchObject({ status: 200 });
  });

  it.each<[name: string, rules: Parameters<typeof policyOf>]>([
    ['only the right to start', [['sys/remount', 'update', 'sudo']]],
    ['other rights on the status', [['sys/remount/status/*', 'update', 'list', 'sudo']]],
    ['the right on another id', [['sys/remount/status/another', 'read']]],
  ])('is refused to a token with %s', async (_, rules) => {
    const token = await tokenWith(policyOf(...rules));
    expect(await call('GET', `sys/remount/status/${id}`, { token })).toMatchObject(NOT_AUTHORIZED);
  });
});
