/** The same move asked for again: a client that lost the answer is not refused for it (architecture §5). */

import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { kv1, unique } from './fresh.ts';
import { move, settled, start } from './moving.ts';
import { ended, markAt, marked, race, succeeded } from './races.ts';
import { improved, refused } from './texts.ts';

describe('a start that is repeated', () => {
  improved('again and again before, while and after the mount moves is one migration', async () => {
    for (let round = 0; round < 8; round++) {
      const [kv, target] = [await marked(), unique('moved')];
      const starts = Array.from({ length: 10 }, async (_, i) => {
        await delay(i * 4);
        return start(kv, target);
      });
      const [first, ...others] = (await Promise.all(starts)).map(({ status, body }) => ({
        status,
        ...body.data,
      }));
      for (const other of others) expect(other).toEqual(first);
      expect(await settled(first?.migration_id)).toMatchObject({ status: 'success' });
    }
  });

  improved('right after the success has the same id, however the paths are typed', async () => {
    const [kv, target] = [await marked(), unique('moved')];
    const id = await move(kv, target);
    for (const [from, to] of [
      [kv, target],
      [`/${kv}/`, `/${target}/`],
    ] as const) {
      const again = await start(from, to);
      expect(again).toMatchObject({ status: 200, body: { migration_id: id, data: { migration_id: id } } });
    }
    expect(await markAt(target)).toBe(kv);
  });

  it('to another target is refused once the mount has left', async () => {
    const kv = await marked();
    await move(kv, unique('moved'));
    expect(await start(kv, unique('free'))).toMatchObject(refused(`no matching mount at "${kv}/"`));
  });

  it('is refused when the mount has moved on since', async () => {
    const [kv, first, second] = [await marked(), unique('moved'), unique('moved')];
    await move(kv, first);
    await move(first, second);
    expect(await start(kv, first)).toMatchObject(refused(`no matching mount at "${kv}/"`));
    expect(await markAt(second)).toBe(kv);
  });

  it('is refused when another mount has taken the source since', async () => {
    const [kv, target] = [await marked(), unique('moved')];
    await move(kv, target);
    await kv1(undefined, kv);
    expect(await start(kv, target)).toMatchObject(refused(`path already in use at "${target}/"`));
  });

  it('is a move of its own when the mount has come back since', async () => {
    const [kv, target] = [await marked(), unique('moved')];
    const first = await move(kv, target);
    await move(target, kv);
    const second = await move(kv, target);
    expect(second).not.toBe(first);
    expect(await markAt(target)).toBe(kv);
  });

  improved('after a failure is a new migration, which succeeds when the way is free', async () => {
    const failure = await failedMove();
    await move(failure.target, unique('out-of-the-way'));
    const again = await ended(await start(failure.source, failure.target));
    expect(again.id).not.toBe(failure.id);
    expect(succeeded(again)).toBe(true);
    expect(await settled(failure.id)).toMatchObject({ status: 'failure' });
    expect(await markAt(failure.target)).toBe(failure.source);
  });
});

interface Failure {
  id: string;
  source: string;
  target: string;
}

/** Lets mounts race for one target until one of them was accepted and came too late. */
async function failedMove(): Promise<Failure> {
  for (let round = 0; round < 20; round++) {
    const target = unique('contested');
    const sources = await Promise.all(Array.from({ length: 4 }, () => marked()));
    const results = await race(sources.map((source) => [source, target]));
    const lost = results.findIndex(({ outcome }) => outcome?.status === 'failure');
    const [source, id] = [sources[lost], results[lost]?.id];
    if (source && id) return { id, source, target };
  }
  throw new Error('no move was accepted and came too late');
}
