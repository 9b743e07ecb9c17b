/** Long lists end at the limits of `functions/limits.ts` and say so; the next page loses nothing. */

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  MAX_ANSWER_BYTES,
  MAX_BULK_PAGE,
  MAX_LISTED_BYTES,
  MAX_LISTED_LEASES,
  MAX_LISTED_MIGRATIONS,
  MAX_REASON_BYTES,
} from '../../functions/limits.ts';
import { listingPartition, migrationKey, treeKey } from '../../functions/store/keys.ts';
import { vaultApi } from '../../functions/vaultApi.ts';
import { type Caller, caller } from '../support/call.ts';
import { placeMount } from '../support/place.ts';
import { readTables, type Stored, writeTables } from '../support/tables.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { rootToken } from '../support/tokens.ts';

let deps: TestDeps;
let call: Caller;
beforeAll(async () => {
  deps = await testDeps();
  call = caller(deps, vaultApi, await rootToken(deps));
});
afterAll(() => deps.stop());

/** Enough for ten thousand items on a busy machine. */
const PATIENCE_MS = 120_000;

const many = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));

describe('a list', { timeout: PATIENCE_MS }, () => {
  it('of leases ends after MAX_LISTED_LEASES', async () => {
    await placeMount(deps, 'ssh/', { type: 'ssh' });
    await call('POST', 'ssh/roles/web', {
      body: { key_type: 'otp', default_user: 'u', cidr_list: '10.0.0.0/8' },
    });
    await call('POST', 'ssh/creds/web', { body: { ip: '10.1.2.3' } });
    const lease = (await readTables(deps.client)).leases.find(({ sk }) => sk.startsWith('creds/')) as Stored;
    const copies = many(MAX_LISTED_LEASES - 2, (i) => ({ ...lease, sk: `creds/web/${i}` }));
    await writeTables(deps.client, { leases: copies });
    const list = () => call('LIST', 'sys/leases/lookup/ssh/creds/web');

    const whole = (await list()).body;
    await writeTables(deps.client, { leases: [{ ...lease, sk: 'creds/web/one-more' }] });
    const cut = (await list()).body;

    expect([whole.data.keys.length, whole.warnings]).toEqual([MAX_LISTED_LEASES - 1, null]);
    expect(cut.warnings).toEqual(['the listing ends after 10000 leases']);
  });

  it('of migrations ends after MAX_LISTED_MIGRATIONS, whether or not they match', async () => {
    await placeMount(deps, 'one/');
    await call('POST', 'sys/remount', { body: { from: 'one', to: 'two' } });
    const entry = (await readTables(deps.client)).migrations.find(({ kind }) => kind === 'listing') as Stored;
    expect(entry.pk).toBe(listingPartition('root', entry.sk.slice(0, 7)));
    const older = () => {
      const id = randomUUID();
      return { ...entry, sk: `${entry.sk.slice(0, 7)}-00#${id}`, migrationId: id };
    };
    await writeTables(deps.client, { migrations: many(MAX_LISTED_MIGRATIONS - 2, older) });
    const list = async (query = {}) => (await call('LIST', 'sys/remount/status', { query })).body;

    const whole = await list();
    await writeTables(deps.client, { migrations: [older()] });
    const cut = await list({ source: ['unheard-of'] });

    expect([whole.data.keys, whole.warnings]).toEqual([[entry.migrationId], null]);
    expect(cut).toMatchObject({ data: { keys: [] }, warnings: ['the listing ends after 10000 migrations'] });
  });

  it('of migrations ends after MAX_LISTED_BYTES', async () => {
    await placeMount(deps, 'wordy/');
    await call('POST', 'sys/remount', { body: { from: 'wordy', to: 'silent', reason: 'y' } });
    const { migrations } = await readTables(deps.client);
    const record = migrations.find(({ kind, reason }) => kind === 'migration' && reason === 'y') as Stored;
    const entry = migrations.find(
      (item) => item.kind === 'listing' && item.migrationId === record.pk,
    ) as Stored;
    const month = entry.sk.slice(0, 7);
    // A quote takes four bytes: it is escaped as \", and both characters are escaped again.
    const reason = '"'.repeat(MAX_REASON_BYTES);
    const ids = many(2_000, () => randomUUID());
    const copies = ids.flatMap((id) => [
      { ...entry, sk: `${month}-00#z#${id}`, migrationId: id },
      { ...record, pk: migrationKey(id).pk, id, reason },
    ]);
    await writeTables(deps.client, { migrations: copies });
    const list = async (query = {}) => (await call('LIST', 'sys/remount/status', { query })).body;

    const cut = await list({ source: ['wordy'] });

    const listed = cut.data.keys.length;
    expect(cut.warnings).toEqual([`the listing ends after ${listed} migrations`]);
    const bytes = (keys: string[]) =>
      keys.reduce(
        (sum, id) => sum + Buffer.byteLength(JSON.stringify(JSON.stringify([id, cut.data.key_info[id]]))),
        0,
      );
    expect(bytes(cut.data.keys)).toBeLessThanOrEqual(MAX_LISTED_BYTES);
    expect(bytes([...cut.data.keys, cut.data.keys.at(-1)])).toBeGreaterThan(MAX_LISTED_BYTES);
  });
});

