/** A wrapped answer is a lease of the mount that gave it, and ends with what the mount has issued (R5). */

import { beforeEach, describe, expect, it } from 'vitest';
import { markIssued } from '../../functions/tree/generation.ts';
import { locate } from '../../functions/tree/locate.ts';
import type { Mount } from '../../functions/tree/mount.ts';
import { ROOT } from '../../functions/tree/namespace.ts';
import { everythingStored } from '../engines/engineService.ts';
import { interleaved } from '../support/interleave.ts';
import { placeMount, placeNamespace } from '../support/place.ts';
import { throughFile } from '../support/throughFile.ts';
import { closeMigration, runMigration, runTeardown } from '../support/workflow.ts';
import { refusal } from '../support/world.ts';
import { INVALID, wrapService } from './wrapService.ts';

const s = throughFile(wrapService);

let at: string;
let mount: Mount;
beforeEach(async () => {
  at = s.deps.ids.base62(8);
  mount = await placeMount(s.deps, `${at}/`);
  await s.call('POST', `${at}/app`, { body: { password: 's3cret' } });
});

async function moveMount(): Promise<void> {
  const { body } = await s.call('POST', 'sys/remount', { body: { from: at, to: `${at}-new` } });
  await runMigration(s.deps, body.migration_id);
  await closeMigration(s.deps, body.migration_id);
}

/** What is stored of the wrapping token with this accessor, or of its answer. */
async function storedOf(accessor: string): Promise<unknown[]> {
  return (await everythingStored(s.deps)).filter((item) => JSON.stringify(item).includes(accessor));
}

describe('a wrapped answer', () => {
  it.each([
    ['wrapped once', async (token: string) => token],
    [
      'rewrapped',
      async (token: string) => (await s.wrapped('POST', 'sys/wrapping/rewrap', { body: { token } })).token,
    ],
    [
      'unwrapped into another',
      async (token: string) => (await s.wrapped('POST', 'sys/wrapping/unwrap', { body: { token } })).token,
    ],
  ])('%s ends with the move of its mount, and is deleted', async (_, again) => {
    const { token } = await s.wrapped('GET', `${at}/app`);
    const last = await again(token);
    const { accessor } = (await s.call('POST', 'auth/token/lookup', { body: { token: last } })).body.data;
    expect((await storedOf(accessor)).length).toBeGreaterThan(2);

    await moveMount();

    expect(refusal(await s.unwrap(last))).toEqual(INVALID);
    expect(refusal(await s.unwrapNamed(last))).toEqual(INVALID);
    expect(await storedOf(accessor)).toEqual([]);
  });

  it('is listed at the path that it came from, also when it is wrapped again', async () => {
    const { token } = await s.wrapped('GET', `${at}/app`);
    const keys = async () => (await s.call('LIST', `sys/leases/lookup/${at}/app`)).body.data?.keys ?? [];
    const before = await keys();
    const again = await s.wrapped('POST', 'sys/wrapping/rewrap', { body: { token } });
    const after = await keys();
    expect([before.length, after.length, after.includes(before[0])]).toEqual([1, 1, false]);
    await s.unwrap(again.token);
    expect(await keys()).toEqual([]);
  });

  it('of an answer to a write is given once, if the mount moves before its first lease', async () => {
    await s.call('POST', `sys/mounts/${at}-v2`, { body: { type: 'kv', options: { version: '2' } } });
    const { mount: versioned } = await locate(s.deps.store, `${at}-v2/`);
    const tune = () => s.call('POST', `sys/mounts/${at}-v2/tune`, { body: { description: 'changed' } });
    const racing = s.callOn({ store: interleaved(s.deps.store, 'root', tune) });

    const { status, body } = await racing('POST', `${at}-v2/data/app`, {
      body: { data: { a: 1 } },
      headers: { 'x-vault-wrap-ttl': '60' },
    });

    expect(status).toBe(200);
    expect((await s.unwrap(body.wrap_info.token)).body.data.version).toBe(1);
    expect((await s.call('GET', `${at}-v2/data/app`)).body.data.metadata.version).toBe(1);
    expect((await locate(s.deps.store, `${at}-v2/`)).mount?.issued).toBe(true);
    expect(versioned?.issued).toBe(false);
  });

  it('that is given while its mount moves is not usable after the switch', async () => {
    await markIssued(s.deps.store, mount);
    let moved = false;
    const store = {
      ...s.deps.store,
      commit: async (writes: Parameters<typeof s.deps.store.commit>[0]) => {
        if (!moved) {
          moved = true;
          await moveMount();
        }
        await s.deps.store.commit(writes);
      },
    };
    const { body } = await s.callOn({ store })('GET', `${at}/app`, { headers: { 'x-vault-wrap-ttl': '60' } });
    expect(refusal(await s.unwrap(body.wrap_info.token))).toEqual(INVALID);
  });

  it('is a lease however long its path is', async () => {
    const long = 'm'.repeat(400);
    await placeMount(s.deps, `${at}-long/${long}/`);
    const path = `${at}-long/${long}/${'ü'.repeat(400)}`;
    await s.call('POST', path, { body: { a: 1 } });
    const [one, other] = [await s.wrapped('GET', path), await s.wrapped('GET', path)];
    expect((await s.unwrap(one.token)).body.data).toEqual({ a: 1 });
    await s.call('POST', `sys/leases/revoke-prefix/${at}-long`);
    expect(refusal(await s.unwrap(other.token))).toEqual(INVALID);
  });

  it('of the system is listed there, and ends with its namespace', async () => {
    const namespace = `${at}-team`;
    await placeNamespace(s.deps, ROOT, namespace);
    const sent = { namespace, body: { a: 1 } };
    const { accessor } = await s.wrapped('POST', 'sys/wrapping/wrap', sent);
    const listed = await s.call('LIST', 'sys/leases/lookup/sys/wrapping/wrap', { namespace });
    expect(listed.body.data.keys).toHaveLength(1);

    await s.call('DELETE', `sys/namespaces/${namespace}`);
    await runTeardown(s.deps, s.deps.started.at(-1)?.id ?? '');

    expect(await storedOf(accessor)).toEqual([]);
  });
});
