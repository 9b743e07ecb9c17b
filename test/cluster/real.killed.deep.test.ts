/** The service on one machine is killed in every phase of a move on a real cluster, and finishes it when it starts again. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Running, startOn } from '../kill/running.ts';
import { throughFile } from '../support/throughFile.ts';
import { enableApprole } from './support/authMethods.ts';
import { type Gate, type Passing, startGate } from './support/gate.ts';
import { leasesBelow } from './support/leases.ts';
import { startInMemory } from './support/openbao.ts';
import { until } from './support/until.ts';

/** A step that was killed keeps its hold for a while, and the reconciler looks at it a while later. */
const TIMEOUT_MS = 240_000;

const server = throughFile(startInMemory);
let dataDir: string;
let gate: Gate;
let service: Running | undefined;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'remount-killed-'));
  gate = await startGate(server.root.address);
});
afterAll(async () => {
  await service?.kill();
  await gate.stop();
  await rm(dataDir, { recursive: true, force: true });
});

const start = () => startOn(dataDir, { CLUSTER_ADDR: gate.address, CLUSTER_TOKEN: server.rootToken });

/** What a phase asks the cluster about an auth method that is to get the end `-moved`. */
type Asks = (passing: Passing, path: string) => boolean;

const isLook: Asks = ({ path }, mount) => path === `auth/${mount}-moved/x?help=1`;
const isRevocation: Asks = ({ path, body }, mount) =>
  path === 'sys/leases/revoke' && body.includes(`auth/${mount}/`);
const isPost: Asks = ({ path, body }, mount) =>
  path === 'sys/remount' && body.includes(`"from":"auth/${mount}/","to":"auth/${mount}-moved/"`);
const isListing: Asks = ({ path }, mount) => path.startsWith(`sys/leases/lookup/auth/${mount}/`);
/** None of the other moves comes that far. */
const isNodes: Asks = ({ path }) => path === 'sys/ha-status';

/** The second of two requests, however often each is sent. */
function after(first: Asks, second: Asks): Asks {
  let isSecond = false;
  return (passing, path) => {
    isSecond ||= first(passing, path);
    return isSecond && second(passing, path);
  };
}

/** Name of the auth method → the request that is under way when the service is killed. */
const MOMENTS: Record<string, Asks> = {
  accepted: isLook,
  draining: isRevocation,
  moving: isPost,
  watching: after(isPost, isLook),
  verifying: after(isPost, isListing),
  propagating: isNodes,
};

it('killed in each phase, it finishes all moves', { timeout: TIMEOUT_MS }, async () => {
  const { root, rootToken } = server;
  for (const path of Object.keys(MOMENTS)) {
    const logIn = await enableApprole(root, path);
    for (let i = 0; i < 3; i++) await logIn();
  }
  service = await start();
  const { call, kill } = service;
  const started = Object.entries(MOMENTS).map(async ([path, asks]): Promise<[string, string]> => {
    const isKept = gate.keep((passing) => asks(passing, path));
    const body = { from: `auth/${path}`, to: `auth/${path}-moved` };
    const answer = await call('POST', 'sys/remount', body, rootToken);
    await isKept;
    return [path, answer?.body.data.migration_id];
  });
  const ids = await Promise.all(started);
  await kill();

  const again = await start();
  service = again;
  for (const [path, id] of ids) {
    const ended = async () => {
      const answer = await again.call('GET', `sys/remount/status/${id}`, undefined, rootToken);
      const { migration_info } = answer?.body.data ?? {};
      return migration_info.status === 'in-progress' ? undefined : migration_info;
    };
    const info = await until(`the move ends that was ${path}`, ended, TIMEOUT_MS);
    expect(info, path).toMatchObject({ status: 'success', cluster: { posts: 1, warnings: [] } });
    expect(await leasesBelow(root, `auth/${path}/`)).toEqual([]);
    expect((await root.must('GET', `auth/${path}-moved/role/machine`)).status).toBe(200);
  }
});
