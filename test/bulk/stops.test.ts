import { describe, expect, it } from 'vitest';
import { placeMount } from '../support/place.ts';
import { runBulk } from '../support/workflow.ts';
import { manyMounts } from './manyMounts.ts';

const s = manyMounts();

describe('a run that stops', () => {
  it('when it is cancelled, finishes the group in flight and starts no other', async () => {
    await s.place(60);
    const id = await s.start({ moves: s.moves(60) });
    const cancel = () => s.call('POST', `sys/remount/bulk/cancel/${id}`, { body: { reason: 'too early' } });
    await s.carryOut(
      id,
      s.meddling((commit) => (commit === 2 ? cancel() : undefined)),
    );
    await runBulk(s.deps, id);
    expect(await s.info(id)).toMatchObject({
      status: 'failure',
      phase: 'done',
      error: { code: 'cancelled' },
      cancel_reason: 'too early',
      progress: { succeeded: 40, failed: 0, skipped: 20, pending: 0 },
    });
    expect((await s.rowsOf(id)).filter(({ status }) => status === 'skipped')).toHaveLength(20);
  });

  it('when it is cancelled, moves nothing after its end, even if another execution still works on it', async () => {
    await s.place(60);
    const id = await s.start({ moves: s.moves(60) });
    const cancel = () => s.call('POST', `sys/remount/bulk/cancel/${id}`);
    // Another execution ends the cancelled run just before the transaction of the second group.
    const endMeanwhile = async () => {
      await cancel();
      await runBulk(s.deps, id);
    };
    await s.carryOut(
      id,
      s.meddling((commit) => (commit === 2 ? endMeanwhile() : undefined)),
    );
    expect(await s.info(id)).toMatchObject({
      status: 'failure',
      progress: { succeeded: 20, failed: 0, skipped: 40, pending: 0 },
    });
    const places = await Promise.all(Array.from({ length: 60 }, (_, i) => s.uuidAt(`new-${i}`)));
    expect(places.filter((uuid) => uuid !== undefined)).toHaveLength(20);
  });

  it.each([
    ['a number', 1],
    ['a percentage', '3%'],
  ])('after more failures than are tolerated, as %s', async (_what, tolerated) => {
    await s.place(60);
    const id = await s.start({ moves: s.moves(60), tolerated_failures: tolerated });
    for (const i of [2, 4, 50]) await placeMount(s.deps, `${s.name}-new-${i}/`);
    await runBulk(s.deps, id);
    const { status, error, progress } = await s.info(id);
    expect(status).toBe('failure');
    expect(error).toMatchObject({ code: 'too_many_failures' });
    expect(progress.failed).toBe(2);
    expect(progress.skipped).toBeGreaterThan(0);
    expect(progress.succeeded + progress.failed + progress.skipped).toBe(60);
  });
});
