import { hashSync } from 'bcryptjs';
import { describe, expect, it } from 'vitest';
import { MIN_BCRYPT_COST } from '../../../functions/limits.ts';
import type { Store } from '../../../functions/ports/store.ts';
import { placeMount } from '../../support/place.ts';
import { throughFile } from '../../support/throughFile.ts';
import { password, userpassService } from './userpassService.ts';

const BAD = { status: 400, body: { errors: ['invalid username or password'] } };
const LOCKED = { status: 403, body: { errors: ['permission denied'] } };
const MINUTE_MS = 60_000;

const service = throughFile(userpassService);

describe('login by userpass', () => {
  describe('a bad password', () => {
    it('has the same answer whether or not the user exists', async () => {
      await service.addUser('known');

      expect(await service.logIn('known', 'wrong')).toMatchObject(BAD);
      expect(await service.logIn('stranger', 'wrong')).toMatchObject(BAD);
    });

    it('takes about as long when the user does not exist', async () => {
      await service.call('POST', 'auth/userpass/users/slow', { body: { password } });
      const timed = async (name: string) => {
        const start = performance.now();
        await service.logIn(name, 'wrong');
        return performance.now() - start;
      };
      await timed('slow');
      const known = Math.min(await timed('slow'), await timed('slow'));
      const unknown = await timed('nobody');

      expect(unknown).toBeGreaterThan(known / 4);
    });

    it('takes about as long when the hash of the user has the lowest cost', async () => {
      const password_hash = hashSync(password, MIN_BCRYPT_COST);
      await service.call('POST', 'auth/userpass/users/cheap', { body: { password_hash } });
      const timed = async (name: string) => {
        const start = performance.now();
        await service.logIn(name, 'wrong');
        return performance.now() - start;
      };
      const [cheap, nobody] = [await timed('cheap'), await timed('nobody')];
      expect(cheap).toBeGreaterThan(nobody / 4);
      expect((await service.logIn('cheap')).status).toBe(200);
    });

    it.each([
      ['none', {}],
      ['an empty one', { password: '' }],
    ])('%s is 500 without the wrapper', async (_, body) => {
      const answer = await service.call('POST', 'auth/userpass/login/known', { token: '', body });

      expect(answer).toMatchObject({
        status: 500,
        body: { errors: ['missing password'] },
      });
    });

    it('of more than 72 bytes is bad, for any user, and also if it begins with the right one', async () => {
      const long = 'x'.repeat(72);
      await service.addUser('long', { password: long, password_hash: undefined });

      for (const [name, password] of [
        ['known', `${long}y`],
        ['stranger', `${long}y`],
        ['long', `${long}y`],
      ] as const)
        expect(await service.logIn(name, password)).toMatchObject(BAD);
      expect((await service.logIn('long', long)).status).toBe(200);
    });
  });

  describe('the lockout', () => {
    const fail = async (name: string, times: number) => {
      for (let i = 0; i < times; i++) expect(await service.logIn(name, 'wrong')).toMatchObject(BAD);
    };

    it('begins with the fifth bad password, and ends after 15 minutes', async () => {
      await service.addUser('forgetful');
      await fail('forgetful', 5);

      expect(await service.logIn('forgetful')).toMatchObject(LOCKED);
      service.deps.clock.pass(15 * MINUTE_MS - 2_000);
      expect(await service.logIn('forgetful', 'wrong')).toMatchObject(LOCKED);
      service.deps.clock.pass(2_000);
      expect((await service.logIn('forgetful')).status).toBe(200);
    });

    it('starts counting again after it ended', async () => {
      await service.addUser('again');
      await fail('again', 5);
      service.deps.clock.pass(15 * MINUTE_MS);
      await fail('again', 4);

      expect((await service.logIn('again')).status).toBe(200);
    });

    it('starts counting again after 15 minutes without a bad password', async () => {
      await service.addUser('patient');
      await fail('patient', 4);
      service.deps.clock.pass(15 * MINUTE_MS);
      await fail('patient', 4);

      expect((await service.logIn('patient')).status).toBe(200);
    });

    it('starts counting again after a login', async () => {
      await service.addUser('lucky');
      await fail('lucky', 4);
      expect((await service.logIn('lucky')).status).toBe(200);
      await fail('lucky', 4);

      expect((await service.logIn('lucky')).status).toBe(200);
    });

    it('answers the same for a user who does not exist', async () => {
      await fail('Phantom', 3);
      await fail('pHANTOM', 2);

      expect(await service.logIn('phantom', 'wrong')).toMatchObject(LOCKED);
    });

    it('answers no more than five concurrent passwords as wrong', async () => {
      await service.addUser('attacked');
      const answers = await Promise.all(Array.from({ length: 12 }, () => service.logIn('attacked', 'wrong')));
      const statuses = answers.map(({ status }) => status).sort();

      expect(statuses).toEqual([...Array(5).fill(400), ...Array(7).fill(403)]);
      expect(await service.logIn('attacked')).toMatchObject(LOCKED);
    });

    it('refuses a good password that was checked while it began', async () => {
      await service.addUser('contested');
      await fail('contested', 1);
      const { store } = service.deps;
      const get: Store['get'] = async (ref) => {
        const item = await store.get(ref);
        if (ref.sk.startsWith('lockout/')) await fail('contested', 4);
        return item;
      };
      const slow = service.callOn({ store: { ...store, get } });
      const path = 'auth/userpass/login/contested';

      expect(await slow('POST', path, { token: '', body: { password } })).toMatchObject(LOCKED);
    });

    it('does not lock other users', async () => {
      await service.addUser('neighbour');

      expect((await service.logIn('neighbour')).status).toBe(200);
    });

    it.each([
      ['a threshold and times of its own', { threshold: 2, duration: 60, counterReset: 30 }, LOCKED],
      ['none at all', { disabled: true, threshold: 1 }, { status: 200 }],
    ])('a mount may have %s', async (_, userLockout, afterTwo) => {
      const path = `auth/lockout-${userLockout.threshold}/`;
      const config = { defaultLeaseTtl: 0, maxLeaseTtl: 0, forceNoCache: false, userLockout };
      await placeMount(service.deps, path, { config });
      await service.addUser('bob', {}, path.slice(0, -1));
      const attempt = (given: string) =>
        service.call('POST', `${path}login/bob`, { token: '', body: { password: given } });
      expect(await attempt('wrong')).toMatchObject(BAD);
      expect(await attempt('wrong')).toMatchObject(BAD);

      expect(await attempt(password)).toMatchObject(afterTwo);
      service.deps.clock.pass(MINUTE_MS);
      expect((await attempt(password)).status).toBe(200);
    });
  });
});
