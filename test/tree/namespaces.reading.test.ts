import { describe, expect, it } from 'vitest';
import { namespaceService } from './namespaceService.ts';

const s = namespaceService();

describe('reading and listing', () => {
  it('answers 404 for a namespace that does not exist', async () => {
    for (const path of [s.name, 'x'.repeat(1_100), 'a%20b']) {
      expect(await s.call('GET', `sys/namespaces/${path}`)).toMatchObject({
        status: 404,
        body: { errors: [] },
      });
    }
  });

  it('lists the children with their data, without their own children', async () => {
    await s.create(s.name);
    expect(await s.call('LIST', 'sys/namespaces', { namespace: s.name })).toMatchObject({
      status: 404,
      body: { errors: [] },
    });
    const one = await s.create('one', s.name, { a: 'b' });
    const two = await s.create('two', s.name);
    await s.create('below', `${s.name}/one`);
    await s.call('POST', 'sys/mounts/kv/a', { namespace: s.name, body: { type: 'kv' } });

    const { status, body } = await s.call('GET', 'sys/namespaces', {
      namespace: s.name,
      query: { list: ['true'] },
    });

    expect(status).toBe(200);
    expect(body.data.keys.sort()).toEqual(['one/', 'two/']);
    expect(body.data.key_info).toEqual({ 'one/': one, 'two/': two });
    expect((await s.call('GET', 'sys/namespaces')).status).toBe(405);
  });

  it('scans all namespaces below, by their paths from there', async () => {
    await s.create(s.name);
    expect(await s.call('SCAN', 'sys/namespaces', { namespace: s.name })).toMatchObject({
      status: 200,
      body: { data: {} },
    });
    const one = await s.create('one', s.name, { a: 'b' });
    const below = await s.create('below', `${s.name}/one`);
    const deep = await s.create('deep', `${s.name}/one/below`);
    const two = await s.create('two', s.name);

    const { status, body } = await s.call('SCAN', 'sys/namespaces', { namespace: s.name });

    expect(status).toBe(200);
    expect(body.data.keys.sort()).toEqual(['one/', 'one/below/', 'one/below/deep/', 'two/']);
    expect(body.data.key_info).toEqual({
      'one/': one,
      'one/below/': below,
      'one/below/deep/': deep,
      'two/': two,
    });
  });
});
