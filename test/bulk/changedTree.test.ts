import { describe, expect, it } from 'vitest';
import { MAX_CONTENDED_TRIES, SWITCH_DEADLINE_MS } from '../../functions/limits.ts';
import { PRESENT, StoreBusy } from '../../functions/ports/store.ts';
import { switchStep } from '../../functions/remount/steps.ts';
import { treeKey } from '../../functions/store/keys.ts';
import { deleteNamespace } from '../../functions/tree/deleteNamespace.ts';
import { locate } from '../../functions/tree/locate.ts';
import { unchangedMount } from '../../functions/tree/mount.ts';
import { ROOT } from '../../functions/tree/namespace.ts';
import { placeMount, placeNamespace } from '../support/place.ts';
import { runBulk } from '../support/workflow.ts';
import { manyMounts } from './manyMounts.ts';

const s = manyMounts();

describe('a change since the plan', () => {
  it('fails one move with its reason, and no other move of the same group', async () => {
    const mounts = await s.place(30);
    const id = await s.start({ moves: s.moves(30) });
    await placeMount(s.deps, `${s.name}-new-7/deeper/`);
    await s.call('DELETE', `sys/mounts/${s.name}-21`);

    await runBulk(s.deps, id);

    expect(await s.info(id)).toMatchObject({
      status: 'failure',
      error: { code: 'moves_failed', message: '2 of 30 moves have failed' },
      progress: { succeeded: 28, failed: 2, skipped: 0 },
    });
    const rows = await s.rowsOf(id);
    expect(rows.filter(({ status }) => status === 'failure')).toEqual([
      expect.objectContaining({
        row: 8,
        error: { code: 'target_in_use', message: `path already in use at "${s.name}-new-7/deeper/"` },
      }),
      expect.objectContaining({
        row: 22,
        error: { code: 'source_gone', message: `no matching mount at "${s.name}-21/"` },
      }),
    ]);
    expect(await s.uuidAt('7')).toBe(mounts[7]?.uuid);
    expect(await s.uuidAt('new-8')).toBe(mounts[8]?.uuid);
  });

  it('that takes a target between the read and the transaction is found, too', async () => {
    await s.place(10);
    const id = await s.start({ moves: s.moves(10) });
    await s.carryOut(
      id,
      s.meddling((commit) => (commit === 1 ? placeMount(s.deps, `${s.name}-new-3/`) : undefined)),
    );
    await runBulk(s.deps, id);
    expect((await s.info(id)).progress).toMatchObject({ succeeded: 9, failed: 1 });
  });

  it('fails a swap as a whole, and each of its moves says why', async () => {
    const [a, b] = await s.place(2);
    const id = await s.start({
      moves: [
        { from: `${s.name}-0`, to: `${s.name}-1` },
        { from: `${s.name}-1`, to: `${s.name}-0` },
      ],
    });
    await s.call('POST', 'sys/remount', { body: { from: `${s.name}-1`, to: `${s.name}-2` } });
    const [started] = s.deps.started.filter(({ machine }) => machine === 'remount').slice(-1);
    await switchStep(s.deps, started?.id ?? '');

    await runBulk(s.deps, id);

    expect(await s.rowsOf(id)).toEqual([
      expect.objectContaining({
        status: 'failure',
        error: {
          code: 'source_gone',
          message: `goes together with row 2: no matching mount at "${s.name}-1/"`,
        },
      }),
      expect.objectContaining({ status: 'failure', error: expect.objectContaining({ code: 'source_gone' }) }),
    ]);
    expect([await s.uuidAt('0'), await s.uuidAt('2')]).toEqual([a?.uuid, b?.uuid]);
  });

  it('to the settings of a mount makes the step read the mount again', async () => {
    const [mount] = await s.place(1);
    if (!mount) throw new Error('there is no mount');
    const id = await s.start({ moves: s.moves(1) });
    const tune = () =>
      s.deps.store.commit([
        {
          update: treeKey('root', mount.path),
          set: { description: 'tuned' },
          add: { version: 1 },
          if: unchangedMount(mount),
        },
      ]);
    await s.carryOut(
      id,
      s.meddling((commit) => (commit === 1 ? tune() : undefined)),
    );
    expect((await locate(s.deps.store, `${s.name}-new-0`)).mount?.description).toBe('tuned');
  });

  it('that deletes a namespace fails the moves into it', async () => {
    const target = await placeNamespace(s.deps, ROOT, `${s.name}ns`);
    await s.place(2);
    const id = await s.start({
      moves: [
        { from: `${s.name}-0`, to: `${target.path}x` },
        { from: `${s.name}-1`, to: `${s.name}-y` },
      ],
    });
    await deleteNamespace(s.deps, ROOT, target.path);
    await runBulk(s.deps, id);
    expect(await s.rowsOf(id)).toEqual([
      expect.objectContaining({
        status: 'failure',
        error: expect.objectContaining({ code: 'namespace_gone' }),
      }),
      expect.objectContaining({ status: 'success' }),
    ]);
  });

  it('that keeps recurring fails the move after a quarter of an hour', async () => {
    const [mount] = await s.place(1);
    if (!mount) throw new Error('there is no mount');
    const id = await s.start({ moves: s.moves(1) });
    const change = () =>
      s.deps.store.commit([{ update: treeKey('root', mount.path), add: { version: 1 }, if: PRESENT }]);
    await expect(s.carryOut(id, s.meddling(change))).rejects.toThrow(StoreBusy);
    s.deps.clock.pass(SWITCH_DEADLINE_MS + 1);
    let commits = 0;
    await s.carryOut(
      id,
      s.meddling(() => (++commits <= MAX_CONTENDED_TRIES ? change() : undefined)),
    );
    expect(await s.rowsOf(id)).toEqual([
      expect.objectContaining({ error: expect.objectContaining({ code: 'not_switched_in_time' }) }),
    ]);
    expect(await s.uuidAt('0')).toBe(mount.uuid);
  });
});
