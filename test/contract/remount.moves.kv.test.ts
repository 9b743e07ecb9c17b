/** Moves of kv mounts: everything about them and in them is the same afterwards (contract §1.7, §9). */

import { describe, expect, it } from 'vitest';
import { engine, kv1, kv2, must, unique } from './fresh.ts';
import { call } from './http.ts';
import { move, start } from './moving.ts';
import { kv2Content, mountObject, mountPaths } from './snapshots.ts';
import { improved, noRoute, refused } from './texts.ts';

async function write(kv: string, key: string, data: object, options = {}): Promise<void> {
  await must('POST', `${kv}/data/${key}`, { body: { data, options } });
}

describe('a moved kv v2 mount', () => {
  it('keeps every version, all metadata, its config and its counters [29]', async () => {
    const kv = await kv2();
    await must('POST', `${kv}/config`, { body: { max_versions: 7, delete_version_after: '24h' } });
    for (let version = 1; version <= 4; version++) await write(kv, 'app', { version, odd: 'ü"\\\u2028' });
    await must('POST', `${kv}/delete/app`, { body: { versions: [2] } });
    await must('POST', `${kv}/destroy/app`, { body: { versions: [1] } });
    await must('POST', `${kv}/metadata/app`, {
      body: { custom_metadata: { owner: 'ops' }, cas_required: true },
    });
    await write(kv, 'other', { big: 1 });
    const before = await kv2Content(kv);
    const target = unique('moved');

    await move(kv, target);

    expect(await kv2Content(target)).toEqual(before);
    const stale = await call('POST', `${target}/data/app`, { body: { data: {}, options: { cas: 3 } } });
    expect(stale).toMatchObject(refused('check-and-set parameter did not match the current version'));
    const fresh = await call('POST', `${target}/data/app`, { body: { data: { a: 1 }, options: { cas: 4 } } });
    expect(fresh.body.data.version).toBe(5);
    await must('POST', `${target}/undelete/app`, { body: { versions: [2] } });
    expect((await must('GET', `${target}/data/app?version=2`)).body.data.data.version).toBe(2);
  });

  it('no longer answers at the old path, whatever the operation [26] [45]', async () => {
    const kv = await kv2();
    await write(kv, 'app', { a: 1 });
    await move(kv, unique('moved'));
    expect(await call('GET', `${kv}/data/app`)).toMatchObject(noRoute(`${kv}/data/app`));
    expect(await call('POST', `${kv}/data/app`, { body: { data: {} } })).toMatchObject(
      noRoute(`${kv}/data/app`),
    );
    expect(await call('DELETE', `${kv}/data/app`)).toMatchObject(noRoute(`${kv}/data/app`));
    expect(await call('GET', `${kv}/metadata?list=true`)).toMatchObject(noRoute(`${kv}/metadata/`));
    expect(await call('GET', `sys/mounts/${kv}`)).toMatchObject(refused(`No secret engine mount at ${kv}/`));
  });

  it('cannot be moved from the old path a second time [45]', async () => {
    const kv = await kv2();
    await move(kv, unique('moved'));
    expect(await start(kv, unique('free'))).toMatchObject(refused(`no matching mount at "${kv}/"`));
  });
});

describe('a moved kv v1 mount', () => {
  it('keeps its secrets, with every digit of their numbers [26] [29]', async () => {
    const kv = await kv1();
    const body = '{"big":12345678901234567890,"small":0.1000,"deep":{"list":[1,null,true]}}';
    await must('POST', `${kv}/a/b`, { body });
    await must('POST', `${kv}/c`, { body: { ttl: '1h', x: 'y' } });
    const target = unique('moved');
    await move(kv, target);
    const { text } = await must('GET', `${target}/a/b`);
    expect(text).toContain('12345678901234567890');
    expect(text).toContain('0.1000');
    expect((await must('GET', `${target}/c`)).body).toMatchObject({
      data: { x: 'y' },
      lease_duration: 3_600,
    });
    expect((await must('GET', `${target}/?list=true`)).body.data.keys).toEqual(['a/', 'c']);
    expect((await must('GET', `${target}/a?list=true`)).body.data.keys).toEqual(['b']);
  });
});