describe('an answer', { timeout: PATIENCE_MS }, () => {
  it('of more than MAX_ANSWER_BYTES is replaced by an error that says so', async () => {
    const mount = await placeMount(deps, 'talkative/');
    const all = (await readTables(deps.client)).mounts;
    const pattern = all.find(({ uuid }) => uuid === mount.uuid) as Stored;
    const copies = (count: number, name: string) =>
      many(count, (i) => ({
        ...pattern,
        sk: treeKey('root', `${name}${i}/`).sk,
        uuid: randomUUID(),
        accessor: `${name}_${i}`,
        description: 'z'.repeat(30_000),
      }));
    const mounts = async () => {
      const { status, text, body } = await call('GET', 'sys/mounts');
      return { status, bytes: Buffer.byteLength(JSON.stringify(text)), errors: body.errors };
    };
    await writeTables(deps.client, { mounts: copies(90, 'few') });

    const whole = await mounts();
    await writeTables(deps.client, { mounts: copies(20, 'more') });
    const refused = await mounts();

    expect(whole).toMatchObject({ status: 200, errors: undefined });
    expect(whole.bytes).toBeLessThanOrEqual(MAX_ANSWER_BYTES);
    expect(refused).toMatchObject({
      status: 413,
      errors: ['the answer has more than 6000000 bytes; ask for less'],
    });
  });
});

describe('a long bulk run', { timeout: PATIENCE_MS }, () => {
  it('is listed in pages of MAX_BULK_PAGE, up to the last move', async () => {
    const mount = await placeMount(deps, 'pattern/');
    const all = (await readTables(deps.client)).mounts;
    const pattern = all.find(({ uuid }) => uuid === mount.uuid) as Stored;
    const mounts = many(MAX_BULK_PAGE + 1, (i) => {
      const { sk } = treeKey('root', `m${i}/`);
      return { ...pattern, sk, uuid: randomUUID(), accessor: `kv_${i}` };
    });
    await writeTables(deps.client, { mounts });
    const start = async (count: number): Promise<string> => {
      const moves = many(count, (i) => ({ from: `m${i}`, to: `n${i}` }));
      return (await call('POST', 'sys/remount/bulk', { body: { moves } })).body.data.bulk_id;
    };
    const [long, short] = [await start(MAX_BULK_PAGE + 1), await start(MAX_BULK_PAGE)];
    const page = async (run: string, query = {}) =>
      (await call('LIST', `sys/remount/bulk/${run}`, { query })).body;

    const whole = await page(short);
    const first = await page(long, { limit: [String(MAX_BULK_PAGE + 1)] });
    const last = first.data.keys.at(-1);
    const rest = await page(long, { after: [last] });

    expect([whole.data.keys.length, whole.warnings]).toEqual([MAX_BULK_PAGE, null]);
    expect(first.warnings).toEqual([`the list goes on: ask for what comes after ${last}`]);
    expect([rest.data.keys.length, rest.warnings]).toEqual([1, null]);
    expect(new Set([...first.data.keys, ...rest.data.keys]).size).toBe(MAX_BULK_PAGE + 1);
  });
});
