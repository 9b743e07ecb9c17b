import { describe, expect, it } from 'vitest';
import { namespaceService } from './namespaceService.ts';

const s = namespaceService();

describe('patching', () => {
  it('merges metadata, removes a name, and removes all', async () => {
    await s.create(s.name, '', { a: '1', b: '2' });
    expect((await s.patch(s.name, { b: null, c: '3' })).body.data.custom_metadata).toEqual({
      a: '1',
      c: '3',
    });
    expect((await s.patch(s.name, {})).body.data.custom_metadata).toEqual({ a: '1', c: '3' });
    const cleared = await s.patch(s.name, null);
    expect([cleared.status, cleared.body.data.custom_metadata]).toEqual([200, {}]);
    expect((await s.call('GET', `sys/namespaces/${s.name}`)).body.data.custom_metadata).toEqual({});
  });

  it.each([
    [{ a: 1 }, 'json.Number'],
    [{ a: true }, 'bool'],
    [{ a: ['x'] }, '[]interface {}'],
    [{ a: {} }, 'map[string]interface {}'],
  ])('refuses %j', async (metadata, type) => {
    await s.create(s.name);
    expect(await s.refusalOf('PATCH', s.name, { custom_metadata: metadata })).toEqual([
      `metadata patch can only have string or null values, got ${type}`,
    ]);
  });

  it('refuses a number that JavaScript cannot represent exactly', async () => {
    await s.create(s.name);
    expect(await s.refusalOf('PATCH', s.name, '{"custom_metadata":{"a":12345678901234567890}}')).toEqual([
      'metadata patch can only have string or null values, got json.Number',
    ]);
  });

  it('refuses without the namespace, and with another content type', async () => {
    await s.create(s.name);
    expect(await s.refusalOf('PATCH', `${s.name}x`, { custom_metadata: {} })).toEqual([
      'namespace not found',
    ]);
    expect((await s.call('PATCH', `sys/namespaces/${s.name}`, { body: {} })).status).toBe(400);
  });

  it('loses no change of another request', async () => {
    await s.create(s.name);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) => s.patch(s.name, { [`k${i}`]: 'x' })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    const { custom_metadata } = (await s.call('GET', `sys/namespaces/${s.name}`)).body.data;
    expect(Object.keys(custom_metadata)).toHaveLength(10);
  });
});
