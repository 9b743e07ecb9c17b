/** Nothing is moved out of a locked namespace or into it, by whatever door the request comes, and no move writes its policies. */

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bulkBeginStep, bulkChunkStep, bulkCompleteStep } from '../../functions/bulk/steps.ts';
import { startRequested } from '../../functions/events/requestedRemount.ts';
import { LONGEST_BULK_S } from '../../functions/limits.ts';
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

describe('a lock that comes while a run takes policies along', () => {
  const name = 'people';
  let started: string;
  let row: { from: string; to: string };
  /** The other row, outside the lock. */
  let other: { from: string; to: string };

  beforeEach(async () => {
    const [first] = moves();
    row = { from: first?.from ?? '', to: `${inner.path}kv-2` };
    other = { from: outside, to: `${outside}-2` };
    const policy = 'path "kv/*" { capabilities = ["read"] }\n';
    await service.call('PUT', `sys/policies/acl/${name}`, { body: { policy }, namespace: inner.path });
    await start('follow');
  });

  const start = async (policies: 'add' | 'follow') => {
    const body = { moves: [row, other], policies };
    started = (await service.call('POST', 'sys/remount/bulk', { body })).body.data.bulk_id;
  };
  const policyNow = async () => {
    const item = await service.deps.store.get(policyKey(inner.id, name));
    return { text: item?.text, version: item?.version };
  };
  const info = async () => (await service.call('GET', `sys/remount/bulk/${started}`)).body.data.bulk_info;
  const begin = (deps: TestDeps = service.deps, policies?: true) =>
    bulkBeginStep(deps, { id: started, ...(policies && { policies }) }, deps.clock.now() + 60_000);
  const PLAIN = { text: 'path "kv/*" { capabilities = ["read"] }\n', version: 1 };
  const isPolicy = (write: Write) => 'put' in write && write.put.sk === name;

  it('writes no policy there before the first move, and fails the moves of that namespace', async () => {
    await lock();
    await runBulk(service.deps, started);
    expect(await policyNow()).toEqual(PLAIN);
    expect(await rows(started)).toMatchObject([LOCKED, { status: 'success' }]);
    expect(await info()).toMatchObject({ status: 'failure', error: { code: 'moves_failed' } });
    expect(await info()).not.toHaveProperty('waiting_for');
  });

  it('does so if it comes just before the policy is written', async () => {
    const { deps } = service;
    const store = meanwhile(deps.store, lock, (writes) => writes.some(isPolicy));
    await runBulk({ ...deps, store }, started);
    expect(await policyNow()).toEqual(PLAIN);
    expect(await rows(started)).toMatchObject([LOCKED, { status: 'success' }]);
  });

  it('fails these moves also if it has ended before their turn, because their rules are missing', async () => {
    const key = await lock();
    await begin();
    await unlockNamespace(service.deps, ROOT, tenant.path, key);
    await runBulk(service.deps, started);
    expect(await policyNow()).toEqual(PLAIN);
    expect(await rows(started)).toMatchObject([LOCKED, { status: 'success' }]);
  });

  it('is waited for after the last move, and the rules that were added are taken away then', async () => {
    const { deps } = service;
    const { chunks } = await begin();
    const added = await policyNow();
    expect(added.version).toBe(2);
    const key = await lock();
    for (const chunk of chunks) await bulkChunkStep(deps, chunk, deps.clock.now() + 60_000);
    expect(await begin(deps, true)).toMatchObject({ chunks: [] });
    expect(await policyNow()).toEqual(added);
    const waiting_for = `namespace "${tenant.path}" is locked, and has policies to change`;
    expect(await info()).toMatchObject({ status: 'in-progress', waiting_for });
    const check = await bulkCompleteStep(deps, { id: started, looks: 0 });
    expect(check).toMatchObject({ done: false, seconds: 1 });

    await unlockNamespace(deps, ROOT, tenant.path, key);
    await runBulk(deps, started);
    expect(await policyNow()).toEqual({ ...PLAIN, version: 3 });
    expect(await info()).toMatchObject({ status: 'failure', policies: { left: [] } });
    expect(await info()).not.toHaveProperty('waiting_for');
  });

  it('is not waited for longer than the rows are kept; what is left is named', async () => {
    const { deps } = service;
    const { chunks } = await begin();
    const added = await policyNow();
    await lock();
    for (const chunk of chunks) await bulkChunkStep(deps, chunk, deps.clock.now() + 60_000);
    deps.clock.pass((LONGEST_BULK_S + 1) * 1_000);
    await runBulk(deps, started);
    expect(await policyNow()).toEqual(added);
    const left = [
      { namespace: inner.path, policy: name, reason: expect.stringContaining('has ended before') },
    ];
    expect(await info()).toMatchObject({ status: 'failure', policies: { left } });
  });

  it('needs no wait for policies that are as they are to be', async () => {
    const { deps } = service;
    await start('add');
    const { chunks } = await begin();
    for (const chunk of chunks) await bulkChunkStep(deps, chunk, deps.clock.now() + 60_000);
    await lock();
    await runBulk(deps, started);
    expect(await info()).toMatchObject({ status: 'success', policies: { left: [] } });
    expect(await policyNow()).toMatchObject({ version: 2 });
  });
});

it('a run leaves the policies of a namespace that was deleted', async () => {
  const { deps } = service;
  const [first] = moves();
  const policy = 'path "kv/*" { capabilities = ["read"] }\n';
  await service.call('PUT', 'sys/policies/acl/people', { body: { policy }, namespace: inner.path });
  const body = { moves: [{ from: first?.from, to: `${inner.path}kv-2` }], policies: 'add' };
  const id = (await service.call('POST', 'sys/remount/bulk', { body })).body.data.bulk_id;
  await service.call('DELETE', 'sys/namespaces/inner', { namespace: tenant.path });
  await runBulk(deps, id);
  expect((await deps.store.get(policyKey(inner.id, 'people')))?.version).toBe(1);
});
