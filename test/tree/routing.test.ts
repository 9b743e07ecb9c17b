import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VaultError } from '../../functions/http/errors.ts';
import { SETTLE_MS } from '../../functions/limits.ts';
import type { Store } from '../../functions/ports/store.ts';
import { changeTree } from '../../functions/tree/changeTree.ts';
import { disableMount } from '../../functions/tree/disableMount.ts';
import { enableMount } from '../../functions/tree/enableMount.ts';
import { listMounts, mountAt } from '../../functions/tree/findMount.ts';
import { locate, locateSurely } from '../../functions/tree/locate.ts';
import { type Mount, mountItem, unchangedMount } from '../../functions/tree/mount.ts';
import { type Namespace, ROOT } from '../../functions/tree/namespace.ts';
import { vaultApi } from '../../functions/vaultApi.ts';
import { caller } from '../support/call.ts';
import { placeNamespace } from '../support/place.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { rootToken } from '../support/tokens.ts';

const ORDER = {
  type: 'kv',
  description: '',
  config: { defaultLeaseTtl: 0, maxLeaseTtl: 0, forceNoCache: false },
  options: {},
  local: false,
  sealWrap: false,
  externalEntropyAccess: false,
};

let deps: TestDeps;
let root: string;

beforeAll(async () => {
  deps = await testDeps();
  root = await rootToken(deps);
});
afterAll(() => deps.stop());

/** @returns whether it was enabled; false if it was refused because of an overlap */
async function enable(namespace: Namespace, path: string): Promise<boolean> {
  try {
    await enableMount(deps, namespace, path, ORDER);
    return true;
  } catch (error) {
    if (error instanceof VaultError && error.status === 400) return false;
    throw error;
  }
}

async function disable(namespace: Namespace, path: string): Promise<void> {
  const mount = await mountAt(deps.store, namespace, path);
  if (mount) await disableMount(deps, mount);
}

async function routed(namespace: Namespace, path: string): Promise<string | undefined> {
  return (await locate(deps.store, path, namespace)).mount?.path;
}

function overlap(a: string, b: string): boolean {
  return a.startsWith(b) || b.startsWith(a);
}

/** Names that sort before, at and after a slash, some of them differently in bytes and in UTF-16. */
const segment = fc.constantFrom('a', 'b', 'a-', 'a b', 'ab', 'a~', 'é', '\u{ffee}', '\u{1f600}');
const path = fc
  .tuple(fc.constantFrom('', '', '', 'auth/'), fc.array(segment, { minLength: 1, maxLength: 3 }))
  .map(([start, segments]) => `${start}${segments.join('/')}/`);
const change = fc.record({ isEnable: fc.boolean(), path });

