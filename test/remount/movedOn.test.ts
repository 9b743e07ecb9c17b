/** A mount that is moved on while what it had issued before the last move is still being revoked. */

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Migration } from '../../functions/remount/migration.ts';
import { readMigration } from '../../functions/remount/readMigration.ts';
import { switchStep } from '../../functions/remount/steps.ts';
import { leasesOf } from '../../infra/local/demo/measure/fill.ts';
import { runMigration } from '../support/workflow.ts';
import { type RemountService, remountService } from './remountService.ts';
import { type SshMount, sshMount } from './sshMount.ts';

const LEASES = 3;

let service: RemountService;
let mount: SshMount;
let first: string;

beforeAll(async () => {
  service = await remountService();
});
afterAll(() => service.deps.stop());
beforeEach(async () => {
  mount = await sshMount(service, LEASES);
  first = await service.accept(mount.name, `${mount.name}-1`);
  await switchStep(service.deps, first);
});

const status = async (id: string) => ((await readMigration(service.deps, id)) as Migration).status;
const stored = async () => (await leasesOf(service.deps.store, mount.uuid)).flat().length;

describe('a move that follows another one whose revocation goes on', () => {
  it('is a success only when nothing from before either is stored', async () => {
    const second = await service.accept(`${mount.name}-1`, `${mount.name}-2`);
    await switchStep(service.deps, second);
    expect(await stored()).toBe(LEASES);
    expect(await status(second)).toBe('in-progress');

    await runMigration(service.deps, second);

    expect(await status(second)).toBe('success');
    expect(await stored()).toBe(0);
  });
});
