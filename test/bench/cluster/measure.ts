/** All measurements on a cluster, each beside the remount of the cluster itself, on the same server. */

import { median } from '../../../infra/demo/measure/cost.ts';
import type { Client } from '../../cluster/support/client.ts';
import { enableDatabase, issueLeases } from '../../cluster/support/database.ts';
import { type Reads, readsDuring } from '../../cluster/support/reads.ts';
import type { ClusterAmounts } from '../amounts.ts';
import { compared, inTurns, type Pair } from '../measure/inTurns.ts';
import { type ClusterLab, startClusterLab } from './lab.ts';
import { ended, timedMove } from './moves.ts';

export interface ClusterSeen {
  reads: { leases: number; ours: ReadsDuring; plain: ReadsDuring };
  /** From the POST to the success, of mounts without leases. Medians, and that of the differences. */
  move: { moves: number; oursMs: number; plainMs: number; differenceMs: number };
  drains: Drained[];
  bulk: {
    /** Runs of mounts whose targets have nothing in common, and of mounts below one path segment. */
    apart: BulkRun;
    crowd: BulkRun;
    /** Remounts of the cluster itself a second, one after the other. */
    plainPerSecond: number;
  };
}

interface ReadsDuring extends Reads {
  /** Of the whole move. */
  ms: number;
}

export interface Drained {
  /** The database connections of the mount. */
  connections: number;
  leases: number;
  oursMs: number;
  plainMs: number;
}

interface BulkRun {
  moves: number;
  succeeded: number;
  /** Moves of the run at the same time. */
  atOnce: number;
  /** From the POST to the end of the run. */
  perSecond: number;
}

/** How long the revocation of one lease takes: while mounts are read, and when a drain is timed. */
const READ_REVOCATION_S = 0.02;
const DRAIN_REVOCATION_S = 0.05;

const CONNECTIONS = [1, 8, 16];
/** The most that a request may ask for is 40. The default is 2, so that a run does not disturb the cluster. */
const AT_ONCE = 8;
/** Between two looks at a run. Each look is a request that the service and the cluster have to answer, too. */
const RUN_LOOK_MS = 250;
/** Pairs of moves that are not measured. */
const WARM_UP = 2;

/** @param announce is called with the name of each measurement before it starts */
export async function measureCluster(
  amounts: ClusterAmounts,
  announce: (what: string) => void,
): Promise<ClusterSeen> {
  const lab = await startClusterLab();
  try {
    announce('moves on a cluster, without leases');
    const move = await measureMoves(lab, amounts.moves);
    announce('a mount of a cluster is read while it is moved');
    const reads = await measureReads(lab, amounts.leases);
    const drains: Drained[] = [];
    for (const connections of CONNECTIONS) {
      announce(`leases revoked on a cluster, ${connections} connections`);
      drains.push(await measureDrain(lab, connections, amounts.drained));
    }
    announce('bulk runs on a cluster');
    const bulk = await measureBulk(lab, amounts.mounts);
    return { reads, move, drains, bulk };
  } finally {
    await lab.stop();
  }
}

async function measureMoves({ bao, service }: ClusterLab, moves: number): Promise<ClusterSeen['move']> {
  let mounts = 0;
  const move = async (client: Client) => {
    const path = `single-${mounts++}`;
    await bao.must('POST', `sys/mounts/${path}`, { type: 'kv' });
    return (await timedMove(client, path, `${path}-moved`)).ms;
  };
  const ours = () => move(service);
  const plain = () => move(bao);
  const pairs = (await inTurns(WARM_UP + moves, ours, plain)).slice(WARM_UP);
  const { a, b } = compared(pairs);
  return { moves, oursMs: a, plainMs: b, differenceMs: differenceOf(pairs) };
}

function differenceOf(pairs: Pair<number>[]): number {
  return median(pairs.map(([a, b]) => a - b));
}

async function measureReads(
  { bao, service, postgres }: ClusterLab,
  leases: number,
): Promise<ClusterSeen['reads']> {
  const of = async (client: Client, path: string): Promise<ReadsDuring> => {
    await enableDatabase(bao, path, postgres, { slowS: READ_REVOCATION_S });
    await issueLeases(bao, path, 'slow', leases);
    const move = timedMove(client, path, `${path}-moved`);
    const reads = await readsDuring(bao, [`${path}/roles/good`, `${path}-moved/roles/good`], move);
    return { ...reads, ms: (await move).ms };
  };
  return { leases, plain: await of(bao, 'read-plain'), ours: await of(service, 'read-ours') };
}

async function measureDrain(
  { bao, service, postgres }: ClusterLab,
  connections: number,
  leases: number,
): Promise<Drained> {
  const each = Math.ceil(leases / connections);
  const of = async (client: Client, path: string) => {
    await enableDatabase(bao, path, postgres, { slowS: DRAIN_REVOCATION_S, connections });
    for (let i = 0; i < connections; i++) await issueLeases(bao, path, i === 0 ? 'slow' : `slow-${i}`, each);
    return (await timedMove(client, path, `${path}-moved`)).ms;
  };
  const plainMs = await of(bao, `drain-plain-${connections}`);
  const oursMs = await of(service, `drain-ours-${connections}`);
  return { connections, leases: each * connections, oursMs, plainMs };
}

async function measureBulk({ bao, service }: ClusterLab, mounts: number): Promise<ClusterSeen['bulk']> {
  const numbers = Array.from({ length: mounts }, (_, i) => i);
  const movesOf = (group: string, isApart: boolean) =>
    numbers.map((i) => ({ from: `${group}-${i}`, to: isApart ? `${group}-${i}-moved` : `${group}/m${i}` }));
  const plain = movesOf('plain', true);
  const [apart, crowd] = [movesOf('apart', true), movesOf('crowd', false)];
  for (const { from } of [...plain, ...apart, ...crowd])
    await bao.must('POST', `sys/mounts/${from}`, { type: 'kv' });
  const startedAt = performance.now();
  for (const { from, to } of plain) await timedMove(bao, from, to);
  const plainPerSecond = perSecond(mounts, startedAt);
  return { plainPerSecond, apart: await timedRun(service, apart), crowd: await timedRun(service, crowd) };
}

async function timedRun(service: Client, moves: { from: string; to: string }[]): Promise<BulkRun> {
  const startedAt = performance.now();
  const { body } = await service.must('POST', 'sys/remount/bulk', { moves, max_concurrency: AT_ONCE });
  const { progress } = await ended(
    service,
    `sys/remount/bulk/${body.data.bulk_id}`,
    'bulk_info',
    RUN_LOOK_MS,
  );
  return {
    moves: moves.length,
    succeeded: progress.succeeded,
    atOnce: AT_ONCE,
    perSecond: perSecond(moves.length, startedAt),
  };
}

function perSecond(count: number, startedAt: number): number {
  return (1_000 * count) / (performance.now() - startedAt);
}
