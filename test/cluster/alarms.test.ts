import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { bulkBeginStep, bulkChunkStep } from '../../functions/bulk/steps.ts';
import { clusterStore } from '../../functions/cluster/clusterStore.ts';
import { handle } from '../../functions/gateway/handle.ts';
import type { HttpRequest } from '../../functions/http/message.ts';
import { ClusterForbids } from '../../functions/ports/cluster.ts';
import { remountRoutes } from '../../functions/remount/remountRoutes.ts';
import { testDeps } from '../support/testDeps.ts';
import { throughFile } from '../support/throughFile.ts';
import { acceptRun, requestDeps } from './support/clusterRuns.ts';
import { accept, type ClusterDeps, runToEnd, sleeplessClock, step } from './support/clusterSteps.ts';
import { FakeCluster, unavailable } from './support/fakeCluster.ts';

const service = throughFile(testDeps);
let cluster: FakeCluster;
let deps: ClusterDeps;
let serial = 0;
/** What the alarms of the deployment read. */
let filters: string[];
/** The lines that are logged at WARN or ERROR. */
let logged: string[];

beforeEach(async () => {
  cluster = new FakeCluster();
  cluster.table.clear();
  cluster.mount('kv/', { accessor: `kv_of_alarms_${++serial}` });
  logged = [];
  const write = (message: string) => void logged.push(message);
  const log = { info() {}, warn: write, error: write };
  deps = { ...service, cluster, clock: sleeplessClock(), log };
  const file = join(import.meta.dirname, '..', '..', 'infra', 'alarms', 'cluster.yml');
  filters = [...(await readFile(file, 'utf8')).matchAll(/message = "([^"]+)"/g)].map(([, text]) => `${text}`);
});

/** The lines that an alarm reads, each once. */
function alarming(): string[] {
  return [...new Set(filters)].filter((text) => logged.includes(text));
}

describe('an alarm reads the line of', () => {
  it('a mount that is tainted', async () => {
    const id = await accept(deps, cluster);
    cluster.before = (method) => {
      if (method !== 'remount') return;
      for (const lease of cluster.issue('kv/', 'creds/r', 1)) cluster.stubborn.set(lease, 'refused');
    };
    for (let i = 0; i < 20; i++) deps.clock.pass((await step(deps, id)).seconds * 1_000);

    expect(alarming()).toEqual(['a mount is tainted']);
  });

  it('a mount that is half moved', async () => {
    cluster.fates = ['half'];
    await runToEnd(deps, await accept(deps, cluster));

    expect(alarming()).toEqual(['a mount is half moved']);
  });

  it('nodes that are stale', async () => {
    cluster.standbys.set('http://standby-1', new Set(['kv/']));
    await step(deps, await accept(deps, cluster));

    expect(alarming()).toEqual(['nodes are stale']);
  });

  it.each([
    ['a cluster that does not answer', () => unavailable(), 'the cluster does not answer'],
    [
      'a login that is refused',
      () => new ClusterForbids('the cluster refuses the login of the service'),
      'the cluster refuses the service',
    ],
  ])('%s, in a step, in a row of a run, in its policies and in a request', async (_, error, text) => {
    const id = await accept(deps, cluster);
    cluster.before = () => {
      throw error();
    };
    await step(deps, id);
    expect(alarming()).toEqual([text]);

    for (const policies of [{ mode: 'keep' }, { mode: 'add' }] as const) {
      cluster.before = () => {};
      const path = `row-${++serial}/`;
      cluster.mount(path, { accessor: `kv_of_alarms_${serial}`, uuid: `uuid_of_alarms_${serial}` });
      cluster.setPolicy('people', `path "${path}*" {}`);
      const run = await acceptRun(deps, [[path, `moved-${path}`]], {}, policies);
      logged = [];
      cluster.before = () => {
        throw error();
      };
      const { chunks } = await bulkBeginStep(requestDeps(deps), { id: run }, deps.clock.now() + 60_000);
      for (const chunk of chunks) await bulkChunkStep(requestDeps(deps), chunk, deps.clock.now() + 100);
      expect(alarming(), policies.mode).toEqual([text]);
    }

    logged = [];
    cluster.lookup = async () => {
      throw error();
    };
    const store = clusterStore(cluster, deps.store, 'token');
    const request: HttpRequest = {
      id: 'request',
      method: 'POST',
      rawPath: '/v1/sys/remount',
      prefix: '',
      query: {},
      headers: { 'x-vault-token': 'token' },
      body: Buffer.from(JSON.stringify({ from: 'kv', to: 'moved' })),
      sourceIp: '192.0.2.1',
    };
    await handle(request, { builtin: remountRoutes, engines: {} }, { ...deps, store });
    expect(alarming()).toEqual([text]);
  });

  it('nothing in a move that goes well', async () => {
    expect((await runToEnd(deps, await accept(deps, cluster))).status).toBe('success');

    expect(alarming()).toEqual([]);
  });
});
