/** All measurements in sequence. On each service moves with leases come last, since a later sweep follows each of them. */

import { type CountingProxy, startCountingProxy } from '../../../infra/demo/countingProxy.ts';
import { MEASURED } from '../../../infra/demo/measure/amounts.ts';
import { type Lab, startLab } from '../../../infra/demo/measure/lab.ts';
import { measureSizes, type SizeComparison } from '../../../infra/demo/measure/sizes.ts';
import type { Amounts } from '../amounts.ts';
import { inDataFolder } from '../dataFolder.ts';
import { type AliasRead, measureAliasRead } from './aliasRead.ts';
import { type Bulk, measureBulk } from './bulk.ts';
import { type Ceiling, measureCeiling } from './ceiling.ts';
import { type Cpus, measureCpu } from './cpu.ts';
import { type Cut, measureCut } from './cut.ts';
import { type ManyMounts, measureManyMounts } from './manyMounts.ts';
import { measurePlainMove, type PlainMove } from './plainMove.ts';
import { measurePlanning, type Planning } from './planning.ts';
import { measureProcesses, type Processes } from './processes.ts';
import { noProxy, startMeter } from './proxies.ts';
import { startRecorder } from './recorder.ts';
import { type Copy, copyKeyByKey, revokeSerially, type SerialRevocation } from './reference.ts';
import { measureStored, type Stored } from './stored.ts';

export interface Seen {
  plain: PlainMove;
  /** Absent in results from before there were aliases. */
  alias?: AliasRead;
  planning: Planning;
  stored: Stored;
  processes: Processes;
  /** Absent in results from before it was measured. */
  cpu?: Cpus;
  sizes: SizeComparison;
  copy: Copy;
  manyMounts: ManyMounts;
  bulk: Bulk;
  serial: SerialRevocation;
  ceiling: Ceiling;
  cut: Cut;
}

/** @param announce is called with the name of each measurement before it starts */
export async function measureAll(amounts: Amounts, announce: (what: string) => void): Promise<Seen> {
  const about = <T>(what: string, of: () => T): T => {
    announce(what);
    return of();
  };
  const planning = about('the plan of a bulk run', () => measurePlanning(amounts.planned));
  const plain = await about('a move with nothing to revoke', () => withLab(startMeter, measurePlainMove));
  const alias = await about('a read at an old path', () => withLab(startCountingProxy, measureAliasRead));
  const stored = await about('the size of items', () => withLab(noProxy, measureStored));
  const cpu = await about('processor time of requests', () =>
    withLab(startRecorder, (lab) => measureCpu(lab, amounts)),
  );
  const keys = await withLab(startCountingProxy, async (lab) => {
    const { keys: largeKeys, smallKeys, moves } = amounts;
    const wanted = { sizes: { ...MEASURED.sizes, largeKeys, smallKeys, moves } };
    const sizes = await about('moves of a small mount and a large one', () => measureSizes(lab, wanted));
    const copy = await about('a copy key by key', () => copyKeyByKey(lab, amounts.copiedKeys));
    return { sizes, copy };
  });
  const manyMounts = await about('moves beside few mounts and many', () =>
    withLab(startCountingProxy, (crowded) =>
      withLab(startCountingProxy, (empty) => measureManyMounts(crowded, empty, amounts)),
    ),
  );
  const bulk = await about('bulk runs', () =>
    inDataFolder((folder) => withLab(noProxy, (lab) => measureBulk(lab, amounts.bulkMoves), folder)),
  );
  const others = await withLab(noProxy, async (lab) => ({
    processes: await about('cold starts and warm reads', () => measureProcesses(lab, amounts)),
    serial: await about('leases revoked one by one', () => revokeSerially(lab, amounts.revokedSerially)),
    ceiling: await about('leases revoked in parallel', () => measureCeiling(lab, amounts)),
    cut: await about('moves that cut off many leases', () => measureCut(lab, amounts)),
  }));
  return { plain, alias, planning, stored, cpu, ...keys, manyMounts, bulk, ...others };
}

async function withLab<Proxy extends CountingProxy, T>(
  startProxy: (dynamodbEndpoint: string) => Promise<Proxy>,
  work: (lab: Lab<Proxy>) => Promise<T>,
  dataDir?: string,
): Promise<T> {
  const lab = await startLab(startProxy, dataDir);
  try {
    return await work(lab);
  } finally {
    await lab.stop();
  }
}
