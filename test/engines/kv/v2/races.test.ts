import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kv as engine } from '../../../../functions/engines/kv/kv.ts';
import { ConditionFailed, refOf, type Store } from '../../../../functions/ports/store.ts';
import type { Mount } from '../../../../functions/tree/mount.ts';
import { caller } from '../../../support/call.ts';
import { meanwhile } from '../../../support/meanwhile.ts';
import { rootToken } from '../../../support/tokens.ts';
import { type KvService, patchOf, startKv, urlOf } from '../kvService.ts';

let kv: KvService;
let mount: Mount;

beforeAll(async () => {
  kv = await startKv();
  mount = await kv.mount({ version: '2' });
});
afterAll(() => kv.deps.stop());

const at = (path: string): string => urlOf(mount, path);
const put = (path: string, data: unknown, options: object = {}) =>
  kv.call('POST', at(`data/${path}`), { body: { data, options } });
const read = (path: string, version = 0) =>
  kv.call('GET', at(`data/${path}`), { query: { version: [`${version}`] } });
const callOn = async (store: Store) => {
  const deps = { ...kv.deps, store };
  return caller(deps, { builtin: [], engines: { kv: engine } }, await rootToken(kv.deps));
};
const TWENTY = Array.from({ length: 20 }, (_, i) => i);

describe('concurrent writes', () => {
  test('each get a version of their own', async () => {
    await kv.call('POST', at('metadata/plain'), { body: { max_versions: 30 } });

    const answers = await Promise.all(TWENTY.map((writer) => put('plain', { writer })));

    expect(answers.map(({ status }) => status)).toEqual(TWENTY.map(() => 200));
    const versions = answers.map(({ body }) => body.data.version as number);
    expect(versions.toSorted((a, b) => a - b)).toEqual(TWENTY.map((i) => i + 1));
    for (const writer of TWENTY) {
      expect((await read('plain', versions[writer])).body.data.data).toEqual({ writer });
    }
  });

  test.each([0, 1])('with check-and-set for version %i succeed once', async (cas) => {
    const path = `cas-${cas}`;
    if (cas === 1) await put(path, { first: true });

    const answers = await Promise.all(TWENTY.map((writer) => put(path, { writer }, { cas })));

    const won = answers.flatMap(({ status }, writer) => (status === 200 ? [writer] : []));
    expect(won).toHaveLength(1);
    expect((await read(path)).body.data).toMatchObject({
      data: { writer: won[0] },
      metadata: { version: cas + 1 },
    });
    for (const { body } of answers.filter(({ status }) => status !== 200)) {
      expect(body.errors).toEqual(['check-and-set parameter did not match the current version']);
    }
  });

  test('lose no patch', async () => {
    await kv.call('POST', at('metadata/patched'), { body: { max_versions: 3 } });
    await put('patched', {});
    const eight = TWENTY.slice(0, 8);

    const answers = await Promise.all(
      eight.map((i) => patchOf(kv.call, at('data/patched'), { data: { [`key${i}`]: i } })),
    );

    expect(answers.map(({ status }) => status)).toEqual(eight.map(() => 200));
    expect(Object.keys((await read('patched')).body.data.data)).toHaveLength(8);
  });

  test('of values and of settings keep both', async () => {
    const writers = TWENTY.slice(0, 10);

    const answers = await Promise.all(
      writers.map((i) =>
        i % 2
          ? put('mixed', { i })
          : kv.call('POST', at('metadata/mixed'), { body: { custom_metadata: { i } } }),
      ),
    );

    expect(answers.every(({ status }) => status < 300)).toBe(true);
    const { data } = (await kv.call('GET', at('metadata/mixed'))).body;
    expect(data).toMatchObject({ current_version: 5, current_metadata_version: 5 });
  });
});

describe('reads and removals during writes', () => {
  test('see a whole version or none, although each write purges the one before', async () => {
    await kv.call('POST', at('metadata/busy'), { body: { max_versions: 1 } });
    await put('busy', { n: 0 });

    const writes = (async () => {
      for (let n = 1; n <= 20; n++) await put('busy', { n });
    })();
    const reads = await Promise.all(TWENTY.map(() => read('busy')));
    await writes;

    for (const { status, body } of reads) {
      expect(status).toBe(200);
      expect(body.data.data.n).toBe(body.data.metadata.version - 1);
    }
  });

  test('leave nothing of a removed secret behind', async () => {
    await Promise.all(
      TWENTY.slice(0, 12).map((i) =>
        i % 4 === 3 ? kv.call('DELETE', at('metadata/lives')) : put('lives', { i }),
      ),
    );
    const { current_version = 0 } = (await kv.call('GET', at('metadata/lives'))).body.data ?? {};

    const values = (await kv.keysOf(mount)).filter((key) => key.startsWith('version/lives#'));

    expect(values).toHaveLength(Math.min(current_version, 10));
    await kv.call('DELETE', at('metadata/lives'));
    expect((await kv.keysOf(mount)).filter((key) => key.includes('lives'))).toEqual([]);
  });
});

test('a removal also removes the version that is written meanwhile', async () => {
  await put('removed', { n: 1 });
  const call = await callOn(meanwhile(kv.deps.store, () => put('removed', { n: 2 })));

  expect((await call('DELETE', at('metadata/removed'))).status).toBe(204);

  expect((await kv.keysOf(mount)).filter((key) => key.includes('removed'))).toEqual([]);
});

describe('a store that misbehaves', () => {
  test('may lose the answer of a commit: the write is neither repeated nor refused', async () => {
    let lost = 0;
    const call = await callOn({
      ...kv.deps.store,
      async commit(writes) {
        await kv.deps.store.commit(writes);
        const [first] = writes;
        if (lost > 0 || !first || !('put' in first) || !first.put.sk.startsWith('meta/')) return;
        lost++;
        await kv.deps.store.commit(writes);
      },
    });

    const written = await call('POST', at('data/lost'), { body: { data: { a: 1 }, options: { cas: 0 } } });

    expect(lost).toBe(1);
    expect(written.status).toBe(200);
    expect(written.body.data.version).toBe(1);
    expect((await kv.call('GET', at('metadata/lost'))).body.data.current_version).toBe(1);
  });

  test('may fail every condition: the client gets 503 with Retry-After', async () => {
    let tries = 0;
    const call = await callOn({
      ...kv.deps.store,
      async commit(writes) {
        tries++;
        throw new ConditionFailed(writes.map((write) => ({ ref: refOf(write), item: undefined })));
      },
    });

    const refused = await call('POST', at('data/refused'), { body: { data: {} } });

    expect(refused.status).toBe(503);
    expect(refused.headers['Retry-After']).toBe('1');
    expect(tries).toBe(50);
    expect((await kv.call('GET', at('data/refused'))).status).toBe(404);
  });

  test('may lack a value that the metadata describes: a read is 503, a write succeeds', async () => {
    await put('torn', { a: 1 });
    await kv.deps.store.deleteMany([{ table: 'storage', pk: mount.uuid, sk: 'version/torn#1' }]);

    expect((await read('torn')).status).toBe(503);
    expect((await patchOf(kv.call, at('data/torn'), { data: { b: 1 } })).status).toBe(503);
    expect((await put('torn', { a: 2 })).body.data.version).toBe(2);
  });
});
