import { describe, expect, it } from 'vitest';
import { clusterToken } from '../../functions/adapters/clusterTokens.ts';

const nowhere = async () => new Map<string, string>();

describe('a token', () => {
  it('has the policies of its identity in other namespaces, each once', async () => {
    const data = {
      policies: ['default', 'own'],
      identity_policies: ['own', 'more'],
      external_namespace_policies: { 'id-1': ['a', 'b'] },
    };
    const pathsOf = async (ids: string[]) => new Map(ids.map((id) => [id, `path-of-${id}/`]));
    const { policies } = await clusterToken(data, '', pathsOf);
    expect(policies).toEqual({ '': ['default', 'own', 'more'], 'path-of-id-1/': ['a', 'b'] });
  });

  it('keeps policies of namespaces that are not found, because they may deny', async () => {
    const data = { policies: [], external_namespace_policies: { 'id-1': ['a'] } };
    expect((await clusterToken(data, 'own/', nowhere)).policies).toEqual({ '/': [], '/id-1/': ['a'] });
  });

  it.each([
    ['own/', ''],
    ['own/sub/', 'sub/'],
    ['', '/'],
    [undefined, '/'],
    ['owner/', '/owner/'],
    ['other/own/', '/other/own/'],
  ])('of the namespace %s is in "%s" for a service in own/', async (namespace_path, namespace) => {
    expect((await clusterToken({ namespace_path }, 'own/', nowhere)).namespace).toBe(namespace);
  });

  it('ends when the cluster says so', async () => {
    const expiring = await clusterToken({ expire_time: '2026-12-31T01:17:01.422845991Z' }, '', nowhere);
    expect(expiring.expiresAt).toBe(Date.UTC(2026, 11, 31, 1, 17, 1, 422));
    expect(await clusterToken({ expire_time: null }, '', nowhere)).not.toHaveProperty('expiresAt');
  });
});
