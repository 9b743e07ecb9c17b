import { describe, expect, it } from 'vitest';
import { bulkBeginStep, bulkChunkStep, bulkCompleteStep } from '../../functions/bulk/steps.ts';
import { MAX_BULK_ATTEMPTS, MAX_BULK_LOOKS, OVERDUE_MS } from '../../functions/limits.ts';
import { PRESENT } from '../../functions/ports/store.ts';
import { reconcile } from '../../functions/remount/reconcile.ts';
import { migrationKey } from '../../functions/store/keys.ts';
import { placeMount } from '../support/place.ts';
import { runBulk } from '../support/workflow.ts';
import { manyMounts } from './manyMounts.ts';

const s = manyMounts();

describe('the reconciler', () => {
  it('starts a run whose workflow did not start, as the next attempt', async () => {
    await s.place(1);
    const { body } = await s.call('POST', 'sys/remount/bulk', { body: { moves: s.moves(1) } });
    const id = body.data.bulk_id;
    s.deps.clock.pass(OVERDUE_MS + 1);
    await reconcile(s.deps);
    expect(s.deps.started).toContainEqual({ machine: 'bulk', name: `${id}-2`, id });
    await runBulk(s.deps, id);
    expect(await s.deps.store.get(migrationKey(id))).not.toHaveProperty('open');
  });

  it('takes over the revocation of a mount whose workflow did not start', async () => {
    await placeMount(s.deps, `${s.name}-0/`, { issued: true });
    const id = await s.start({ moves: s.moves(1) });
    const workflows = { start: () => Promise.reject(new Error('no')) };
    await bulkChunkStep({ ...s.deps, workflows }, { id, chunk: 0, done: false }, s.deps.clock.now() + 60_000);
    expect(await s.info(id)).toMatchObject({ phase: 'revoking', progress: { in_progress: 1 } });
    const looked = await bulkCompleteStep(s.deps, { id, looks: 0 });
    expect(looked).toMatchObject({ done: false, seconds: 1, looks: 1 });
    s.deps.clock.pass(OVERDUE_MS + 1);
    await reconcile(s.deps);
    await runBulk(s.deps, id);
    expect(await s.info(id)).toMatchObject({
      status: 'success',
      progress: { succeeded: 1, in_progress: 0 },
    });
  });

  it('starts the next execution after one that has waited for an hour', async () => {
    await placeMount(s.deps, `${s.name}-0/`, { issued: true });
    const id = await s.start({ moves: s.moves(1) });
    await bulkChunkStep(s.deps, { id, chunk: 0, done: false }, s.deps.clock.now() + 60_000);
    const looked = await bulkCompleteStep(s.deps, { id, looks: MAX_BULK_LOOKS - 1 });
    expect(looked).toMatchObject({ done: true, seconds: 60 });
    expect((await s.info(id)).status).toBe('in-progress');
  });

  it('does not retry forever: a run is given up after the last attempt', async () => {
    await s.place(1);
    const id = await s.start({ moves: s.moves(1) });
    const set = { attempt: MAX_BULK_ATTEMPTS + 1 };
    await s.deps.store.commit([{ update: migrationKey(id), set, if: PRESENT }]);
    const { chunks } = await bulkBeginStep(s.deps, { id }, s.deps.clock.now() + 60_000);
    expect(chunks).toEqual([]);
    await bulkCompleteStep(s.deps, { id, looks: 0 });
    expect(await s.info(id)).toMatchObject({
      status: 'failure',
      error: { code: 'given_up' },
      progress: { skipped: 1 },
    });
  });
});
