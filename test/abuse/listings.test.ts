/** Lists that would never end are cut where `functions/limits.ts` says, say so, and lose nothing of what can be asked for next. */

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines } from '../../functions/engines/catalog.ts';
import { MAX_BULK_PAGE, MAX_LISTED_LEASES, MAX_LISTED_MIGRATIONS } from '../../functions/limits.ts';
import { listingPartition, treeKey } from '../../functions/ports/keys.ts';
import { builtinRoutes } from '../../functions/routes.ts';
import { type Caller, caller } from '../support/call.ts';
import { placeMount } from '../support/place.ts';
import { readTables, type Stored, writeTables } from '../support/tables.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { rootToken } from '../support/tokens.ts';

let deps: TestDeps;
let call: Caller;
beforeAll(async () => {
  deps = await testDeps();
  call = caller(deps, { builtin: builtinRoutes, engines }, await rootToken(deps));
});
afterAll(() => deps.stop());

/** With ten thousand items on the way, on a machine that others use. */
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

  it('of migrations ends after MAX_LISTED_MIGRATIONS, found or not', async () => {
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
});

describe('a long bulk run', { timeout: PATIENCE_MS }, () => {
  it('is listed by pages of MAX_BULK_PAGE, to the last move', async () => {
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
