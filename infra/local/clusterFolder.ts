/**
 * Binds a data folder to one cluster. In front of another one, an open migration would look for its mount there, and end
 * as if somebody had disabled it.
 */

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { databaseFile } from './dataFolder.ts';
import type { ClusterFacts } from './lookAtCluster.ts';
import { makePrivate } from './privateFolder.ts';
import { orUnusable, StartError } from './startError.ts';
import { writeWhole } from './wholeFile.ts';

type Bound = Pick<ClusterFacts, 'id' | 'address' | 'namespace'>;

/**
 * A new folder is bound to the cluster that the service is in front of.
 * @param cluster absent if the service has its own mounts
 * @param say gets a line about rights that were taken from others
 * @throws StartError if the folder has what belongs elsewhere
 */
export async function bindFolder(
  folder: string,
  cluster: Bound | undefined,
  say?: (text: string) => void,
): Promise<void> {
  const file = join(folder, 'cluster.json');
  if (existsSync(file))
    return refuseOther(folder, JSON.parse(await readFile(file, 'utf8')) as Bound, cluster);
  if (!cluster) return;
  if (existsSync(databaseFile(folder)))
    throw new StartError(`the data folder ${folder} has the mounts of a service of its own: ${ANOTHER}`);
  const { id, address, namespace } = cluster;
  await makePrivate(folder, say);
  await orUnusable(folder, (async () => writeWhole(file, { id, address, namespace }))());
}

const ANOTHER = 'choose another DATA_DIR';

function refuseOther(folder: string, bound: Bound, cluster: Bound | undefined): void {
  if (cluster?.id === bound.id && cluster.namespace === bound.namespace) return;
  const where = bound.namespace && `, namespace ${bound.namespace}`;
  const what = `the records of the cluster ${bound.id} (${bound.address}${where})`;
  throw new StartError(`the data folder ${folder} has ${what}: ${ANOTHER}`);
}
