/** A run of thirty mounts by the whole service, in front of a real OpenBao, and its way back. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Service, startService } from '../../infra/local/service.ts';
import { throughFile } from '../support/throughFile.ts';
import { startInMemory } from './support/openbao.ts';
import { until } from './support/until.ts';

const POLICY = join(import.meta.dirname, '..', '..', 'infra', 'cluster', 'policy.hcl');
const MOUNTS = 30;

const bao = throughFile(startInMemory);
let service: Service;

/** The last two are a chain: `m28` moves to where `m29` was. */
const MOVES = Array.from({ length: MOUNTS }, (_, i) => ({
  from: `m${i}`,
  to: i === 28 ? 'm29' : `team-${i % 3}/n${i}`,
}));

beforeAll(async () => {
  const { root } = bao;
  await Promise.all(
    MOVES.map(async ({ from }) => {
      await root.must('POST', `sys/mounts/${from}`, { type: 'kv' });
      await root.must('POST', `${from}/which`, { name: from });
    }),
  );
  await root.must('POST', 'sys/namespaces/ns1');
  await root.must('POST', 'sys/policies/acl/remount', { policy: await readFile(POLICY, 'utf8') });
  const batch = { policies: ['remount'], type: 'batch', no_default_policy: true, ttl: '20m' };
  const { auth } = (await root.must('POST', 'auth/token/create-orphan', batch)).body;
  service = await startService({
    cluster: { CLUSTER_ADDR: root.address, CLUSTER_TOKEN: auth.client_token },
  });
});
afterAll(() => service.stop());

async function call(method: string, path: string, body?: object) {
  const answer = await fetch(`${service.url}/v1/${path}`, {
    method,
    headers: { 'X-Vault-Token': bao.rootToken },
    redirect: 'manual',
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  expect(answer.status, text).toBe(200);
  return text;
}

async function carriedOut(id: string) {
  return until(`the run ${id} has ended`, async () => {
    const { bulk_info } = JSON.parse(await call('GET', `sys/remount/bulk/${id}`)).data;
    return bulk_info.status === 'in-progress' ? undefined : bulk_info;
  });
}

/** Path → the name that was written there before any move. */
async function contents(paths: string[]): Promise<string[]> {
  const read = paths.map((path) => bao.root.must('GET', `${path}/which`));
  return (await Promise.all(read)).map(({ body }) => body.data.name);
}

describe('thirty mounts of a real OpenBao', () => {
  let id = '';

  it('are moved by one run, with a chain in order', async () => {
    const plan = JSON.parse(await call('POST', 'sys/remount/bulk', { moves: MOVES, dry_run: true })).data;
    expect(plan.problems).toEqual([]);
    expect(plan.moves[28]).toMatchObject({ after: [30], leases: 0, copies_keys: false });

    const begun = performance.now();
    id = JSON.parse(await call('POST', 'sys/remount/bulk', { moves: MOVES, max_concurrency: 4 })).data
      .bulk_id;
    const info = await carriedOut(id);
    process.stdout.write(`30 mounts: ${Math.round(performance.now() - begun)} ms\n`);

    expect(info).toMatchObject({
      status: 'success',
      progress: { total: MOUNTS, succeeded: MOUNTS, failed: 0, in_progress: 0, pending: 0 },
      cluster: { nodes: [{ state: 'current' }] },
    });
    expect(await contents(MOVES.map(({ to }) => to))).toEqual(MOVES.map(({ from }) => from));
    const report = (await call('GET', `sys/remount/bulk/report/${id}?format=csv`)).trim().split('\n');
    expect(report.filter((line) => line.includes(',success,')).length).toBe(MOUNTS);
  });

  it('are moved back by an undo of the run', async () => {
    const undo = JSON.parse(await call('POST', `sys/remount/bulk/undo/${id}`, { max_concurrency: 4 })).data;
    expect(undo).toMatchObject({ total: MOUNTS, undo_of: id });
    expect(await carriedOut(undo.bulk_id)).toMatchObject({ status: 'success', undo_of: id });
    expect(await contents(MOVES.map(({ from }) => from))).toEqual(MOVES.map(({ from }) => from));
  });

  it('are copied into another namespace one after the other, if the run may', async () => {
    const moves = ['m0', 'm1', 'm2'].map((from) => ({ from, to: `ns1/${from}` }));
    const asked = { moves, allow_copy: true, max_concurrency: 4 };
    const started = JSON.parse(await call('POST', 'sys/remount/bulk', asked)).data;
    expect(await carriedOut(started.bulk_id)).toMatchObject({
      status: 'success',
      progress: { succeeded: 3 },
    });
    const read = await bao.root.must('GET', 'm2/which', undefined, 'ns1');
    expect(read.body.data.name).toBe('m2');
  });
});
