import { describe, expect, it } from 'vitest';
import type { Item, Ref, Store } from '../../functions/ports/store.ts';
import { Abandoned, type Choose, runTogether } from '../support/stepped.ts';
import { explore, following } from './explore.ts';

/** A store in memory for programs that read and write single items. */
function memory(): { store: Store; items: Map<string, unknown> } {
  const items = new Map<string, unknown>();
  const get = async ({ sk }: Ref) => ({ pk: 'p', sk, value: items.get(sk) }) as Item;
  const commit: Store['commit'] = async (writes) => {
    for (const write of writes) if ('put' in write) items.set(write.put.sk, write.put.value);
  };
  return { store: { get, commit } as Store, items };
}

type Program = (store: Store) => Promise<unknown>;

const read = async (store: Store, sk: string) => (await store.get({ table: 'storage', pk: 'p', sk }))?.value;
const write = (store: Store, sk: string, value: unknown) =>
  store.commit([{ put: { table: 'storage', pk: 'p', sk, value } }]);

/** Adds one without a condition, so that one of two concurrent increments may be lost. */
const increment =
  (sk: string): Program =>
  async (store) => {
    const value = ((await read(store, sk)) as number | undefined) ?? 0;
    await write(store, sk, value + 1);
  };

/** All outcomes of the programs within the bounds. */
async function outcomes(programs: Program[], switches?: number) {
  const seen = new Set<string>();
  const run = async (choose: Choose) => {
    const { store, items } = memory();
    const answers = await runTogether(store, programs, choose);
    if (answers) seen.add(JSON.stringify([answers, [...items].sort()]));
    return answers !== undefined;
  };
  const explored = await explore(run, { switches, most: 100_000 });
  return { seen: [...seen].sort(), ...explored };
}

describe('the exploration of schedules', () => {
  it('runs every order of the calls once, without equivalent ones', async () => {
    const both = [increment('x'), increment('x')];
    expect(await outcomes(both)).toMatchObject({ schedules: 4, isComplete: true });
    expect(await outcomes(both, 99)).toMatchObject({ schedules: 6, isComplete: true });
    expect((await outcomes([increment('x'), increment('y')])).schedules).toBe(1);
  });

  it('finds the lost update, which needs a context switch', async () => {
    const both = [increment('x'), increment('x')];
    expect((await outcomes(both)).seen).toHaveLength(2);
    expect((await outcomes(both, 0)).seen).toHaveLength(1);
    expect((await outcomes(both, 0)).schedules).toBe(2);
  });

  it.each<[string, Program[]]>([
    ['three increments of one item', [increment('x'), increment('x'), increment('x')]],
    [
      'increments of two items',
      [increment('x'), increment('y'), async (store) => [await read(store, 'y'), await read(store, 'x')]],
    ],
    [
      'concurrent calls of one program',
      [increment('x'), (store) => Promise.all([read(store, 'x'), write(store, 'x', 7), read(store, 'y')])],
    ],
  ])('finds every outcome: %s', async (_, programs) => {
    const few = await outcomes(programs);
    const all = await outcomes(programs, 99);
    expect(few.seen).toEqual(all.seen);
    expect(few.schedules).toBeLessThan(all.schedules);
  });

  it('replays a printed schedule', async () => {
    const lost: string[] = [];
    await explore(
      async (choose, schedule) => {
        const { store, items } = memory();
        const answers = await runTogether(store, [increment('x'), increment('x')], choose);
        if (answers && items.get('x') === 1) lost.push(schedule());
        return answers !== undefined;
      },
      { most: 100 },
    );
    expect(lost).toContain('a0 b0 a1 b1');
    for (const schedule of lost) {
      const { store, items } = memory();
      await runTogether(store, [increment('x'), increment('x')], following(schedule));
      expect(items.get('x')).toBe(1);
    }
  });

  it('ends the operations of an abandoned schedule, and passes on the error of one', async () => {
    const ended: unknown[] = [];
    const patient: Program = (store) => increment('x')(store).catch((error) => ended.push(error));
    expect(await runTogether(memory().store, [patient, patient], () => undefined)).toBeUndefined();
    expect(ended).toEqual([expect.any(Abandoned), expect.any(Abandoned)]);
    const broken: Program = async (store) => {
      await read(store, 'x');
      throw new Error('broken');
    };
    await expect(runTogether(memory().store, [broken, increment('x')], () => 0)).rejects.toThrow('broken');
  });
});
