/** The service, for tests of kv: its mounts, and tokens for them. */

import { treeKey } from '../../../functions/store/keys.ts';
import type { Mount } from '../../../functions/tree/mount.ts';
import type { Answer, Caller, CallOptions } from '../../support/call.ts';
import { placeMount } from '../../support/place.ts';
import { type Service, startService } from '../../support/service.ts';
import { tokenWith } from '../../support/tokens.ts';
import { storedKeys } from '../engineService.ts';

export interface KvService extends Service {
  /** Creates a kv mount; its path ends in a slash. */
  mount(options?: Record<string, string>, config?: Partial<Mount['config']>): Promise<Mount>;
  /** Sets the options of a mount, as a tune of the version does. */
  tune(mount: Mount, options: Record<string, string>): Promise<void>;
  /** Creates a token whose only policy has this text. */
  tokenWith(policy: string): Promise<string>;
  /** The storage keys of a mount. */
  keysOf(mount: Mount): Promise<string[]>;
}

export async function startKv(): Promise<KvService> {
  const service = await startService();
  const { deps } = service;
  return {
    ...service,
    mount: (options = {}, config = {}) =>
      placeMount(deps, `kv-${deps.ids.base62(10)}/`, {
        options,
        config: { defaultLeaseTtl: 0, maxLeaseTtl: 0, forceNoCache: false, ...config },
        generation: 1,
      }),
    async tune(mount, options) {
      const update = treeKey(mount.namespaceId, mount.path);
      await deps.store.commit([{ update, set: { options }, add: { version: 1 }, if: { uuid: mount.uuid } }]);
    },
    tokenWith: (policy) => tokenWith(deps, policy),
    keysOf: (mount) => storedKeys(deps, mount, ''),
  };
}

/** The URL path of a secret in a mount. */
export function urlOf({ path }: Mount, below: string): string {
  return path + below.split('/').map(encodeURIComponent).join('/');
}

/** Sends a PATCH as clients do. */
export function patchOf(
  call: Caller,
  path: string,
  body: unknown,
  options: CallOptions = {},
): Promise<Answer> {
  const headers = { 'content-type': 'application/merge-patch+json' };
  return call('PATCH', path, { ...options, headers, body });
}