describe('routing', () => {
  it('agrees with a naive search of the paths, after any sequence of enabling and disabling (R1)', async () => {
    const changes = fc.array(change, { minLength: 1, maxLength: 14 });
    const requests = fc.array(fc.tuple(path, segment), { minLength: 4, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(changes, requests, async (sequence, asked) => {
        const namespace = await placeNamespace(deps, ROOT, deps.ids.hex(10));
        const paths = new Set<string>();
        for (const { isEnable, path } of sequence) {
          if (isEnable) {
            const isFree = [...paths].every((other) => !overlap(path, other));
            expect(await enable(namespace, path), path).toBe(isFree);
            if (isFree) paths.add(path);
          } else {
            await disable(namespace, path);
            paths.delete(path);
          }
        }
        const listed = await listMounts(deps, namespace.id);
        expect(new Set(listed.map((mount) => mount.path))).toEqual(paths);
        const reached = asked.flatMap(([above, below]) => [above, above.slice(0, -1), `${above}${below}`]);
        for (const request of [...reached, ...sequence.map((done) => `${done.path}x`)]) {
          const owner = [...paths].find((own) => `${request}/`.startsWith(own));
          expect(await routed(namespace, request), request).toBe(owner);
        }
        for (const left of paths) await disable(namespace, left);
        expect(await deps.store.query({ table: 'mounts', pk: namespace.id })).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  it('skips empty forks', async () => {
    const namespace = await placeNamespace(deps, ROOT, deps.ids.hex(10));
    await enable(namespace, 'm/z/q/');
    const fork = { pk: namespace.id, sk: 'm/z/', kind: 'fork', count: 0 };
    await disable(namespace, 'm/z/q/');
    // As if the function had stopped before it deleted the fork.
    await deps.store.commit([{ put: { table: 'mounts', ...fork } }]);

    expect(await enable(namespace, 'm/')).toBe(true);

    expect(await routed(namespace, 'm/z/foo')).toBe('m/');
    expect(await routed(namespace, 'm/z')).toBe('m/');
    expect(await enable(namespace, 'm/z/q/')).toBe(false);
  });

  it('routes paths of any length', async () => {
    const namespace = await placeNamespace(deps, ROOT, deps.ids.hex(10));
    await enable(namespace, `${'é'.repeat(255)}/`);
    expect(await routed(namespace, `${'é'.repeat(255)}/${'x/'.repeat(2_000)}`)).toBe(`${'é'.repeat(255)}/`);
    expect(await routed(namespace, 'é'.repeat(2_000))).toBeUndefined();
  });
});

describe('a path that no query shows a mount of', () => {
  /** A store in the middle of transactions: queries show nothing of the mounts that move. */
  function halfDone(asked: string[], between: Partial<Record<string, () => Promise<void>>> = {}): Store {
    return {
      ...deps.store,
      async query(range) {
        const items = await deps.store.query({ ...range, limit: 100 });
        return items.filter(({ kind }) => kind !== 'mount').slice(0, 1);
      },
      async get(ref) {
        asked.push(ref.sk);
        const item = await deps.store.get(ref);
        await between[ref.sk]?.();
        delete between[ref.sk];
        return item;
      },
    };
  }

  it.each(['a', 'a/x', 'b/c/d', 'b/c/d/x/y', 'auth/u/login'])(
    'is served when a single read shows its mount: %s',
    async (path) => {
      const namespace = await placeNamespace(deps, ROOT, deps.ids.hex(10));
      for (const mount of ['a/', 'b/c/d/', 'auth/u/']) await enable(namespace, mount);
      const { mount } = await locateSurely(halfDone([]), namespace.path + path);
      expect(`${path}/`.startsWith(mount?.path ?? 'nothing')).toBe(true);
    },
  );

  it.each([
    ['a', 'POST', 'a/x', 204],
    ['b/c/d', 'POST', 'b/c/d/x/y', 204],
    ['verify', 'POST', 'verify/verify', 400],
    ['deep/verify', 'POST', 'deep/verify/verify', 400],
  ])('answers a request, at %s: %s %s is %d', async (mount, method, path, status) => {
    const namespace = await placeNamespace(deps, ROOT, deps.ids.hex(10));
    const isOpen = mount.endsWith('verify');
    await enableMount(deps, namespace, `${mount}/`, { ...ORDER, type: isOpen ? 'ssh' : 'kv' });
    const ask = caller({ ...deps, store: halfDone([]) }, vaultApi, isOpen ? '' : root);
    const answer = await ask(method, namespace.path + path, { body: { otp: 'none' } });
    expect(answer.status).toBe(status);
  });

  it.each([
    ['from below a fork to its place', 'f/g/', 'f/'],
    ['from its place to below it', 'f/', 'f/g/'],
  ])('is served when the mount moves %s between two reads', async (_how, from, to) => {
    const namespace = await placeNamespace(deps, ROOT, deps.ids.hex(10));
    await enable(namespace, from);
    const mount = (await mountAt(deps.store, namespace, from)) as Mount;
    const store = halfDone([], { 'f/': () => move(mount, to) });
    expect((await locateSurely(store, `${namespace.path}f/g/k`)).mount?.uuid).toBe(mount.uuid);
  });

  it.each(['', '/'])('is owned by nothing if it is %j', async (path) => {
    expect((await locateSurely(deps.store, path)).mount).toBeUndefined();
  });

  it('costs one single read, or two for each fork above it, and no pause', async () => {
    const namespace = await placeNamespace(deps, ROOT, deps.ids.hex(10));
    await enable(namespace, 'f/g/h/');
    const clock = { ...deps.clock, sleep: () => Promise.reject(new Error('a pause')) };
    for (const [path, reads] of [
      ['none/of/these', ['none/']],
      ['f/none/k', ['f/', 'f/none/', 'f/', 'f/none/']],
      ['f/g', ['f/', 'f/g/', 'f/', 'f/g/']],
      ['x'.repeat(600), []],
    ] as const) {
      const asked: string[] = [];
      expect((await locateSurely(halfDone(asked), namespace.path + path)).mount).toBeUndefined();
      expect(asked).toEqual(reads);
      const answer = await caller({ ...deps, clock }, vaultApi, root)('GET', namespace.path + path);
      expect(answer.status).toBe(404);
    }
  });
});

async function move(mount: Mount, path: string): Promise<void> {
  const { namespaceId, version } = mount;
  const moved = mountItem({ ...mount, path, version: version + 1 });
  await changeTree(deps.store, [
    { namespaceId, path: mount.path, before: unchangedMount(mount) },
    { namespaceId, path, after: moved },
  ]);
}

describe('a listing while a mount moves', () => {
  /** A store whose first read of a namespace shows its first half before `between`, and the other half after. */
  function tornAfter(half: string, between: () => Promise<void>): TestDeps['store'] {
    let isFirst = true;
    return {
      ...deps.store,
      async query(range) {
        const before = await deps.store.query(range);
        if (!isFirst) return before;
        isFirst = false;
        await between();
        const after = await deps.store.query(range);
        return [...before.filter(({ sk }) => sk < half), ...after.filter(({ sk }) => sk >= half)];
      },
    };
  }

  it.each([
    ['forwards, where a single look would show it twice', 'a/', 'z/'],
    ['backwards, where a single look would miss it', 'z/', 'a/'],
  ])('shows it once, moved %s', async (_how, from, to) => {
    const namespace = await placeNamespace(deps, ROOT, deps.ids.hex(10));
    await enable(namespace, from);
    const mount = (await mountAt(deps.store, namespace, from)) as Mount;
    const store = tornAfter('m', () => move(mount, to));

    const listed = await listMounts({ ...deps, store }, namespace.id);

    expect(listed.map((mount) => [mount.uuid, mount.path])).toEqual([[mount.uuid, to]]);
  });

  it('shows it, although each read finds it half moved', async () => {
    const namespace = await placeNamespace(deps, ROOT, deps.ids.hex(10));
    await enable(namespace, 'a/');
    await enable(namespace, 'b/');
    const settlesAt = deps.clock.now() + SETTLE_MS - 20;
    const halfDone: TestDeps['store'] = {
      ...deps.store,
      async query(range) {
        const found = await deps.store.query(range);
        return deps.clock.now() < settlesAt ? found.filter(({ sk }) => sk !== 'b/') : found;
      },
    };
    const listed = await listMounts({ ...deps, store: halfDone }, namespace.id);
    expect(listed.map((mount) => mount.path)).toEqual(['a/', 'b/']);
  });

  it('shows everything that it read when the namespace keeps changing', async () => {
    const namespace = await placeNamespace(deps, ROOT, deps.ids.hex(10));
    await enable(namespace, 'stays/');
    let looks = 0;
    const restless: TestDeps['store'] = {
      ...deps.store,
      async query(range) {
        const found = await deps.store.query(range);
        await enable(namespace, `new-${++looks}/`);
        return found;
      },
    };
    const listed = await listMounts({ ...deps, store: restless }, namespace.id);
    expect(listed.map((mount) => mount.path).sort()).toEqual([
      'new-1/',
      'new-2/',
      'new-3/',
      'new-4/',
      'stays/',
    ]);
  });
});

describe('twenty at once', () => {
  it('never enable two mounts where one is a prefix of the other (R1)', async () => {
    for (let round = 0; round < 4; round++) {
      const namespace = await placeNamespace(deps, ROOT, deps.ids.hex(10));
      const wanted = ['a/', 'a/b/', 'a/b/c/', 'a/x/'];
      const order = Array.from({ length: 20 }, (_, i) => wanted[(i + round) % wanted.length] as string);
      const outcomes = await Promise.all(order.map((path) => enable(namespace, path).catch(() => false)));

      const enabled = order.filter((_, i) => outcomes[i]);
      const listed = (await listMounts(deps, namespace.id)).map((mount) => mount.path);
      expect(listed.length).toBeGreaterThan(0);
      expect([...enabled].sort()).toEqual([...listed].sort());
      for (const one of listed) {
        expect(listed.filter((other) => overlap(one, other))).toEqual([one]);
      }
    }
  });

  it('enable and disable the same paths and leave correct counts', async () => {
    const namespace = await placeNamespace(deps, ROOT, deps.ids.hex(10));
    const paths = ['a/b/', 'a/c/', 'a/', 'a/b/d/'];
    await Promise.all(
      Array.from({ length: 24 }, async (_, i) => {
        const path = paths[i % paths.length] as string;
        await enable(namespace, path).catch(() => false);
        await disable(namespace, path).catch(() => undefined);
      }),
    );
    for (const { path } of await listMounts(deps, namespace.id)) await disable(namespace, path);
    const left = await deps.store.query({ table: 'mounts', pk: namespace.id });
    expect(left.filter(({ count }) => count !== 0)).toEqual([]);
    expect(await enable(namespace, 'a/')).toBe(true);
  });
});
