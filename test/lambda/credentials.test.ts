import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { defaultProvider } from '../../functions/lambda/credentials.ts';
import { BUNDLES, buildFunctions } from '../../infra/build.ts';

afterEach(() => vi.unstubAllEnvs());

function environment(key: string, secret: string, token: string): void {
  vi.stubEnv('AWS_ACCESS_KEY_ID', key);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', secret);
  vi.stubEnv('AWS_SESSION_TOKEN', token);
}

describe('the credentials of a function', () => {
  it('are those of its environment at the time of the first call', async () => {
    const provider = defaultProvider();
    environment('key-of-the-role', 'its-secret', 'its-session');
    const first = await provider();
    expect(first).toEqual({
      accessKeyId: 'key-of-the-role',
      secretAccessKey: 'its-secret',
      sessionToken: 'its-session',
    });
    environment('', '', '');
    expect(await provider()).toBe(first);
  });

  it('have no session token if the environment has none', async () => {
    environment('key-of-a-user', 'its-secret', '');
    expect(await defaultProvider()()).toEqual({
      accessKeyId: 'key-of-a-user',
      secretAccessKey: 'its-secret',
    });
  });

  it.each([
    ['', 'secret'],
    ['key', ''],
  ])('are missing with the key "%s" and the secret "%s"', async (key, secret) => {
    environment(key, secret, '');
    await expect(defaultProvider()()).rejects.toThrow('the environment lacks credentials');
  });

  it('come from no other source in any bundle', async () => {
    const bundles = (await buildFunctions()).map(async ({ name }) => {
      const text = await readFile(join(BUNDLES, name, 'index.mjs'), 'utf8');
      const has = (words: string) => text.includes(words);
      return {
        name,
        own: has('the environment lacks credentials'),
        others: has('AWS_WEB_IDENTITY_TOKEN_FILE'),
      };
    });
    const all = await Promise.all(bundles);
    expect(all.filter(({ others }) => others)).toEqual([]);
    // Only the function of the web page calls no AWS service.
    expect(all.filter(({ own }) => !own).map(({ name }) => name)).toEqual(['ui']);
  });
});
