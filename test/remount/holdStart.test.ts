/** The answer to the start of a migration waits for its switch, for a moment. */

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FIRST_HOLD_PAUSE_MS, HOLD_START_MS } from '../../functions/limits.ts';
import type { Deps } from '../../functions/ports/deps.ts';
import { StoreBusy } from '../../functions/ports/store.ts';
import { readMigration } from '../../functions/remount/readMigration.ts';
import { switchStep } from '../../functions/remount/steps.ts';
import { placeMount } from '../support/place.ts';
import { type RemountService, remountService } from './remountService.ts';

let service: RemountService;
let name: string;
let pauses: number[];

beforeAll(async () => {
  service = await remountService();
});
afterAll(() => service.deps.stop());
beforeEach(async () => {
  name = service.deps.ids.base62(8);
  pauses = [];
  await placeMount(service.deps, `${name}/`);
});

/**
 * The service as it is deployed, with a clock that only the pauses of requests move.
 * @param onPause what happens meanwhile, with the id of the migration
 */
function deployed(onPause: (id: string) => Promise<unknown>, more: Partial<Deps> = {}) {
  const { deps } = service;
  let now = deps.clock.now();
  const sleep = async (ms: number): Promise<void> => {
    pauses.push(ms);
    now += ms;
    await onPause(deps.started.at(-1)?.id ?? '');
  };
  const settings = { ...deps.settings, holdStartMs: HOLD_START_MS };
  return service.callOn({ ...deps, settings, clock: { now: () => now, sleep }, ...more });
}

const body = () => ({ from: name, to: `${name}-moved` });

describe('the answer to a start', () => {
  it('comes when the mount is switched', async () => {
    const call = deployed(async (id) => (pauses.length === 3 ? switchStep(service.deps, id) : undefined));
    const { status, body: answer } = await call('POST', 'sys/remount', { body: body() });
    expect(status).toBe(200);
    expect(pauses).toEqual([1, 0.5, 0.75].map((times) => times * FIRST_HOLD_PAUSE_MS));
    expect(await readMigration(service.deps, answer.migration_id)).toMatchObject({ status: 'success' });

    pauses = [];
    const undo = await call('POST', `sys/remount/undo/${answer.migration_id}`);
    expect(undo.status).toBe(200);
    expect(pauses).toHaveLength(3);
    expect(await readMigration(service.deps, undo.body.data.migration_id)).toMatchObject({
      status: 'success',
    });
  });

  it('comes without the switch after a second', async () => {
    const { status, body: answer } = await deployed(async () => undefined)('POST', 'sys/remount', {
      body: body(),
    });
    expect(status).toBe(200);
    const waited = pauses.reduce((sum, pause) => sum + pause, 0);
    expect(waited).toBeGreaterThan(HOLD_START_MS / 2);
    expect(waited).toBeLessThanOrEqual(HOLD_START_MS);
    expect(await readMigration(service.deps, answer.migration_id)).toMatchObject({ phase: 'accepted' });
  });

  it('comes at once when the migration cannot be read: it is accepted', async () => {
    const { store } = service.deps;
    const get: typeof store.get = async (ref) => {
      if (pauses.length > 0) throw new StoreBusy('busy');
      return store.get(ref);
    };
    const call = deployed(async () => undefined, { store: { ...store, get } });
    expect((await call('POST', 'sys/remount', { body: body() })).status).toBe(200);
    expect(pauses).toHaveLength(1);
  });
});
