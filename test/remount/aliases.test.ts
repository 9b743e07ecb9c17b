import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { A_DAY_MS, ALIAS_USE_MS } from '../../functions/limits.ts';
import type { Store } from '../../functions/ports/store.ts';
import { announcementsOf } from '../../functions/remount/announcements.ts';
import { migrationOf } from '../../functions/remount/migration.ts';
import { reconcile } from '../../functions/remount/reconcile.ts';
import { switchMount } from '../../functions/remount/switchMount.ts';
import { migrationKey, treeKey } from '../../functions/store/keys.ts';
import { meanwhile } from '../support/meanwhile.ts';
import { closeMigration, runMigration, runTeardown } from '../support/workflow.ts';
import { type RemountService, remountService } from './remountService.ts';

let service: RemountService;
let source: string;
let target: string;
let serial = 0;

beforeAll(async () => {
  service = await remountService();
});
afterAll(() => service.stop());
beforeEach(async () => {
  [source, target] = [`kv-${++serial}`, `moved-${serial}`];
  await service.call('POST', `sys/mounts/${source}`, { body: { type: 'kv' } });
  await service.call('POST', `${source}/k`, { body: { color: 'red' } });
});

const leave = (ttl = '720h') => service.move(source, target, { alias_ttl: ttl });
const status = async (path = source) => (await service.call('GET', `${path}/k`)).status;
const recordOf = (id: string) => service.deps.store.get(migrationKey(id));
const mountAt = (path: string) => service.deps.store.get(treeKey('root', `${path}/`));

/** The reconciler's minute: it starts what is overdue, and that runs to its end. @returns the news of the record */
async function minute(id: string): Promise<string[]> {
  const before = await recordOf(id);
  service.deps.started.length = 0;
  await reconcile(service.deps);
  if (service.deps.started.some((started) => started.id === id)) {
    await runMigration(service.deps, id);
    await closeMigration(service.deps, id);
  }
  const after = migrationOf(await recordOf(id));
  return after ? announcementsOf(migrationOf(before), after).map(({ type }) => type) : [];
}

/** The calls to the store that one request or step makes, in their order; of a transaction also the number of its writes. */
async function callsOf(work: (store: Store) => Promise<unknown>): Promise<string[]> {
  const calls: string[] = [];
  const store = new Proxy(service.deps.store, {
    get(target, name: keyof Store) {
      const call = target[name] as (...given: unknown[]) => unknown;
      return (...given: unknown[]) => {
        calls.push(name === 'commit' ? `commit ${(given[0] as unknown[]).length}` : name);
        return call.apply(target, given);
      };
    },
  });
  await work(store);
  return calls;
}

