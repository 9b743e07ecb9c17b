/** Repeated requests for one move: a client that lost the answer is not refused (architecture §5). */

import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { kv1, unique } from './fresh.ts';
import { move, settled, start } from './moving.ts';
import { ended, markAt, marked, race, succeeded } from './races.ts';
import { improved, refused } from './texts.ts';

describe('a start that is repeated', () => {
  improved('many times before, during and after the move is one migration', async () => {
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

  improved('right after the success gets the same id, with or without slashes around the paths', async () => {
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

  it('is refused when the mount has moved again since', async () => {
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

  it('is a new move when the mount has moved back since', async () => {
    const [kv, target] = [await marked(), unique('moved')];
    const first = await move(kv, target);
    await move(target, kv);
    const second = await move(kv, target);
    expect(second).not.toBe(first);
    expect(await markAt(target)).toBe(kv);
  });

  improved('after a failure is a new migration, which succeeds when the target is free', async () => {
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

/** Moves several mounts to one target at the same time, until an accepted move fails. */
async function failedMove(): Promise<Failure> {
  for (let round = 0; round < 20; round++) {
    const target = unique('contested');
    const sources = await Promise.all(Array.from({ length: 4 }, () => marked()));
    const results = await race(sources.map((source) => [source, target]));
    const lost = results.findIndex(({ outcome }) => outcome?.status === 'failure');
    const [source, id] = [sources[lost], results[lost]?.id];
    if (source && id) return { id, source, target };
  }
  throw new Error('no accepted move has failed');
}
