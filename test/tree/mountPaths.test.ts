import { describe, expect, it } from 'vitest';
import { locate } from '../../functions/tree/locate.ts';
import { ROOT } from '../../functions/tree/namespace.ts';
import { placeNamespace } from '../support/place.ts';
import { mountService } from './mountService.ts';

const s = mountService();

describe('enabling', () => {
  it.each(['sys', 'sys/x', 'auth/x', 'audit', 'cubbyhole', 'identity/a/b'])('refuses %s', async (path) => {
    expect(await s.refusalOf('POST', `sys/mounts/${path}`, { type: 'kv' })).toEqual([
      `cannot mount "${path}/"`,
    ]);
  });

  it('refuses a path that overlaps a mount of the same table, either way', async () => {
    await s.enable(`sys/mounts/${s.name}/a/b`);
    await s.enable(`sys/auth/${s.name}/a`, { type: 'userpass' });

    for (const path of [`${s.name}/a/b`, `${s.name}/a`, s.name, `${s.name}/a/b/c`]) {
      expect(await s.refusalOf('POST', `sys/mounts/${path}`, { type: 'kv' })).toEqual([
        `path is already in use at ${s.name}/a/b/`,
      ]);
    }
    for (const path of [s.name, `${s.name}/a`, `${s.name}/a/b`]) {
      expect(await s.refusalOf('POST', `sys/auth/${path}`, { type: 'userpass' })).toEqual([
        `path is already in use at ${s.name}/a/`,
      ]);
    }
    expect(await s.refusalOf('POST', 'sys/auth/token', { type: 'userpass' })).toEqual([
      'path is already in use at token/',
    ]);
    expect(await s.refusalOf('POST', 'sys/auth/token/x', { type: 'userpass' })).toEqual([
      'path is already in use at token/',
    ]);
  });

  it('accepts paths that begin with the same characters but differ in a segment', async () => {
    for (const path of [s.name, `${s.name}x`, `${s.name}-y/z`, `x${s.name}/${s.name}`]) {
      await s.enable(`sys/mounts/${path}`);
    }
  });

  it('refuses a path at, above or in a child namespace', async () => {
    const child = await placeNamespace(s.deps, ROOT, `ns${s.name}`);
    await placeNamespace(s.deps, child, 'inner');
    for (const [path, at] of [
      [`ns${s.name}`, ''],
      [`ns${s.name}/kv`, ''],
      [`ns${s.name}/inner`, 'inner/'],
      [`ns${s.name}/inner/kv`, 'inner/'],
    ] as const) {
      expect(await s.refusalOf('POST', `sys/mounts/${path}`, { type: 'kv' })).toEqual([
        `existing mount at ns${s.name}/${at}`,
      ]);
    }
    const inside = await s.call('POST', 'sys/mounts/inner', { body: { type: 'kv' }, namespace: child.path });
    expect(inside.body.errors).toEqual([`existing mount at ns${s.name}/inner/`]);
  });

  it('accepts a mount with the name of its namespace', async () => {
    const child = await placeNamespace(s.deps, ROOT, `ns${s.name}`);
    const { status } = await s.call('POST', `sys/mounts/ns${s.name}`, {
      body: { type: 'kv' },
      namespace: child.path,
    });
    expect(status).toBe(204);
  });

  it('accepts spaces and letters of all scripts, and refuses a path that no request could reach', async () => {
    for (const path of ['a b', 'schlüssel', '鍵', 'x+y', 'a*']) {
      await s.enable(`sys/mounts/${s.name}/${encodeURIComponent(path)}`);
      expect((await locate(s.deps.store, `${s.name}/${path}/foo`)).mount?.path).toBe(`${s.name}/${path}/`);
    }
    expect(await s.refusalOf('POST', `sys/mounts/${s.name}%2F%2Fx`, { type: 'kv' })).toEqual([
      `path '${s.name}//x/' does not match cleaned path '${s.name}/x/'`,
    ]);
    expect(await s.refusalOf('POST', `sys/mounts/%2F%2F${s.name}`, { type: 'kv' })).toEqual([
      `path '/${s.name}/' does not match cleaned path '${s.name}/'`,
    ]);
    expect(await s.call('POST', 'sys/mounts/a%0Ab', { body: { type: 'kv' } })).toMatchObject({
      status: 400,
      text: '',
    });
    expect(await s.refusalOf('POST', `sys/mounts/${s.name}/`, { type: 'kv' })).toEqual([
      "cannot write to a path ending in '/'",
    ]);
  });

  it('refuses paths over the limits, auth/ included', async () => {
    const deep = (segments: number) => Array.from({ length: segments }, () => 'x').join('/');
    await s.enable(`sys/mounts/${s.name}/${deep(31)}`);
    expect(await s.refusalOf('POST', `sys/mounts/${deep(33)}`, { type: 'kv' })).toEqual([
      'invalid mount path: path has more than 32 segments',
    ]);
    expect(await s.refusalOf('POST', `sys/auth/${deep(32)}`, { type: 'userpass' })).toEqual([
      'invalid mount path: path has more than 32 segments',
    ]);
    const long = s.name.padEnd(511, 'x');
    await s.enable(`sys/mounts/${long}`);
    expect(await s.refusalOf('POST', `sys/mounts/y${long}`, { type: 'kv' })).toEqual([
      'invalid mount path: path is longer than 512 bytes',
    ]);
  });
});