describe('an alias', () => {
  it('costs one read more for a request at it, none elsewhere, and no write more in the switch', async () => {
    const read = (path: string) =>
      callsOf((store) => service.callOn({ store })('GET', `${path}/k`, { token: service.root }));
    const direct = await read(source);
    const switching = (body: object) =>
      callsOf(async (store) => {
        const id = await service.accept(source, target, body);
        await switchMount({ ...service.deps, store }, id);
      });
    const plain = await switching({});
    await service.call('POST', 'sys/remount', { body: { from: target, to: source } });
    await switchMount(service.deps, service.deps.started.at(-1)?.id ?? '');
    expect(await switching({ alias_ttl: '1h' })).toEqual(plain);
    expect(await read(target)).toEqual(direct);
    // The first use in a minute is written down, by a condition that fails and a put.
    await read(source);
    const atAlias = await read(source);
    expect(atAlias.filter((call) => !call.startsWith('commit'))).toHaveLength(direct.length + 1);
  });

  it('answers until its end, and is removed then', async () => {
    const { clock } = service.deps;
    const id = await leave('1h');
    clock.pass(3_599_000);
    expect(await status()).toBe(200);
    clock.pass(1_000);
    expect(await status()).toBe(404);
    const plan = await service.call('POST', 'sys/remount/plan', {
      body: { from: target, to: `${target}-2` },
    });
    expect(plan.body.data).not.toHaveProperty('aliases');
    expect(await minute(id)).toEqual(['Remount Alias Ended']);
    expect(await mountAt(source)).toBeUndefined();
    expect(await mountAt(target)).toMatchObject({ aliases: [] });
    const record = await recordOf(id);
    expect(record).toMatchObject({ status: 'success', aliasEndedAt: expect.any(Number) });
    expect(record).not.toHaveProperty('open');
    expect(record?.ttl).toBeGreaterThan(clock.now() / 1_000);
    expect((await service.info(id)).alias).toMatchObject({ ttl: 3_600, ended_time: expect.any(String) });
  });

  it('is looked at each day while it is used, and once more a day before its end', async () => {
    const { clock } = service.deps;
    const id = await leave('72h');
    expect(await minute(id)).toEqual([]);
    await status();
    clock.pass(A_DAY_MS + 1);
    expect(await minute(id)).toEqual(['Remount Alias Used']);
    clock.pass(A_DAY_MS);
    expect(await minute(id)).toEqual(['Remount Alias Ends Soon']);
    await status();
    expect(await minute(id)).toEqual([]);
    clock.pass(A_DAY_MS);
    expect(await minute(id)).toEqual(['Remount Alias Ended']);
  });

  it('is kept by a renewal, and its end is announced anew', async () => {
    const { clock } = service.deps;
    const id = await leave('24h');
    clock.pass(A_DAY_MS - 1_000);
    await service.call('POST', `sys/remount/aliases/${source}`, { body: { ttl: '48h' } });
    clock.pass(1_001);
    expect(await minute(id)).toEqual([]);
    expect(await status()).toBe(200);
    clock.pass(A_DAY_MS);
    expect(await minute(id)).toEqual(['Remount Alias Used', 'Remount Alias Ends Soon']);
    clock.pass(A_DAY_MS);
    expect(await minute(id)).toEqual(['Remount Alias Ended']);
  });

  it('of a mount that has issued credentials is kept after these are revoked and swept', async () => {
    const ssh = `ssh-${serial}`;
    await service.call('POST', `sys/mounts/${ssh}`, { body: { type: 'ssh' } });
    const role = { key_type: 'otp', default_user: 'ops', cidr_list: '0.0.0.0/0' };
    await service.call('POST', `${ssh}/roles/web`, { body: role });
    await service.call('POST', `${ssh}/creds/web`, { body: { ip: '10.0.0.1' } });
    const id = await service.move(ssh, `${ssh}-moved`, { alias_ttl: '1h' });
    expect(await recordOf(id)).toMatchObject({ status: 'success', leasesRevoked: 1 });
    await closeMigration(service.deps, id);
    expect(await recordOf(id)).toMatchObject({ isSwept: true, open: expect.any(String) });
    service.deps.clock.pass(3_600_000);
    expect(await minute(id)).toEqual(['Remount Alias Ended']);
  });

  it('ends in a deleted namespace, and its mount in another one forgets it', async () => {
    const name = `leaving-${serial}`;
    await service.call('POST', `sys/namespaces/${name}`);
    await service.call('POST', 'sys/mounts/kv', { namespace: name, body: { type: 'kv' } });
    const id = await service.move(`${name}/kv`, target, { alias_ttl: '1h' });
    service.deps.started.length = 0;
    await service.call('DELETE', `sys/namespaces/${name}`);
    const [teardown] = service.deps.started;
    await runTeardown(service.deps, teardown?.id ?? '');
    expect(await mountAt(target)).toMatchObject({ kind: 'mount', aliases: [] });
    service.deps.clock.pass(3_600_000);
    expect(await minute(id)).toEqual(['Remount Alias Ended']);
  });

  it('that has ended with another change is told of within a minute', async () => {
    const id = await leave();
    const back = (await service.call('POST', `sys/remount/undo/${id}`)).body.data.migration_id;
    await runMigration(service.deps, back);
    expect(await minute(id)).toEqual(['Remount Alias Ended']);
    const other = await leave();
    await service.call('DELETE', `sys/mounts/${target}`);
    expect(await minute(other)).toEqual(['Remount Alias Ended']);
    expect((await service.info(other)).alias.ended_time).not.toBeNull();
  });

  it('can be taken out of the way when its end has come', async () => {
    await leave('1h');
    service.deps.clock.pass(3_600_000);
    expect((await service.call('GET', `sys/remount/aliases/${source}`)).status).toBe(404);
    expect((await service.call('DELETE', `sys/remount/aliases/${source}`)).status).toBe(204);
    expect((await service.call('POST', `sys/mounts/${source}`, { body: { type: 'kv' } })).status).toBe(204);
  });

  it.each(['renewed', 'ended'])(
    'is judged again, when its mount leaves while it is being %s',
    async (what) => {
      const [old, now, later] = ['old', 'now', 'later'].map((name) => `${name}-${what}`) as [
        string,
        string,
        string,
      ];
      for (const name of [old, now, later]) await service.call('POST', `sys/namespaces/${name}`);
      const from = what === 'renewed' ? `${now}/${source}` : `${old}/${source}`;
      await service.move(source, from);
      const id = await service.move(from, `${now}/${target}`, { alias_ttl: '1h' });
      const { alias: before } = await service.info(id);
      const leaves = () => service.move(`${now}/${target}`, `${later}/${target}`);
      const store = meanwhile(service.deps.store, leaves, (writes) => writes.length > 2);
      const asked = service.callOn({ store });

      const answer = await (what === 'renewed'
        ? asked('POST', `sys/remount/aliases/${source}`, { namespace: now, body: { ttl: '48h' } })
        : asked('DELETE', `sys/remount/aliases/${id}`, { namespace: now }));

      expect(answer.status).toBe(what === 'renewed' ? 400 : 404);
      expect(await status(from)).toBe(200);
      expect((await service.info(id)).alias).toEqual(before);
      expect((await service.call('DELETE', `sys/remount/aliases/${id}`, { namespace: later })).status).toBe(
        204,
      );
      expect(await status(from)).toBe(404);
    },
  );

  it('that is in a locked namespace is ended by the namespace of its mount', async () => {
    const [old, now] = [`locked-${serial}`, `owner-${serial}`];
    for (const name of [old, now]) await service.call('POST', `sys/namespaces/${name}`);
    await service.move(source, `${old}/${source}`);
    const id = await service.move(`${old}/${source}`, `${now}/${target}`, { alias_ttl: '1h' });
    await service.call('PUT', 'sys/namespaces/api-lock/lock', { namespace: old });

    expect((await service.call('DELETE', `sys/remount/aliases/${id}`, { namespace: now })).status).toBe(204);
    expect((await service.info(id)).alias.ended_time).not.toBeNull();
  });

  it('writes its uses down once a minute for each caller', async () => {
    const { clock } = service.deps;
    await leave();
    const details = async () =>
      (await service.call('GET', `sys/remount/aliases/${source}`)).body.data.callers;
    for (let i = 0; i < 5; i++) await status();
    expect(await details()).toMatchObject([{ display_name: 'root', count: 1 }]);
    clock.pass(ALIAS_USE_MS);
    await status();
    const [caller] = await details();
    expect(caller.count).toBe(6);
    expect(Date.parse(caller.last_time) - Date.parse(caller.first_time)).toBeGreaterThanOrEqual(ALIAS_USE_MS);
  });

  it('is repeated by a request that was answered before, and refused to one that asks for more', async () => {
    const id = await leave();
    const again = await service.call('POST', 'sys/remount', {
      body: { from: source, to: target, alias_ttl: '720h' },
    });
    expect(again.body.data.migration_id).toBe(id);
    await service.call('POST', `sys/mounts/plain-${serial}`, { body: { type: 'kv' } });
    await service.move(`plain-${serial}`, `plain-moved-${serial}`);
    const body = { from: `plain-${serial}`, to: `plain-moved-${serial}`, alias_ttl: '1h' };
    const more = await service.call('POST', 'sys/remount', { body });
    expect(more.body.errors[0]).toMatch(/has moved the mount already, without this alias_ttl/);
  });
});
