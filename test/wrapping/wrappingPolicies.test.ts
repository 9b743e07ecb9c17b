import { describe, expect, it } from 'vitest';
import { throughFile } from '../support/throughFile.ts';
import { refusal } from '../support/world.ts';
import { DENIED, wrapService } from './wrapService.ts';

const s = throughFile(wrapService);

describe('policies', () => {
  const ask = async (policy: string, ttl?: string) => {
    const name = s.deps.ids.hex(8);
    await s.policy(name, `path "kv/*" { capabilities = ["read", "update", "create"]\n${policy} }`);
    const { client_token } = await s.token({ policies: [name], no_default_policy: true });
    const headers: Record<string, string> = ttl === undefined ? {} : { 'x-vault-wrap-ttl': ttl };
    return s.call('GET', 'kv/app', { token: client_token, headers });
  };
  const BOUNDS = 'min_wrapping_ttl = "10s"\nmax_wrapping_ttl = "1m"';

  it.each([
    [BOUNDS, '10'],
    [BOUNDS, '60'],
    ['min_wrapping_ttl = "10s"', '1h'],
    ['max_wrapping_ttl = "1m"', '1'],
  ])('with %j allow an answer that is wrapped for %s', async (policy, ttl) => {
    expect((await ask(policy, ttl)).body.wrap_info.ttl).toBeGreaterThan(0);
  });

  it.each([
    [BOUNDS, '9'],
    [BOUNDS, '61'],
    [BOUNDS, '0'],
    [BOUNDS, undefined],
    ['max_wrapping_ttl = "1m"', undefined],
    ['min_wrapping_ttl = "10s"', undefined],
  ])('with %j refuse an answer that is wrapped for %s', async (policy, ttl) => {
    expect(refusal(await ask(policy, ttl))).toEqual(DENIED);
  });
});
