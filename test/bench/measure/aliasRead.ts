/** The calls of a read at the old path of a mount, compared with those of a read at the mount. */

import type { Calls } from '../../../infra/demo/countingProxy.ts';
import type { Lab } from '../../../infra/demo/measure/lab.ts';
import { makeKv } from '../../../infra/demo/measure/makeMounts.ts';
import { startMove } from '../../../infra/demo/migration.ts';

export interface AliasRead {
  atMount: Calls;
  atAlias: Calls;
}

/** The first read at an alias writes down who reads. The next ones within a minute do not. */
const WARM_UP = 2;

export async function measureAliasRead(lab: Lab): Promise<AliasRead> {
  const { root, proxy, transitionsOf } = lab;
  await makeKv(lab, 'used', 1);
  await transitionsOf(await startMove(root, { from: 'used', to: 'moved', alias_ttl: '1h' }));
  const callsAt = async (mount: string): Promise<Calls> => {
    for (let i = 0; i < WARM_UP; i++) await root.read(`${mount}/data/pattern-key`);
    proxy.take();
    await root.read(`${mount}/data/pattern-key`);
    return proxy.take();
  };
  return { atMount: await callsAt('moved'), atAlias: await callsAt('used') };
}
