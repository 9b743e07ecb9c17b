/** An engine for tests whose credentials are owned by renewable leases, as those of a database would be. */

import type { Caller } from '../../functions/credentials/caller.ts';
import { issueLease } from '../../functions/credentials/issueLease.ts';
import { isAlive, stillCurrent } from '../../functions/credentials/lineage.ts';
import type { Engine } from '../../functions/engines/engine.ts';
import { route } from '../../functions/http/route.ts';
import { storageKey } from '../../functions/store/keys.ts';
import type { Mount } from '../../functions/tree/mount.ts';

const FIELDS = { ttl: 'duration', renewable: 'bool' } as const;

export const rented: Engine = {
  type: 'rented',
  kind: 'secret',
  routes: () => [
    route({
      path: 'creds/:name*',
      fields: FIELDS,
      write: async (call) => {
        const mount = call.mount as Mount;
        const key = call.deps.ids.base62(24);
        const lease = await issueLease({
          call,
          mount,
          caller: call.caller as Caller,
          wish: { ttl: call.fields.ttl },
          renewable: call.fields.renewable ?? true,
          items: (credential) => [{ ...storageKey(mount.uuid, `key/${key}`), ...credential }],
        });
        return {
          data: { key },
          leaseId: lease.id,
          leaseDuration: lease.grantedTtl,
          renewable: lease.renewable,
        };
      },
    }),
    route({
      path: 'works/:key',
      open: true,
      read: async ({ deps, mount, params }) => {
        const item = await deps.store.get(storageKey(mount?.uuid ?? '', `key/${params.key}`));
        const now = deps.clock.now();
        const works =
          item !== undefined &&
          isAlive(item as { expiresAt?: unknown }, now) &&
          (await stillCurrent(deps.store, item.lineage as never, now));
        return { data: { works, stored: item !== undefined } };
      },
    }),
  ],
};
