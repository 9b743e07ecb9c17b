/** kv behind `handle`, on an emulator of its own, with mounts and tokens for tests. */

import { type Token, tokenItem, tokenOf } from '../../../functions/credentials/token.ts';
import { kv } from '../../../functions/engines/kv/kv.ts';
import { parsePolicy } from '../../../functions/policies/policy.ts';
import { policyKey, sha256, tokenKey, treeKey } from '../../../functions/store/keys.ts';
import { type Mount, mountItem } from '../../../functions/tree/mount.ts';
import { type Answer, type Caller, type CallOptions, caller } from '../../support/call.ts';
import { type TestDeps, testDeps } from '../../support/testDeps.ts';
import { rootToken } from '../../support/tokens.ts';

export interface KvService {
  deps: TestDeps;
  call: Caller;
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
  const deps = await testDeps();
  const { store, ids } = deps;
  const api = { builtin: [], engines: { kv } };
  const root = await rootToken(deps);
  return {
    deps,
    call: caller(deps, api, root),

    async mount(options = {}, config = {}) {
      const mount: Mount = {
        namespaceId: 'root',
        path: `kv-${ids.base62(10)}/`,
        uuid: ids.uuid(),
        accessor: `kv_${ids.hex(8)}`,
        type: 'kv',
        description: '',
        config: { defaultLeaseTtl: 0, maxLeaseTtl: 0, forceNoCache: false, ...config },
        options,
        local: false,
        sealWrap: false,
        externalEntropyAccess: false,
        generation: 1,
        version: 1,
        issued: false,
      };
      await store.commit([{ put: mountItem(mount) }]);
      return mount;
    },

    async tune(mount, options) {
      await store.commit([
        {
          update: treeKey(mount.namespaceId, mount.path),
          set: { options },
          add: { version: 1 },
          if: { uuid: mount.uuid },
        },
      ]);
    },

    async tokenWith(text) {
      const [secret, name] = [`token-${ids.uuid()}`, `policy-${ids.hex(8)}`];
      const compiled = JSON.stringify(parsePolicy(text));
      const model = tokenOf(await store.get(tokenKey(sha256(root)))) as Token;
      const token = tokenItem({ ...model, hash: sha256(secret), policies: [name] });
      await store.commit([{ put: { ...policyKey('root', name), text, compiled } }, { put: token }]);
      return secret;
    },

    async keysOf({ uuid }) {
      const items = await store.query({ table: 'storage', pk: uuid, attributes: [] });
      return items.map(({ sk }) => sk);
    },
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