describe('any moved secrets engine', () => {
  it('keeps uuid, accessor, description, options and config [20]', async () => {
    const kv = await engine('kv', {
      description: 'of the third floor',
      options: { version: '2', note: 'x' },
      local: true,
      seal_wrap: true,
      config: {
        default_lease_ttl: '1h',
        max_lease_ttl: '24h',
        listing_visibility: 'hidden',
        passthrough_request_headers: ['X-One'],
        audit_non_hmac_request_keys: ['a', 'b'],
      },
    });
    const before = await mountObject(kv);
    const target = unique('moved');
    await move(kv, target);
    expect(await mountObject(target)).toEqual(before);
    expect(before).toMatchObject({ description: 'of the third floor', config: { max_lease_ttl: 86_400 } });
    const paths = await mountPaths('mounts');
    expect(paths).toContain(`${target}/`);
    expect(paths).not.toContain(`${kv}/`);
  });

  it('can be tuned, written, moved again and moved back like any other [47]', async () => {
    const kv = await kv1();
    const { uuid, accessor } = await mountObject(kv);
    const [first, second] = [unique('moved'), `${unique('moved')}/below/it`];
    await move(kv, first);
    await must('POST', `sys/mounts/${first}/tune`, { body: { description: 'tuned' } });
    await must('POST', `${first}/k`, { body: { a: 1 } });
    await move(first, second);
    await move(second, kv);
    expect(await mountObject(kv)).toMatchObject({ uuid, accessor, description: 'tuned' });
    expect((await must('GET', `${kv}/k`)).body.data).toEqual({ a: 1 });
  });

  it('leaves its old path free for a new mount with data of its own', async () => {
    const kv = await kv1();
    await must('POST', `${kv}/k`, { body: { of: 'the first' } });
    const target = unique('moved');
    await move(kv, target);
    await kv1(undefined, kv);
    expect(await call('GET', `${kv}/k`)).toMatchObject({ status: 404, body: { errors: [] } });
    await must('POST', `${kv}/k`, { body: { of: 'the second' } });
    expect((await must('GET', `${target}/k`)).body.data).toEqual({ of: 'the first' });
  });

  it('may move to a path that only begins like that of another, or to one beside it', async () => {
    const kv = await kv1();
    const neighbour = await kv1(undefined, `${unique('kv')}bar`);
    const beginning = neighbour.slice(0, -3);
    await move(kv, beginning);
    await move(beginning, `${unique('fork')}/a`);
    expect(await mountObject(neighbour)).toMatchObject({ type: 'kv' });
  });

  it('moves at any depth beside mounts with the same names [53]', async () => {
    const [a, b] = [unique('a'), unique('b')];
    await kv1(undefined, `${a}/${b}/123`);
    await kv1(undefined, `${b}/123`);
    await move(`${b}/123`, `${a}/${b}/124`);
    await move(`${a}/${b}/123`, `${b}/123`);
    expect(await mountPaths('mounts')).toEqual(expect.arrayContaining([`${a}/${b}/124/`, `${b}/123/`]));
  });
});

improved('no request is refused because of a move in progress [46] [47]', async () => {
  const kv = await kv1();
  const target = unique('moved');
  await must('POST', `${kv}/k`, { body: { a: 1 } });
  let isOver = false;
  const readers = Array.from({ length: 4 }, async () => {
    let reads = 0;
    while (!isOver) {
      // A 404 at the old path proves that the switch is done, so the new path must answer.
      const before = await call('GET', `${kv}/k`);
      const answer = before.status === 404 ? await call('GET', `${target}/k`) : before;
      expect(answer).toMatchObject({ status: 200, body: { data: { a: 1 } } });
      reads++;
    }
    return reads;
  });
  await move(kv, target);
  isOver = true;
  for (const reads of await Promise.all(readers)) expect(reads).toBeGreaterThan(0);
});
