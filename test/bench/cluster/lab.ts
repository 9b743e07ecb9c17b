/** A real OpenBao, a real PostgreSQL for its leases, and the service in front of it. */

import { startService } from '../../../infra/local/service.ts';
import { type Client, clientOf } from '../../cluster/support/client.ts';
import { startInMemory } from '../../cluster/support/openbao.ts';
import {
  findPostgres,
  HOW_TO_GET_POSTGRES,
  type Postgres,
  startPostgres,
} from '../../cluster/support/postgres.ts';
import { findOpenBao, HOW_TO_GET_OPENBAO } from '../../support/openbao.ts';

export interface ClusterLab {
  /** The cluster itself. */
  bao: Client;
  /** The service in front of it. */
  service: Client;
  postgres: Postgres;
  stop(): Promise<void>;
}

/** @returns how to get each program that is not there */
export async function missingPrograms(): Promise<string[]> {
  return [
    ...((await findOpenBao()) ? [] : [HOW_TO_GET_OPENBAO]),
    ...((await findPostgres()) ? [] : [HOW_TO_GET_POSTGRES]),
  ];
}

export async function startClusterLab(): Promise<ClusterLab> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const stopPart of stops.splice(0).reverse()) await stopPart();
  };
  try {
    const bao = await startInMemory();
    stops.push(bao.stop);
    const postgres = await startPostgres();
    stops.push(postgres.stop);
    const cluster = { CLUSTER_ADDR: bao.root.address, CLUSTER_TOKEN: bao.rootToken };
    const service = await startService({ cluster });
    stops.push(service.stop);
    return { bao: bao.root, service: clientOf(service.url, bao.rootToken), postgres, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
