/** Nothing is moved out of a locked namespace or into it, by whatever door the request comes. */

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startRequested } from '../../functions/events/requestedRemount.ts';
import { parsePolicy } from '../../functions/policies/policy.ts';
import type { Write } from '../../functions/ports/store.ts';
import { policyKey } from '../../functions/store/keys.ts';
import { lockNamespace, unlockNamespace } from '../../functions/tree/lockNamespace.ts';
import { type Namespace, ROOT } from '../../functions/tree/namespace.ts';
import { meanwhile } from '../support/meanwhile.ts';
import { placeMount, placeNamespace } from '../support/place.ts';
import type { TestDeps } from '../support/testDeps.ts';
import { runBulk, runMigration } from '../support/workflow.ts';
import { type RemountService, remountService } from './remountService.ts';

let service: RemountService;
let tenant: Namespace;
let inner: Namespace;
let outside: string;

beforeAll(async () => {
  service = await remountService();
});
afterAll(() => service.deps.stop());

beforeEach(async () => {
  const { deps } = service;
  const name = deps.ids.hex(8);
  outside = `out-${name}`;
  tenant = await placeNamespace(deps, ROOT, `tenant-${name}`);
  inner = await placeNamespace(deps, tenant, 'inner');
  await placeMount(deps, 'kv/', { namespaceId: inner.id });
  await placeMount(deps, `${outside}/`);
});

const lock = () => lockNamespace(service.deps, ROOT, tenant.path);
const text = () => `${JSON.stringify(tenant.path)} must be unlocked`;
/** Both ways, by paths from the root namespace. */
const moves = () => [
  { from: `${inner.path}kv`, to: `${outside}-2` },
  { from: outside, to: `${inner.path}kv-2` },
];

async function rows(id: string) {
  return Object.values((await service.call('LIST', `sys/remount/bulk/${id}`)).body.data.key_info);
}

const LOCKED = expect.objectContaining({
  status: 'failure',
  error: expect.objectContaining({ code: 'namespace_locked' }),
});

describe('a locked namespace, or one below it, refuses', () => {
  it('a single move and its plan, with the answer of a request in it', async () => {
    await lock();
    for (const body of moves()) {
      for (const path of ['sys/remount', 'sys/remount/plan']) {
        const answer = await service.call('POST', path, { body });
        expect([answer.status, answer.text]).toEqual([503, expect.stringContaining(tenant.path)]);
      }
    }
  });

  it('the rows of a bulk run, and says which', async () => {
    await lock();
    const answer = await service.call('POST', 'sys/remount/bulk', { body: { moves: moves() } });
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([1, 2].map((row) => expect.stringMatching(`^row ${row}: .*locked`)));
  });

  it('the undo of a move and of a run', async () => {
    const [first, second] = moves();
    const id = await service.move(first?.from ?? '', first?.to ?? '');
    const { body } = await service.call('POST', 'sys/remount/bulk', { body: { moves: [second] } });
    await runBulk(service.deps, body.data.bulk_id);
    await lock();
    const single = await service.call('POST', `sys/remount/undo/${id}`);
    expect([single.status, single.text]).toEqual([503, expect.stringContaining('locked')]);
    const run = await service.call('POST', `sys/remount/bulk/undo/${body.data.bulk_id}`);
    expect([run.status, run.text]).toEqual([400, expect.stringContaining('locked')]);
  });

  it('a request by event from a namespace above it', async () => {
    const policy = 'path "sys/remount" { capabilities = ["update", "sudo"] }';
    const compiled = JSON.stringify(parsePolicy(policy));
    await service.deps.store.commit([{ put: { ...policyKey(ROOT.id, 'mover'), text: policy, compiled } }]);
    await lock();
    for (const detail of moves()) {
      const event = { id: service.deps.ids.uuid(), account: '1', detail };
      await expect(startRequested(service.deps, event, ['mover'])).rejects.toThrow(text());
    }
  });
});

describe('a lock that comes after a move was accepted', () => {
  it('fails the move before its switch, and leaves the mount where it is', async () => {
    const ids: string[] = [];
    for (const { from, to } of moves()) ids.push(await service.accept(from, to));
    const key = await lock();
    for (const id of ids) {
      await runMigration(service.deps, id);
      expect(await service.info(id)).toEqual(LOCKED);
    }
    await unlockNamespace(service.deps, ROOT, tenant.path, key);
    for (const { from, to } of moves()) await service.move(from, to);
  });

  it('fails the rows of a bulk run, and no others', async () => {
    const other = `${outside}-other`;
    await placeMount(service.deps, `${other}/`);
    const body = { moves: [...moves(), { from: other, to: `${other}-2` }] };
    const started = await service.call('POST', 'sys/remount/bulk', { body });
    await lock();
    await runBulk(service.deps, started.body.data.bulk_id);
    const [first, second, third] = await rows(started.body.data.bulk_id);
    expect([first, second]).toEqual([LOCKED, LOCKED]);
    expect(third).toMatchObject({ status: 'success' });
  });
});

describe('a lock that comes between the last look of a switch and its transaction', () => {
  /** The tenant is locked just before the first transaction that moves a mount. */
  const lockedMeanwhile = (): TestDeps => {
    const { deps } = service;
    const isSwitch = (write: Write) => 'put' in write && write.put.movedBy !== undefined;
    return { ...deps, store: meanwhile(deps.store, lock, (writes) => writes.some(isSwitch)) };
  };

  it.each([
    ['out of it', 0],
    ['into it', 1],
  ])('fails a move %s', async (_, which) => {
    const { from = '', to = '' } = moves()[which] ?? {};
    const id = await service.accept(from, to);
    await runMigration(lockedMeanwhile(), id);
    expect(await service.info(id)).toEqual(LOCKED);
  });

  it('fails a row of a bulk run', async () => {
    const started = await service.call('POST', 'sys/remount/bulk', { body: { moves: moves().slice(0, 1) } });
    await runBulk(lockedMeanwhile(), started.body.data.bulk_id);
    expect(await rows(started.body.data.bulk_id)).toEqual([LOCKED]);
  });
});
