/** Concurrent moves: the first one wins, and the others change nothing (architecture §5, §6). */

import { describe, expect, it } from 'vitest';
import { must, unique } from './fresh.ts';
import { call } from './http.ts';
import { move, start } from './moving.ts';
import { ended, markAt, marked, race, reason, succeeded } from './races.ts';
import { mountObject } from './snapshots.ts';
import { improved } from './texts.ts';

describe('with moves at the same time', () => {
  improved('to one target, exactly one wins and the others change nothing', async () => {
    const target = unique('contested');
    const sources = await Promise.all(Array.from({ length: 20 }, () => marked()));
    const before = await Promise.all(sources.map((source) => mountObject(source)));

    const results = await race(sources.map((source) => [source, target]));

    expect(results.filter(succeeded)).toHaveLength(1);
    const winner = results.findIndex(succeeded);
    expect(await markAt(target)).toBe(sources[winner]);
    expect(await mountObject(target)).toEqual(before[winner]);
    for (const [i, result] of results.entries()) {
      if (i === winner) continue;
      const source = sources[i] ?? '';
      expect(reason(result)).toBe(`path already in use at "${target}/"`);
      expect(await mountObject(source)).toEqual(before[i]);
      expect(await markAt(source)).toBe(source);
    }
    expect(await markAt(sources[winner] ?? '')).toBeUndefined();
  });

  improved('of one mount to many targets, exactly one wins', async () => {
    const kv = await marked();
    const before = await mountObject(kv);
    const targets = Array.from({ length: 20 }, () => unique('choice'));

    const results = await race(targets.map((target) => [kv, target]));

    expect(results.filter(succeeded)).toHaveLength(1);
    const winner = results.findIndex(succeeded);
    for (const [i, result] of results.entries()) {
      const target = targets[i] ?? '';
      expect(await markAt(target)).toBe(i === winner ? kv : undefined);
      if (i !== winner) expect(reason(result)).toBe(`no matching mount at "${kv}/"`);
    }
    expect(await mountObject(targets[winner] ?? '')).toEqual(before);
    expect(await markAt(kv)).toBeUndefined();
  });

  it('of fifty different mounts, all succeed', async () => {
    const sources = await Promise.all(Array.from({ length: 50 }, () => marked()));
    const targets = sources.map((source) => `moved-${source}`);
    const results = await race(sources.map((source, i) => [source, targets[i] ?? '']));
    expect(results.map(({ outcome, refusal }) => refusal ?? outcome?.status)).toEqual(
      Array(50).fill('success'),
    );
    expect(await Promise.all(targets.map(markAt))).toEqual(sources);
    expect(await Promise.all(sources.map(markAt))).toEqual(Array(50).fill(undefined));
  });

  improved('each mount is in every listing, at exactly one path', async () => {
    const sources = await Promise.all(Array.from({ length: 10 }, () => marked()));
    const uuids = await Promise.all(sources.map(async (source) => (await mountObject(source)).uuid));
    let isOver = false;
    const watching = (async () => {
      while (!isOver) {
        const { data } = (await must('GET', 'sys/mounts')).body;
        const listed = Object.values(data as Record<string, { uuid: string }>).map(({ uuid }) => uuid);
        expect(uuids.map((uuid) => listed.filter((one) => one === uuid).length)).toEqual(Array(10).fill(1));
      }
    })();
    const results = await race(sources.map((source) => [source, `moved-${source}`]));
    isOver = true;
    await watching;
    expect(results.every(succeeded)).toBe(true);
  });

  improved('to targets above and below one another, only one succeeds', async () => {
    const top = unique('nest');
    const targets = [top, `${top}/a`, `${top}/a/b`, `${top}/a/b/c`];
    const sources = await Promise.all(targets.map(() => marked()));
    const results = await race(sources.map((source, i) => [source, targets[i] ?? '']));
    expect(results.filter(succeeded)).toHaveLength(1);
    for (const [i, result] of results.entries())
      expect(await markAt((succeeded(result) ? targets[i] : sources[i]) ?? '')).toBe(sources[i]);
  });

  it('to targets below one fork, all succeed', async () => {
    const top = unique('fork');
    const sources = await Promise.all(Array.from({ length: 10 }, () => marked()));
    const results = await race(sources.map((source) => [source, `${top}/${source}`]));
    expect(results.filter(succeeded)).toHaveLength(10);
  });

  it('two mounts swap by way of a third path', async () => {
    const [a, b, between] = [await marked(), await marked(), unique('between')];
    await move(a, between);
    await move(b, a);
    await move(between, b);
    expect([await markAt(a), await markAt(b), await markAt(between)]).toEqual([b, a, undefined]);
  });

  it('two mounts that would swap directly are both refused', async () => {
    const [a, b] = [await marked(), await marked()];
    const results = await race([
      [a, b],
      [b, a],
    ]);
    expect(results.map(reason)).toEqual([`path already in use at "${b}/"`, `path already in use at "${a}/"`]);
    expect([await markAt(a), await markAt(b)]).toEqual([a, b]);
  });
});

describe('a move at the same time as', () => {
  improved('a mount being enabled at its target: exactly one of the two gets the path', async () => {
    for (let round = 0; round < 5; round++) {
      const [kv, target] = [await marked(), unique('contested')];
      const { uuid } = await mountObject(kv);
      const [started, enabled] = await Promise.all([
        start(kv, target),
        call('POST', `sys/mounts/${target}`, { body: { type: 'kv' } }),
      ]);
      const moved = await ended(started);
      expect([succeeded(moved), enabled.status === 204].filter(Boolean)).toHaveLength(1);
      expect((await mountObject(succeeded(moved) ? target : kv)).uuid).toBe(uuid);
    }
  });

  improved('its mount being disabled: the mount is at neither path, or only at the target', async () => {
    for (let round = 0; round < 5; round++) {
      const [kv, target] = [await marked(), unique('moved')];
      const [started, disabled] = await Promise.all([start(kv, target), call('DELETE', `sys/mounts/${kv}`)]);
      const moved = await ended(started);
      expect(disabled.status).toBe(204);
      expect(await markAt(kv)).toBeUndefined();
      expect(await markAt(target)).toBe(succeeded(moved) ? kv : undefined);
    }
  });

  it('its mount being tuned and written: nothing that was acknowledged is lost', async () => {
    const [kv, target] = [await marked(), unique('moved')];
    const written: number[] = [];
    const writes = Array.from({ length: 20 }, async (_, i) => {
      const { status } = await call('POST', `${kv}/k${i}`, { body: { i } });
      if (status === 204) written.push(i);
    });
    const tuned = call('POST', `sys/mounts/${kv}/tune`, { body: { description: 'tuned meanwhile' } });
    const started = start(kv, target);
    const { status } = await tuned;
    await Promise.all(writes);
    expect(succeeded(await ended(await started))).toBe(true);
    for (const i of written) expect((await must('GET', `${target}/k${i}`)).body.data).toEqual({ i });
    if (status === 204) expect(await mountObject(target)).toMatchObject({ description: 'tuned meanwhile' });
    expect(await markAt(target)).toBe(kv);
  });
});
